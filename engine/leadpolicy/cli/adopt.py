"""`leadpolicy adopt`: sign a version, or show who has signed it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.characters import json_text
from leadpolicy.cli.options import PoliciesFolder
from leadpolicy.diagnostics import LeadpolicyError, ValueProblem, listing
from leadpolicy.governance.adoption import (
    Adoption,
    Signature,
    adoption_of,
)
from leadpolicy.policy.load import POLICIES, load_policy
from leadpolicy.policy.model import Policy
from leadpolicy.times import read_date


def adopt(
    policy: Annotated[str, typer.Argument(help="A policy, as name@version.", metavar="POLICY")],
    policies: PoliciesFolder = POLICIES,
    signature: Annotated[
        str | None,
        typer.Option("--sign", help="Who signs, and for which team.", metavar="TEAM:NAME"),
    ] = None,
    effective: Annotated[
        str | None,
        typer.Option("--effective", help="In force from this day on.", metavar="DATE"),
    ] = None,
    review: Annotated[
        str | None, typer.Option("--review", help="Looked at again on this day.", metavar="DATE")
    ] = None,
    signed: Annotated[
        str | None,
        typer.Option("--signed", help="The day of the signature; today.", metavar="DATE"),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What was agreed besides.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The state as JSON.")] = False,
) -> None:
    """Sign a version for a team, or show where it stands.

    A version is adopted when every team that its policy names (marketing and sales, unless it
    says `teams:`) has signed the content that it has now. Signatures are appended to
    adoptions.yaml beside the versions; a change of content makes them void.

    Example: leadpolicy adopt heinz@1.1.0 --sign sales:"Ann Lee" --effective 2027-01-01 --review
    2027-07-01. The teams that sign later need not repeat the dates.

    Without --sign, exit code 1 says that the version is not adopted.
    """
    loaded = load_policy(policy, policies=policies)
    state = adoption_of(loaded)
    if signature is not None:
        from leadpolicy.governance.adoption import sign

        _refuse_failing_cards(loaded)
        today = date.today().isoformat()
        days = {"signed": signed or today, "effective": effective, "review": review}
        sign(loaded, _signature(state, signature, days, note))
        state = adoption_of(loaded)
    elif effective or review or signed or note:
        raise LeadpolicyError.of("LP506", "dates and notes belong to a signature: add --sign")
    if as_json:
        typer.echo(json_text(state.to_dict()))
    else:
        from leadpolicy.present.policy.adoption import render_adoption

        typer.echo(render_adoption(state))
    if signature is None and not state.adopted:
        raise typer.Exit(1)


def _refuse_failing_cards(policy: Policy) -> None:
    from leadpolicy.governance.expect import failures
    from leadpolicy.policy.load import EXAMPLES

    failing = failures(policy)
    if failing:
        raise LeadpolicyError.of(
            "LP601",
            f"{policy.identity} does not give what {len(failing)} of its cards expect, "
            f"{failing[0].card.name} among them",
            where=str(Path(policy.path).parent / EXAMPLES),
            help=f"see leadpolicy test {policy.id}; what is signed should pass its own examples",
        )


def _signature(state: Adoption, given: str, days: dict[str, str | None], note: str) -> Signature:
    team, colon, name = given.partition(":")
    if not colon or not name.strip():
        raise LeadpolicyError.of(
            "LP506", f"`--sign {given}` names no person", expected='--sign TEAM:NAME, such as '
            f'--sign {state.policy.teams[0]}:"Ann Lee"',
        )  # fmt: skip
    other = next(iter(state.valid.values()), None)
    if other is not None:
        agreed = {"effective": str(other.effective), "review": str(other.review)}
        days = {key: day or agreed.get(key) for key, day in days.items()}
    missing = [f"--{key}" for key, day in days.items() if day is None]
    if missing:
        raise LeadpolicyError.of(
            "LP506", f"the first signature needs {listing(missing)}",
            expected="dates such as 2027-01-01",
        )  # fmt: skip
    return Signature(
        version=state.policy.version,
        content=state.content,
        team=team.strip(),
        name=name.strip(),
        signed=_day("signed", days["signed"]),
        effective=_day("effective", days["effective"]),
        review=_day("review", days["review"]),
        note=note,
    )


def _day(key: str, text: str | None) -> date:
    try:
        return read_date(text or "")
    except ValueProblem as problem:
        raise LeadpolicyError.of(
            "LP506", f"--{key}: {problem.message}", expected=problem.expected
        ) from None
