"""study.yaml to a `Study`, with every problem noted at its place.

Whether policies, facts and parameters exist is seen when they are loaded; `check.py` notes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from leadpolicy.backtest.study import (
    READINGS,
    UNITS,
    Capacity,
    Reading,
    Study,
    StudyCondition,
    Sweep,
    Unit,
)
from leadpolicy.carried import CARRIED_FIXTURES
from leadpolicy.data.moments import read_as_of
from leadpolicy.diagnostics import (
    LeadpolicyError,
    Problems,
    ValueProblem,
    cited,
    listing,
    suggest,
    unfit,
)
from leadpolicy.files import strange
from leadpolicy.policy.load import POLICIES
from leadpolicy.policy.model import GRAINS, RUNGS
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys
from leadpolicy.times import read_date, read_duration, read_moment

FILE: Final = "study.yaml"
KEYS: Final = (
    "study", "title", "about", "dataset", "grain", "policies", "policies_in", "entered",
    "observed_since", "rungs", "outcome", "as_of", "reading", "period", "exclude", "segments",
    "account", "amount", "worked", "capacity", "hold_out", "accept_snapshot", "sweep",
    "leave_one_out", "smallest_difference",
)  # fmt: skip
REQUIRED: Final = {
    "study": "a name",
    "dataset": "the folder of a dataset.yaml, relative to this file, or its name",
    "policies": "a list of policies",
    "outcome": "{within: 180 days}: the time given to reach the outcome",
}
T = TypeVar("T")


def open_study(what: str | Path, fixtures: Path = Path("fixtures")) -> Study:
    """A study by its file, its folder, or its name: below `fixtures`, or carried.

    Raises `LeadpolicyError`.
    """
    if not isinstance(what, str | Path):
        raise unfit("`what`", what, "a study: its file, its folder, or its name")
    places = [
        Path(what), Path(what) / FILE, fixtures / what / FILE, CARRIED_FIXTURES / what / FILE
    ]  # fmt: skip
    path = next((place for place in places if place.is_file()), None)
    if path is None and not Path(what).is_dir() and (odd := strange(Path(what))):
        raise LeadpolicyError.of("LP101", f"this is {odd}, not a file", where=str(what))
    if path is None:
        names = sorted({"demo", *(p.parent.name for p in fixtures.glob(f"*/{FILE}"))})
        raise LeadpolicyError.of(
            "LP101",
            f"there is no study `{what}`",
            where=str(what),
            expected=f"a {FILE}, the folder of one, or {listing(names)}",
            help=suggest(Path(what).name, names),
        )
    problems = Problems()
    source = read_source(path, problems)
    study = None if source is None else read_study(source, path, problems)
    problems.stop_on_errors()
    if study is None:
        raise LeadpolicyError.of("LP101", "the study cannot be read", where=str(path))
    return study


def read_study(source: Source, path: Path, problems: Problems) -> Study | None:
    """The study in a text; `path` is where its relative paths start from."""
    top = as_mapping(read_yaml(source, problems), problems, "the keys study, dataset and policies")
    if top is None:
        return None
    check_keys(top, problems, known=KEYS, required=REQUIRED, of="a study")
    reader = _Reader(problems, path)
    found = reader.study(top)
    return None if problems.errors else found


class _Reader:
    """Reads the keys of one study."""

    def __init__(self, problems: Problems, path: Path) -> None:
        self.problems = problems
        self.path = path

    def study(self, top: Mapping) -> Study:
        first, last = self.span_of(top.get("entered"))
        outcome, within = self.outcome(top.get("outcome"))
        records, where = self.exclude(top.get("exclude"))
        return Study(
            name=self.text(top.get("study")) or self.path.parent.name,
            title=self.text(top.get("title")) or "",
            about=self.text(top.get("about")) or "",
            dataset=self.place(top.get("dataset")),
            grain=self.one_of(top.get("grain"), GRAINS),
            policies=tuple(self.policy(name) for name in self.texts(top.get("policies"))),
            folder=self.folder(top.get("policies_in")),
            entered_from=first,
            entered_until=last,
            since=self.value(top.get("observed_since"), read_moment),
            rungs=self.rungs(top.get("rungs")),
            outcome=outcome,
            within=within or timedelta(days=1),
            as_of=self.value(top.get("as_of"), read_as_of),
            reading=cast("Reading", self.one_of(top.get("reading"), READINGS) or "furthest"),
            period=cast("Unit", self.one_of(top.get("period"), UNITS) or "quarter"),
            exclude_records=records,
            exclude_where=where,
            segments=self.texts(top.get("segments")),
            account=self.text(top.get("account")),
            amount=self.text(top.get("amount")),
            worked=self.texts(top.get("worked")),
            capacity=self.capacity(top.get("capacity")),
            hold_out=self.value(top.get("hold_out"), read_duration),
            accept_snapshot=self.texts(top.get("accept_snapshot")),
            sweeps=self.sweeps(top.get("sweep")),
            leave_one_out=self.value(top.get("leave_one_out"), _yes) or False,
            smallest_difference=self.value(top.get("smallest_difference"), _share),
            path=self.path,
        )

    # ------------------------------------------------------------------------------ plain values

    def text(self, node: Node | None) -> str | None:
        scalar = as_text(node, self.problems, "a text")
        return scalar.text if scalar is not None else None

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """A list of texts; a single one may stand without brackets. Repetitions are refused."""
        items = (node,) if isinstance(node, Scalar) else as_items(node, self.problems, "a list")
        found: dict[str, None] = {}
        for item in items:
            scalar = as_text(item, self.problems, "a text")
            if scalar is None:
                continue
            if scalar.text in found:
                self.problems.error("LP209", f"`{cited(scalar.text)}` stands twice", scalar.span)
            found[scalar.text] = None
        return tuple(found)

    def one_of(self, node: Node | None, allowed: tuple[str, ...]) -> str | None:
        scalar = as_text(node, self.problems, f"one of {listing(allowed)}")
        if scalar is None:
            return None
        if scalar.text not in allowed:
            self.problems.error(
                "LP302",
                f"`{cited(scalar.text)}` is not allowed here",
                scalar.span,
                expected=f"one of {listing(allowed)}",
                help=suggest(scalar.text, allowed),
            )
        return scalar.text

    def value(self, node: Node | None, read: Callable[[str], T]) -> T | None:
        """A value that `read` makes of a text; its `ValueProblem` is noted at the place."""
        scalar = as_text(node, self.problems, "a single value")
        if scalar is None:
            return None
        try:
            return read(scalar.text)
        except ValueProblem as problem:
            self.problems.error(
                problem.code,
                problem.message,
                scalar.span,
                expected=problem.expected,
                help=problem.help,
            )
            return None

    # ------------------------------------------------------------------------------ the larger keys

    def place(self, node: Node | None) -> str:
        """A folder relative to the study, or a name that is left as it is."""
        text = self.text(node) or ""
        near = self.path.parent / text
        return str(near) if near.exists() else text

    def policy(self, name: str) -> str:
        near = self.path.parent / name
        return str(near) if near.exists() and "/" in name else name

    def folder(self, node: Node | None) -> Path:
        scalar = as_text(node, self.problems, "a folder of policies, relative to this file")
        if scalar is None:
            return POLICIES
        folder = self.path.parent / scalar.text
        if not folder.is_dir():
            self.problems.error(
                "LP101",
                f"there is no folder `{cited(scalar.text)}`",
                scalar.span,
                help="the path is relative to the study",
            )
        return folder

    def span_of(self, node: Node | None) -> tuple[datetime | None, datetime | None]:
        body = as_mapping(node, self.problems, "{from: 2024-01-01, until: 2025-06-30}")
        if body is None:
            return None, None
        check_keys(body, self.problems, known=("from", "until"), of="`entered`")
        first = self.value(body.get("from"), read_moment)
        last = self.value(body.get("until"), _end)
        if first is not None and last is not None and first >= last:
            self.problems.error("LP302", "`until` comes before `from`", body.span)
        return first, last

    def rungs(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return RUNGS
        chosen = self.texts(node)
        for name in chosen:
            if name not in RUNGS:
                self.problems.error(
                    "LP302",
                    f"there is no rung `{cited(name)}`",
                    node.span,
                    expected=f"some of {listing(RUNGS)}",
                    help=suggest(name, RUNGS),
                )
        return tuple(rung for rung in RUNGS if rung in chosen)

    def outcome(self, node: Node | None) -> tuple[str | None, timedelta | None]:
        body = as_mapping(node, self.problems, "{name: won, within: 180 days}")
        if body is None:
            return None, None
        needed = {"within": "the time given to reach the outcome, such as 180 days"}
        check_keys(body, self.problems, known=("name", "within"), required=needed, of="the outcome")
        return self.text(body.get("name")), self.value(body.get("within"), read_duration)

    def exclude(self, node: Node | None) -> tuple[tuple[str, ...], tuple[StudyCondition, ...]]:
        body = as_mapping(node, self.problems, "the keys records and where")
        if body is None:
            return (), ()
        check_keys(body, self.problems, known=("records", "where"), of="`exclude`")
        facts = as_mapping(body.get("where"), self.problems, "facts with values")
        where = tuple(
            StudyCondition(fact.text, self.texts(value), fact.span)
            for fact, value in (facts.entries if facts is not None else ())
        )
        return self.texts(body.get("records")), where

    def capacity(self, node: Node | None) -> Capacity | None:
        body = as_mapping(node, self.problems, "{reps: 8, leads_per_rep_and_week: 5}")
        if body is None:
            return None
        keys = ("reps", "leads_per_rep_and_week")
        check_keys(body, self.problems, known=keys, required=keys, of="the capacity")
        reps = self.value(body.get("reps"), _whole)
        each = self.value(body.get("leads_per_rep_and_week"), _number)
        if reps is None or each is None:
            return None
        if reps <= 0 or each <= 0:
            self.problems.error("LP302", "a capacity is more than nothing", body.span)
        return Capacity(reps, each)

    def sweeps(self, node: Node | None) -> tuple[Sweep, ...]:
        expected = "a list of {policy: ..., parameter: ..., values: [...]}"
        found = []
        for item in as_items(node, self.problems, expected):
            body = as_mapping(item, self.problems, expected)
            if body is None:
                continue
            keys = ("policy", "parameter", "values")
            check_keys(body, self.problems, known=keys, required=keys, of="a sweep")
            policy, parameter = self.text(body.get("policy")), self.text(body.get("parameter"))
            values = body.get("values")
            if policy and parameter and isinstance(values, Sequence):
                key = body.key("parameter")
                span = key.span if key is not None else body.span
                found.append(Sweep(policy, parameter, self.texts(values), span))
            elif values is not None and not isinstance(values, Sequence):
                self.problems.error("LP107", "`values` is a list", values.span)
        return tuple(found)


# --------------------------------------------------------------------------------- single values


def _end(text: str) -> datetime:
    """The moment after the last that counts: a day is meant whole."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        day = read_date(text.strip())
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return read_moment(text)


def _yes(text: str) -> bool:
    known: dict[str, Any] = {"yes": True, "true": True, "no": False, "false": False}
    if text.strip().casefold() not in known:
        raise ValueProblem(f"`{cited(text)}` is neither yes nor no", "yes or no")
    return bool(known[text.strip().casefold()])


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text.replace("_", "")):
        raise ValueProblem(f"`{cited(text)}` is not a whole number", "a whole number")
    return int(text.replace("_", ""))


def _number(text: str) -> float:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        raise ValueProblem(f"`{cited(text)}` is not a number", "a number such as 5 or 2.5")
    return float(text)


def _share(text: str) -> float:
    """`5 %` or `0.05`."""
    plain = text.strip().removesuffix("%").strip()
    number = _number(plain) / (100 if text.strip().endswith("%") else 1)
    if not 0 < number < 1:
        raise ValueProblem(f"`{cited(text)}` is not a share", "a share such as 5 % or 0.05")
    return number
