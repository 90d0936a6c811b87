"""adoptions.yaml: who signed which version, and whether both teams did.

A version is adopted when each team that its policy names has signed the content that the version
has now, for the same dates. Whoever changes the content has to ask for both signatures again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from leadpolicy.characters import visible
from leadpolicy.diagnostics import LeadpolicyError, Problems, ValueProblem, cited, listing, suggest
from leadpolicy.files import alone, write_whole
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy.model import Policy
from leadpolicy.source import Source, Span
from leadpolicy.syntax.nodes import Mapping as MappingNode
from leadpolicy.syntax.nodes import Node
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.syntax.writing import written
from leadpolicy.times import read_date

ADOPTIONS: Final = "adoptions.yaml"
TOP_KEYS: Final = ("policy", "signatures")
REQUIRED: Final = {
    "version": "the version that was signed, such as 1.0.0",
    "content": "the hash of what was signed",
    "team": "the team that signs",
    "name": "the person who signs for it",
    "signed": "the day of the signature",
    "effective": "the day from which the version is in force",
    "review": "the day on which it is looked at again",
}
KEYS: Final = (*REQUIRED, "note")
_HEAD: Final = """\
# Signatures under the versions of this policy, written by `leadpolicy adopt`. A version is adopted
# when every team has signed the content that it has now.
policy: {policy}
signatures:
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's signature, for a team, under the content of a version."""

    version: str
    content: str
    team: str
    name: str
    signed: date
    effective: date
    review: date
    note: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {key: str(getattr(self, key)) for key in KEYS}


