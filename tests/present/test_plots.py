"""Every plot: what it counts, what it says of itself, and that it is a picture of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

import leadpolicy
from leadpolicy import LeadpolicyError, plots
from leadpolicy.backtest.read import open_study
from leadpolicy.backtest.run import backtest
from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.cubes.cube import Cube, cube
from leadpolicy.data.chronicle import NEVER
from leadpolicy.evaluation.codes import TRUE
from leadpolicy.history.result import Replay
from leadpolicy.present.backtest.thresholds import _Candidate, _front, _places
from leadpolicy.present.backtest.waiting import _cells
from leadpolicy.present.comparison.alluvial import HIGH, _blocks, _ribbons
from leadpolicy.present.drawing import Plot, blank
from leadpolicy.present.theme import THEMES, Theme
from tests.conftest import FIXTURES, POLICIES

CHOSEN: Final = ["heinz", "b2b-international", "iql-mql-sql"]
SVG: Final = "{http://www.w3.org/2000/svg}"
DAY: Final = 86_400_000_000


@pytest.fixture(scope="module")
def data() -> leadpolicy.RecordSet:
    return leadpolicy.open_dataset(FIXTURES / "demo").records()


@pytest.fixture(scope="module")
def comparison(data: leadpolicy.RecordSet) -> Comparison:
    return leadpolicy.compare(leadpolicy.load_policies(CHOSEN, policies=POLICIES), data)


@pytest.fixture(scope="module")
def replay() -> Replay:
    policies = leadpolicy.load_policies(CHOSEN[:2], policies=POLICIES)
    return leadpolicy.replay(policies, FIXTURES / "demo", accept_snapshot="all")


@pytest.fixture(scope="module")
def swept(data: leadpolicy.RecordSet) -> Cube:
    policies = leadpolicy.load_policies(["b2b-international"], policies=POLICIES)
    return cube(policies, data, parameters={"b2b-international": {"min_employees": [10, 20, 100]}})


@pytest.fixture(scope="module")
def every(comparison: Comparison, replay: Replay, swept: Cube) -> dict[str, Plot]:
    study = backtest(open_study(FIXTURES / "demo" / "study.yaml"))
    return {
        "agreement": plots.agreement(comparison, "lead"),
        "alluvial": plots.alluvial(comparison),
        "cohorts": plots.cohorts(replay, "heinz", "lead"),
        "frontier": plots.frontier(comparison, swept.sweep("b2b-international", "min_employees")),
        "funnel": plots.funnel(comparison),
        "kaplan_meier": plots.kaplan_meier(study),
        "swimlane": plots.swimlane(replay, 7),
        "sweep": plots.sweep(swept, "b2b-international", "min_employees", capacity=16),
        "sweep of a study": plots.sweep(study, "b2b-international", "min_employees"),
        "unknowns": plots.unknowns(comparison),
        "upset": plots.upset(comparison, "lead"),
    }


def texts(svg: str) -> str:
    return " ".join("".join(one.itertext()) for one in ET.fromstring(svg).iter(f"{SVG}text"))


def test_every_plot_is_there(every: dict[str, Plot]) -> None:
    drawn = {name.partition(" ")[0] for name in every}
    assert drawn == {name for name in dir(plots) if name != "Plot"}


def test_every_title_tells_reading_and_denominator(every: dict[str, Plot]) -> None:
    for name, plot in every.items():
        said = plot.title.lower()
        assert "records" in said or "among those" in said, name
        assert any(word in said for word in ("reading", "first entry", "furthest", "among")), name
        assert len(plot.alt) > 40, name


def test_pictures_are_whole_documents_in_both_themes(every: dict[str, Plot]) -> None:
    for name, plot in every.items():
        light, dark = plot.svg(), plot.svg("dark")
        assert "var(" not in light + dark, name
        assert THEMES["light"]["paper"] in light, name
        assert THEMES["dark"]["paper"] in dark, name
        root = ET.fromstring(light)
        assert root.findtext(f"{SVG}title") == plot.title, name
        assert root.findtext(f"{SVG}desc") == plot.alt, name
        assert "".join(texts(light).split()).startswith("".join(plot.title[:30].split())), name


def test_pictures_need_nothing_from_outside(every: dict[str, Plot]) -> None:
    for plot in every.values():
        shown = plot.figure().replace("http://www.w3.org/", "")
        assert not any(word in shown for word in ("http:", "https:", "<script", "@import", "url(h"))
        assert 'role="img" aria-label="' in shown
        assert "prefers-color-scheme:dark" in shown
        assert "data-jp-theme-light" in shown


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read(theme: Theme) -> None:
    colours = THEMES[theme]
    for ink in ("ink", "muted", "certain", "absent"):
        light, dark = sorted((luminance(colours[ink]), luminance(colours["paper"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, ink


def test_files(every: dict[str, Plot], tmp_path: Path) -> None:
    png = every["funnel"].save(tmp_path / "funnel.png", "dark")
    assert png.read_bytes().startswith(b"\x89PNG\r\n")
    svg = every["funnel"].save(tmp_path / "funnel.SVG")
    assert svg.read_text(encoding="utf-8") == every["funnel"].svg()
    with pytest.raises(LeadpolicyError, match=r"cannot be saved as `funnel.pdf`"):
        every["funnel"].save(tmp_path / "funnel.pdf")
    with pytest.raises(LeadpolicyError, match="light or dark"):
        every["funnel"].svg("pink")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\"&'", "שלום 🦄", "</svg>var(--x, #123456)"]
)
def test_names_appear_as_text(name: str) -> None:
    plot = blank(f"{name}. {name}", name)
    root = ET.fromstring(plot.svg())
    assert name.split("(", maxsplit=1)[0] in texts(plot.svg())
    assert root.findtext(f"{SVG}desc") is not None
    assert "<script" not in plot.figure()


# -------------------------------------------------------------------------------- what is counted


def test_funnel_counts_what_the_comparison_counts(comparison: Comparison) -> None:
    shown = texts(plots.funnel(comparison, "heinz").svg())
    stages = comparison.stages
    for row in stages[(stages["policy"] == "heinz") & (stages["position"] >= 0)].itertuples():
        assert f"{row.certain:,} = " in shown
    assert "iql-mql-sql" not in shown


def test_alluvial_moves_every_record_once(comparison: Comparison) -> None:
    plot = plots.alluvial(comparison, "heinz", "b2b-international")
    told = re.findall(r" to [^:]+: ([\d,]+), (?:as before|higher|lower)\.", plot.alt)
    assert sum(int(count.replace(",", "")) for count in told) == comparison.study.records


def test_ribbons_fill_their_blocks() -> None:
    flows = np.array([[5, 0], [1, 4]])
    left, right = _blocks(["none", "lead"], [5, 5]), _blocks(["none", "lead"], [6, 4])
    kinds = [["as before", "higher"], ["lower", "as before"]]
    rows, told, counts = _ribbons(flows, left, right, kinds)
    assert counts == {"as before": 9, "higher": 0, "lower": 1}
    assert told == ["lead to lead: 4, as before.", "lead to none: 1, lower.",
                    "none to none: 5, as before."]  # fmt: skip
    last = rows[-1]  # none to none
    assert last.size == pytest.approx(HIGH / 2)
    assert last.right + last.size == pytest.approx(right[0].top + right[0].size)
    assert last.edge(100)[0] == (0, last.left)
    assert last.edge(100)[-1] == (100, last.right)
    assert left[1].top < left[0].top  # the highest stage on top


def test_upset_columns_add_up_to_what_policies_hold(comparison: Comparison) -> None:
    plot = plots.upset(comparison, "lead")
    verdicts = comparison.verdicts()
    held = np.column_stack([verdicts[label, "lead"] == TRUE for label in CHOSEN])
    alone = held[:, 0] & ~held[:, 1] & ~held[:, 2]
    everyone = held.all(axis=1)
    assert f" heinz: {alone.sum()}." in plot.alt or not alone.any()
    assert f": {everyone.sum()}." in plot.alt
    assert f"{(~held.any(axis=1)).sum():,} records are held by none" in plot.title


def test_the_front_is_what_nothing_beats() -> None:
    def candidate(name: str, held: int, rate: float) -> _Candidate:
        return _Candidate(name, held, held, 0, rate, rate, rate)

    some = [candidate("few and good", 10, 0.5), candidate("many and bad", 100, 0.1),
            candidate("beaten", 10, 0.4), candidate("as many, worse", 100, 0.05),
            candidate("between", 50, 0.3)]  # fmt: skip
    assert [one.name for one in _front(some)] == ["few and good", "between", "many and bad"]
    places = _places(some, [(one.held * 5, 330 - one.rate * 600) for one in some])
    assert len({(x, y) for x, y, _ in places}) == len(some)
    close = _places(some[:2], [(100, 100), (100, 100)])
    assert close[0] != close[1]


def test_cohorts_leave_out_what_was_not_observed_for_so_long() -> None:
    starts = np.array([0, 0, 40]) * DAY
    reached = np.array([0, 35 * DAY, NEVER])
    rows = _cells(starts, reached, 65 * DAY, np.array([0, 0, 1]), 30, 12)
    found = {(row["at"], row["days"]): row["share"] for row in rows}
    assert found == {(0, 0): 0.5, (0, 30): 0.5, (0, 60): 1.0, (1, 0): 0.0}


def test_swimlane_tells_stages_and_events(replay: Replay) -> None:
    number = int(np.bincount(replay.timelines("heinz").record).argmax())
    plot = plots.swimlane(replay, replay.chronicle.ids[number], "heinz")
    lines = replay.timelines("heinz")
    own = lines.record == number
    moves = int((np.diff(lines.stage[own]) != 0).sum() + (np.diff(lines.possible[own]) != 0).sum())
    assert moves >= 1
    assert plot.alt.count("heinz: ") >= 2
    assert "b2b-international" not in plot.alt
    with pytest.raises(LeadpolicyError, match="there is no record `nobody`"):
        plots.swimlane(replay, "nobody")


def test_readings_of_a_replay_differ(replay: Replay) -> None:
    current, furthest = (plots.alluvial(replay, reading=r) for r in ("current", "furthest"))
    assert "Reading: current as of 2025-12-31" in current.title
    assert "Reading: furthest reached by 2025-12-31" in furthest.title
    with pytest.raises(LeadpolicyError, match="current or furthest"):
        plots.alluvial(replay, reading="first")  # type: ignore[arg-type]


def test_sweep_marks_the_own_setting_and_the_capacity(every: dict[str, Plot]) -> None:
    shown = texts(every["sweep"].svg())
    assert "20 ●" in shown
    assert "capacity 16" in shown


# --------------------------------------------------------------------------------- nothing to see


def test_one_policy_alone(data: leadpolicy.RecordSet) -> None:
    alone = leadpolicy.compare(leadpolicy.load("heinz", policies=POLICIES), data)
    assert "one policy alone" in plots.alluvial(alone).alt
    assert "no pair to compare" in plots.agreement(alone).alt
    assert "1 candidate." in plots.frontier(alone).title
    assert plots.upset(alone, "lead").alt.startswith("Bars per combination")


def test_a_rung_that_nobody_defines(comparison: Comparison, replay: Replay) -> None:
    only = plots.frontier(comparison, rung="opportunity")
    assert "heinz" in only.alt
    assert "does not define this rung" in plots.cohorts(replay, "heinz", "qualified_lead").alt
    with pytest.raises(LeadpolicyError, match="there is no rung `leed`"):
        plots.upset(comparison, "leed")
    with pytest.raises(LeadpolicyError, match="there is no policy `hienz`"):
        plots.funnel(comparison, "hienz")


def test_a_hundred_policies(data: leadpolicy.RecordSet) -> None:
    heinz = leadpolicy.load("heinz", policies=POLICIES)
    many = [heinz.with_parameters(min_employees=at) for at in range(1, 101)]
    comparison = leadpolicy.compare(many, data, rungs=["lead"])
    assert "Shown are 12 of 100 policies." in plots.funnel(comparison).title
    assert "Shown are 20 of 100 policies." in plots.upset(comparison, "lead").title
    assert plots.frontier(comparison, rung="lead").title.startswith("Lead: records held")


def test_no_outcome_and_nothing_open(comparison: Comparison) -> None:
    def emptied(name: str) -> Any:
        table: pd.DataFrame = getattr(comparison, name)
        fields = {f: getattr(comparison, f) for f in comparison.__dataclass_fields__}
        found = Comparison(**fields)
        found.__dict__[name] = table.head(0)
        return found

    assert "whose outcome is known" in plots.frontier(emptied("outcomes"), rung="lead").alt
    assert plots.unknowns(emptied("missing")).alt.startswith("No verdict is open")


def test_nothing_is_known_of_any_record() -> None:
    vocabulary = leadpolicy.load_vocabulary(POLICIES / "vocabulary.yaml")
    frame = pd.DataFrame({"company_id": ["a", "<b>"], "company.industry": [None, None]})
    records = leadpolicy.from_frame(frame, vocabulary, id="company_id", as_of="2026-01-01")
    policies = leadpolicy.load_policies(CHOSEN, policies=POLICIES)
    comparison = leadpolicy.compare(policies, records)
    assert "2 UNKNOWN" in texts(plots.funnel(comparison).svg())
    assert "100.0 %, not in the data at all" in plots.unknowns(comparison).alt
    assert "0 of 2 records (0.0 %) stand elsewhere." in plots.alluvial(comparison).title
    assert "No policy certainly holds a record" in plots.upset(comparison, "lead").alt
    assert comparison._repr_html_().count("<figure") >= 2
