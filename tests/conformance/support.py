"""What each backend can say, told by running every conformance case on it.

`python -m tests.conformance.support` writes the table into policies/README.md.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from leadpolicy.backends.durable import LIMITS, OUTSIDE
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.operators import OPERATORS
from leadpolicy.policy import Policy, model
from leadpolicy.truth import TRUE
from leadpolicy.types import Kind, Range
from leadpolicy.vocabulary import Record
from tests.conformance.backends import BACKENDS, Question, Said, ask
from tests.conformance.cases import Case, every_case
from tests.conftest import POLICIES
from tests.fuzz.scene import Scene

README: Final = POLICIES / "README.md"
BLOCK: Final = re.compile(r"(<!-- support:begin -->\n)(.*?)(<!-- support:end -->)", re.DOTALL)
YES: Final = "yes"
REFUSES: Final = "refuses"

CONDITIONS: Final = (
    *("`all`", "`any`", "`none`", "`at_least` … `of`", "`at_most` … `of`", "`exactly` … `of`"),
    *("`points`", "`points` with less than nothing", "`points` with `cap`"),
    *("another fact", "another fact with `times`", "a whole number against a number"),
    *("`happened`", "`not_happened`", "`within: ever`", "a window", "`where`"),
)
RECORDS: Final = (
    *("a fact that is missing", "a range", "an amount in another currency"),
    *("no log of an event", "an event without a date", "a log that began late"),
)
SIZES: Final = (
    *("200 conditions in a list", "1,000 conditions in a list"),
    *(
        "a million points with 15 decimals",
        "a text of 60,000 letters",
        "whole numbers to the last of 64 bits",
    ),
)


def features(case: Case) -> Iterator[str]:
    """What a case says in its condition and its criteria."""
    policy = case.policy
    conditions = [policy.stages[0].when, *(c.condition for c in policy.criteria.values())]
    for condition in conditions:
        for part in model.walk(condition):
            yield from _features(part, policy)


def _features(part: model.Condition, policy: Policy) -> Iterator[str]:
    match part:
        case model.Test():
            yield f"`{part.operator}`"
            yield from _operands(part, policy)
        case model.AllOf():
            yield "`all`"
        case model.AnyOf():
            yield "`any`"
        case model.NoneOf():
            yield "`none`"
        case model.Quorum():
            yield f"`{part.bound}` … `of`"
        case model.Points():
            yield "`points`"
            if part.cap is not None:
                yield "`points` with `cap`"
            if any(str(getattr(points, "value", "")).startswith("-") for points, _ in part.rules):
                yield "`points` with less than nothing"
        case model.EventTest():
            yield "`happened`" if part.happened else "`not_happened`"
            yield "`within: ever`" if part.within is None else "a window"
            if part.where:
                yield "`where`"
            yield from (f"`{test.operator}`" for test in part.where)
        case model.Ref() | model.ParameterTest():
            return


def _operands(test: model.Test, policy: Policy) -> Iterator[str]:
    facts = policy.vocabulary.facts
    for operand in test.operands:
        if isinstance(operand, model.FactUse):
            yield "another fact" if operand.times is None else "another fact with `times`"
            kinds = {facts[test.subject].type.kind, facts[operand.name].type.kind}
            if kinds == {Kind.INTEGER, Kind.NUMBER}:
                yield "a whole number against a number"


def told(record: Record, case: Case) -> Iterator[str]:
    """What is particular about a record."""
    if any(name not in record.facts for name in case.policy.vocabulary.facts):
        yield "a fact that is missing"
    for value in record.facts.values():
        if isinstance(value, Range):
            nowhere = value.low is None and value.high is None
            yield "an amount in another currency" if nowhere else "a range"
    if any(kind not in record.events for kind in case.policy.vocabulary.events):
        yield "no log of an event"
    for log in record.events.values():
        if log.since is not None:
            yield "a log that began late"
        if any(happening.at is None for happening in log.happenings):
            yield "an event without a date"


# ------------------------------------------------------------------------------------ sizes


def sizes() -> Mapping[str, Scene]:
    """Policies and records that are larger than some engines carry. All are TRUE."""
    flags = {f"b.f{n}": {"type": "boolean"} for n in range(1000)}
    number = {"type": "integer"}
    ends = [-(2**63), 2**63 - 1]

    def most_of(count: int) -> Scene:
        names = list(flags)[:count]
        condition = {"at_least": count - 1, "of": [{name: True} for name in names]}
        return _scene(flags, condition, dict.fromkeys(names, True))

    rules = [
        {"points": 1_000_000, "when": {"b.f0": True}},
        {"points": 0.000_000_000_000_001, "when": {"b.f1": True}},
    ]
    values = [
        most_of(200),
        most_of(1000),
        _scene(flags, {"points": rules, "at_least": 1_000_000}, dict.fromkeys(flags, True)),
        _scene({"t.x": {"type": "text"}}, {"t.x": {"is_not": "x"}}, {"t.x": "x" * 60_000}),
        _scene(
            {"i.x": number, "i.y": number},
            {"all": [{"i.x": {"at_most": ends[0]}}, {"i.y": {"between": [ends[1], ends[1]]}}]},
            {"i.x": ends[0], "i.y": ends[1]},
        ),
    ]
    return dict(zip(SIZES, values, strict=True))


def _scene(facts: dict[str, Any], condition: object, values: dict[str, Any]) -> Scene:
    policy = {
        "policy": "case",
        "version": "1.0.0",
        "title": "A case",
        "vocabulary": 1,
        "grain": "company",
        "stages": [{"stage": "holds", "requires": "nothing", "when": condition}],
    }
    record = {"as_of": "2026-03-01T12:00:00Z", "facts": values}
    return Scene(facts, {}, {"policy": policy}, [record])


# ------------------------------------------------------------------------------------- runs


@lru_cache
def outcomes() -> Mapping[str, Mapping[str, Counter[str]]]:
    """For each feature and backend how many records were answered rightly, or refused."""
    found: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    cases = list(every_case())
    questions = [
        Question(case.policy.logic, [r.record for r in case.rows], [r.as_of for r in case.rows])
        for case in cases
    ]
    loaded = {title: scene.load() for title, scene in sizes().items()}
    large = [Question(one.logics["policy"], one.records, one.moments) for one in loaded.values()]
    for name in BACKENDS:
        for case, said in zip(cases, ask(name, questions), strict=True):
            for place, row in enumerate(case.rows):
                right = isinstance(said, list) and said[place].stages[0] is row.expected
                outcome = _outcome(said, right=right)
                for feature in {*features(case), *told(row.record, case)}:
                    found[feature][name][outcome] += 1
        for title, said in zip(loaded, ask(name, large), strict=True):
            right = isinstance(said, list) and said[0].stages[0] is TRUE
            found[title][name][_outcome(said, right=right)] += 1
    return found


def _outcome(said: Said, *, right: bool) -> str:
    if isinstance(said, LeadpolicyError):
        return REFUSES
    return YES if right else "WRONG"


def table() -> str:
    """The block for the reader."""
    blocks = (
        ("Operator", [f"`{name}`" for name in OPERATORS]),
        ("Condition", CONDITIONS),
        ("Record", RECORDS),
        ("Size", SIZES),
    )
    found = outcomes()
    lines = []
    for title, rows in blocks:
        lines += ["", *_row((title, "records", *(f"`{name}`" for name in BACKENDS)))]
        lines += _row(["---"] * (len(BACKENDS) + 2))
        for row in rows:
            total = found[row]["interpreter"].total()
            cells = [" and ".join(sorted(found[row][name])) for name in BACKENDS]
            lines += _row((row, f"{total:,}", *cells))
    lines += [
        "",
        "What `durable-rules` refuses, and what is computed before its engine is asked:",
        "",
    ]
    lines += _row(("", "What", "Why"))
    lines += _row(("---", "---", "---"))
    lines += [line for one in LIMITS for line in _row((REFUSES, one.what, one.why))]
    lines += [line for one in OUTSIDE for line in _row(("before", one.what, one.why))]
    return "\n".join(lines) + "\n\n"


def _row(cells: Iterable[str]) -> list[str]:
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"]


def refreshed(text: str) -> str:
    """The text with its block written again."""
    return BLOCK.sub(lambda match: f"{match[1]}{table()}{match[3]}", text)


def columns(text: str) -> list[str]:
    """The backends that the block of a text shows."""
    block = BLOCK.search(text)
    assert block is not None
    head = next(line for line in block[2].splitlines() if line.startswith("| Operator"))
    return re.findall(r"`([^`]+)`", head)


def main() -> int:
    """Writes the block again."""
    before = README.read_text(encoding="utf-8")
    missing = [name for name in ("kernels", "durable-rules") if name not in BACKENDS]
    if missing:
        print(f"{', '.join(missing)}: not installed, so the table cannot be made", file=sys.stderr)
        return 2
    after = refreshed(before)
    partial = README.with_suffix(".partial")
    partial.write_text(after, encoding="utf-8", newline="\n")
    partial.replace(README)
    return 0


if __name__ == "__main__":
    sys.exit(main())