@dataclass(frozen=True, slots=True)
class Adoption:
    """Where a version stands: the last signature of each team, and those that do not count."""

    policy: Policy
    content: str
    valid: Mapping[str, Signature]
    stale: tuple[Signature, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The teams that have yet to sign what the version says now."""
        return tuple(team for team in self.policy.teams if team not in self.valid)

    @property
    def adopted(self) -> bool:
        """Whether every team has signed this content, all for the same dates."""
        dates = {(one.effective, one.review) for one in self.valid.values()}
        return not self.missing and len(dates) == 1

    @property
    def effective(self) -> date | None:
        """The day from which an adopted version is in force."""
        return next(iter(self.valid.values())).effective if self.adopted else None

    @property
    def review(self) -> date | None:
        """The day on which an adopted version is looked at again."""
        return next(iter(self.valid.values())).review if self.adopted else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "policy": self.policy.id,
            "version": self.policy.version,
            "content": self.content,
            "adopted": self.adopted,
            "effective": None if self.effective is None else self.effective.isoformat(),
            "review": None if self.review is None else self.review.isoformat(),
            "missing": list(self.missing),
            "signatures": [one.to_dict() for one in self.valid.values()],
            "stale": [one.to_dict() for one in self.stale],
        }


def adoption(policy: Policy, signatures: Iterable[Signature]) -> Adoption:
    """Where a version stands; of several signatures of one team the last counts."""
    content = content_hash(policy)
    own = [one for one in signatures if one.version == policy.version]
    last = {one.team: one for one in own}
    valid = {t: last[t] for t in policy.teams if t in last and last[t].content == content}
    stale = tuple(one for one in last.values() if one.content != content)
    return Adoption(policy, content, valid, stale)


def adoption_of(policy: Policy) -> Adoption:
    """Who has signed a version, as the file beside it says. Raises `LeadpolicyError`."""
    problems = Problems()
    folder = Path(policy.path).parent
    signed = read_adoptions(folder, [policy], problems) if policy.path else []
    problems.stop_on_errors()
    return adoption(policy, signed)


def in_force(
    policies: Sequence[Policy], signatures: Sequence[Signature], day: date
) -> Policy | None:
    """The adopted version that took effect last, on a day; None where none has."""
    found = [
        (state.effective, number)
        for number, policy in enumerate(policies)
        if (state := adoption(policy, signatures)).effective is not None and state.effective <= day
    ]
    return policies[max(found)[1]] if found else None


def sign(policy: Policy, signature: Signature) -> Path:
    """Appends a signature to the policy's adoptions.yaml; what stands there stays as it is.

    Raises `LeadpolicyError` where the signature does not fit the policy, the content or the other
    teams' dates, or where the file cannot be appended to.
    """
    path = Path(policy.path).parent / ADOPTIONS
    with alone(path):
        return _append(path, policy, signature)


def _append(path: Path, policy: Policy, signature: Signature) -> Path:
    problems = Problems()
    before = read_adoptions(path.parent, [policy], problems) if path.is_file() else []
    problems.stop_on_errors()
    _check_signature(policy, signature, adoption(policy, before))
    text = path.read_bytes().decode() if path.is_file() else _HEAD.format(policy=policy.id)
    body = "".join(
        f"    {key}: {written(value)}\n" for key, value in signature.to_dict().items() if value
    )
    text = text.rstrip() + "\n  - " + body.lstrip()
    after = _signatures(Source(str(path), text), [policy], Problems())
    if after[len(before) :] != [signature] or after[: len(before)] != before:
        raise LeadpolicyError.of(
            "LP510",
            "a signature cannot be appended to this file",
            where=str(path),
            expected="the list `signatures:` at its end, an item a line",
        )
    return write_whole(path, text)


def _check_signature(policy: Policy, signature: Signature, state: Adoption) -> None:
    problems = Problems()
    where = policy.identity
    if signature.team not in policy.teams:
        problems.error(
            "LP701",
            f"`{signature.team}` is no team of {policy.id}",
            where=where,
            expected=f"one of {listing(policy.teams)}",
            help=suggest(signature.team, policy.teams),
        )
    if not signature.name.strip():
        problems.error("LP701", "a signature needs the name of a person", where=where)
    for what in ("name", "note"):
        if visible(text := getattr(signature, what)) != text:
            problems.error(
                "LP701",
                f"the {what} `{cited(text)}` holds characters that do not show, or a line's end",
                where=where,
                expected="one line of text",
            )
    if signature.review <= signature.effective:
        problems.error(
            "LP701",
            f"the review on {signature.review} does not come after {signature.effective}, "
            "when the version takes effect",
            where=where,
        )
    for other in state.valid.values():
        if other.team != signature.team and (other.effective, other.review) != (
            signature.effective,
            signature.review,
        ):
            problems.error(
                "LP701",
                f"{other.team} signed for {other.effective} with a review on {other.review}",
                where=where,
                expected="the same dates from every team",
                help=f"sign for these dates, or let {other.team} sign again",
            )
    problems.stop_on_errors()


# ------------------------------------------------------------------------------------ reading


def read_adoptions(folder: Path, policies: Sequence[Policy], problems: Problems) -> list[Signature]:
    """The signatures beside a policy's versions, in the order of the file; problems are noted."""
    path = folder / ADOPTIONS
    source = read_source(path, problems) if path.is_file() else None
    return [] if source is None else _signatures(source, policies, problems)


def _signatures(source: Source, policies: Sequence[Policy], problems: Problems) -> list[Signature]:
    top = as_mapping(read_yaml(source, problems), problems, "policy and signatures")
    if top is None:
        return []
    check_keys(top, problems, known=TOP_KEYS, required=TOP_KEYS, of="a file of signatures")
    named = as_text(top.get("policy"), problems, "the policy's name")
    if named is not None and policies and named.text != policies[0].id:
        problems.error(
            "LP211",
            f"the signatures are for `{named.text}`, the policy is `{policies[0].id}`",
            named.span,
        )
    listed = top.get("signatures")
    nodes = as_items(listed, problems, "a list of signatures") if listed is not None else ()
    read = (_signature(node, problems) for node in nodes)
    return [one for one in read if one is not None]


def _signature(node: Node, problems: Problems) -> Signature | None:
    before = len(problems.found)
    body = as_mapping(node, problems, "version, content, team, name and dates")
    if body is None:
        return None
    check_keys(body, problems, known=KEYS, required=REQUIRED, of="a signature")
    texts = {
        key: text_of(body.get(key), problems, what) or ""
        for key, what in (*REQUIRED.items(), ("note", "a text"))
    }
    days = {key: _day(body, key, problems) for key in ("signed", "effective", "review")}
    if problems.failed(before):
        return None
    for key, text in texts.items():
        if visible(text) != text:
            problems.error("LP701", f"`{key}` holds characters that do not show", node.span)
            return None
    given = {key: text for key, text in texts.items() if key not in days}
    known = {key: day for key, day in days.items() if day is not None}
    return Signature(**given, **known, span=node.span)  # type: ignore[arg-type]


def _day(body: MappingNode, key: str, problems: Problems) -> date | None:
    scalar = as_text(body.get(key), problems, "a date such as 2026-03-01")
    if scalar is None:
        return None
    try:
        return read_date(scalar.text)
    except ValueProblem as problem:
        problems.error(problem.code, problem.message, scalar.span, expected=problem.expected)
        return None


# ----------------------------------------------------------------------------------- checking


def check_adoptions(
    folder: Path, policies: Sequence[Policy], problems: Problems, today: date | None = None
) -> None:
    """Notes signatures under other content than a version has now, and reviews that are due.

    Without `today` nothing is said of reviews.
    """
    signatures = read_adoptions(folder, policies, problems)
    versions = {policy.version: policy for policy in policies}
    for one in signatures:
        policy = versions.get(one.version)
        if policy is None:
            problems.error(
                "LP208",
                f"there is no version {one.version} of {folder.name}",
                one.span,
                expected=f"one of {listing(versions)}" if versions else None,
            )
        elif one.team not in policy.teams:
            problems.error(
                "LP701",
                f"`{one.team}` is no team of {policy.identity}",
                one.span,
                expected=f"one of {listing(policy.teams)}",
                help=suggest(one.team, policy.teams),
            )
    for policy in policies:
        _check_state(adoption(policy, signatures), problems)
    current = in_force(policies, signatures, today) if today is not None else None
    if current is not None and today is not None:
        _remind(adoption(current, signatures), today, problems)


def _check_state(state: Adoption, problems: Problems) -> None:
    for one in state.stale:
        problems.error(
            "LP702",
            f"{one.name} signed {state.policy.identity} for {one.team} when it said something "
            "else: the signature does not count any more",
            one.span,
            expected=f"the content that was signed, {one.content}",
            help="restore the version and write the change as a new one, or sign again: "
            f"leadpolicy adopt {state.policy.id}@{state.policy.version} --sign {one.team}:NAME",
        )
    if not state.missing and not state.adopted:
        last = list(state.valid.values())[-1]
        problems.error(
            "LP701",
            f"the teams have signed {state.policy.identity} for different dates",
            last.span,
            expected="the same `effective` and `review` from every team",
        )


def _remind(state: Adoption, today: date, problems: Problems) -> None:
    review = state.review
    if review is not None and review < today:
        problems.warn(
            "LP703",
            f"{state.policy.identity} was to be reviewed on {review}",
            next(iter(state.valid.values())).span,
            help="sign it again with a new review date, or adopt another version",
        )
