"""The notebooks run from top to bottom in real kernels, on a copy of everything they touch."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, Final

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import REPO

NOTEBOOKS: Final = sorted((REPO / "notebooks").glob("0*.ipynb"))
LONGEST: Final = 120
"""Seconds that a single cell may take; all notebooks together take well under four minutes."""
READ: Final = ("policies", "fixtures", "notebooks")


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def sources(notebook: Any, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working copy, so that running notebooks changes nothing here."""
    place = tmp_path_factory.mktemp("copy")
    for name in READ:
        shutil.copytree(REPO / name, place / name)
    return place


def run(copy: Path, name: str) -> str:
    """Everything that a notebook shows as HTML and text, in order."""
    path = copy / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(
        notebook, timeout=LONGEST, kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()  # fmt: skip
    shown: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            shown += [output.get("text", ""), data.get("text/html", data.get("text/plain", ""))]
    return "\n".join(shown)


def test_the_story_is_complete() -> None:
    assert names(NOTEBOOKS) == [
        "01_first_policy",
        "02_compare_definitions",
        "03_backtest_on_history",
        "04_workshop",
        "05_adopt_a_change",
        "06_real_data",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_what_is_committed_has_no_outputs_and_its_parameters_come_first(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert code[0].metadata.get("tags") == ["parameters"]
    assert re.search(r"^(DATA|STUDY) = ", code[0].source, re.MULTILINE)
    assert sources(notebook, "markdown")[0].startswith(f"# {int(path.stem[:2])}. ")


def test_first_policy(copy: Path) -> None:
    shown = run(copy, "01_first_policy")
    assert "our-leads@0.1.0 is in the variable <code>ours</code>" in shown
    assert "There is no policy <code>broken</code> until this is repaired." in shown
    assert "did you mean `company.employees`?" in shown
    assert "Records at each stage, per policy." in shown
    assert "From our-leads@0.1.0 to our-leads@0.1.0(min_employees=100)" in shown or (
        "From our-leads to our-leads@0.1.0(min_employees=100)" in shown
    )


def test_compare_definitions(copy: Path) -> None:
    shown = run(copy, "02_compare_definitions")
    assert "Comparison of 4 policies" in shown
    assert "From heinz to b2b-international" in shown
    assert "What to ask next" in shown
    assert shown.count('class="leadpolicy-decision"') == 2


def test_backtest_on_history(copy: Path) -> None:
    shown = run(copy, "03_backtest_on_history")
    assert "Which definition of a qualified lead finds buyers?" in shown
    assert "Kaplan-Meier" in shown
    assert "Reading: first entry, by quarter of entry" in shown
    assert "its stage under 2 policies over time." in shown


def test_workshop(copy: Path) -> None:
    shown = run(copy, "04_workshop")
    assert "72 votes on 12 cards by 6 voters" in shown
    assert "cards-ballot.csv" in shown


def test_adopt_a_change(copy: Path) -> None:
    before = {path: path.read_bytes() for path in (copy / "policies").rglob("*.yaml")}
    shown = run(copy, "05_adopt_a_change")
    assert "1.2.0.yaml" in shown
    assert "min_employees: 20 → 10" in shown
    assert "adopted: False - still to sign: sales" in shown
    assert shown.count("LP702") == 2
    assert "The version that was signed still stands: adopted True" in shown
    assert {path: path.read_bytes() for path in (copy / "policies").rglob("*.yaml")} == before


def test_real_data_where_they_are_missing(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEADPOLICY_REAL_DATA", str(tmp_path / "nowhere"))
    shown = run(copy, "06_real_data")
    assert "The real data are not here" in shown
    assert "LP501" in shown
    assert "leadpolicy-plot" not in shown


def test_real_data(copy: Path, monkeypatch: pytest.MonkeyPatch, real_data: Path) -> None:
    monkeypatch.setenv("LEADPOLICY_REAL_DATA", str(real_data))
    shown = run(copy, "06_real_data")
    assert "8,000 records" in shown
    assert "Does the way they came tell who becomes a seller?" in shown
