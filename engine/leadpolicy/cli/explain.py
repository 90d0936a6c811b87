"""`leadpolicy explain`: one record, in full."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.cli.options import PoliciesFolder, PolicyNames
from leadpolicy.decision import Decision, as_moment, decide
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy import Policy, load_policies
from leadpolicy.policy.load import POLICIES
from leadpolicy.present.explain import render_decision, render_side_by_side


def explain(
    policies: PolicyNames,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="A JSON file with facts and events.", metavar="FILE"),
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A data set.", metavar="DATASET")
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", help="The record's id in the data set.", metavar="ID")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The moment of evaluation (default: the record's, the data "
                     "set's, or now).", metavar="DATE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Decisions as JSON.")] = False,
    folder: PoliciesFolder = POLICIES,
) -> None:  # fmt: skip
    """Explain what policies say of one record: verdicts, values, questions, nearest flips.

    Give either --record, or --data with --id. With several policies their readings stand side by
    side.
    """
    if (record is None) == (data is None) or (data is None) != (id is None):
        raise LeadpolicyError.of(
            "LP506", "it is not clear which record to explain",
            expected="either --record FILE.json, or --data DATASET with --id ID",
        )  # fmt: skip
    loaded = load_policies(policies, policies=folder)
    if record is not None:
        decisions = _from_file(loaded, record, as_of)
    else:
        decisions = _from_data(loaded, str(data), str(id), as_of)
    if as_json:
        plain = [decision.to_dict() for decision in decisions]
        typer.echo(json.dumps(plain[0] if len(plain) == 1 else plain, ensure_ascii=False, indent=2))
    elif len(decisions) == 1:
        typer.echo(render_decision(decisions[0]))
    else:
        width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
        typer.echo(render_side_by_side(decisions, width))


def _from_file(policies: list[Policy], path: Path, as_of: str | None) -> list[Decision]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = json.loads(text)
    except OSError as error:
        raise LeadpolicyError.of("LP101", f"the record cannot be read: {error.strerror}",
                                 where=str(path)) from None  # fmt: skip
    except ValueError as error:
        raise LeadpolicyError.of("LP101", f"the record is not JSON: {error}",
                                 where=str(path)) from None  # fmt: skip
    if not isinstance(given, dict):
        raise LeadpolicyError.of("LP107", "one record is expected", where=str(path),
                                 expected='an object such as {"facts": {…}, "events": […]}')  # fmt: skip
    moment = as_of or given.get("as_of") or datetime.now(UTC).isoformat(timespec="seconds")
    return [decide(policy, given, as_of=as_moment(str(moment))) for policy in policies]


def _from_data(policies: list[Policy], data: str, id: str, as_of: str | None) -> list[Decision]:
    from leadpolicy.data import open_dataset, parse_as_of

    dataset = open_dataset(data)
    records = dataset.records(parse_as_of(as_of) if as_of else None)
    record, moment = records.find(id)
    return [decide(policy, record, as_of=moment) for policy in policies]
