"""Commands on policies of very many criteria, in long chains, shared or side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import large
from tests.cli.conftest import Run

SIZE = 2_000
RECORD = (
    '{"facts": {"company.employees": "20-60", "engagement.inbound_requests": 3, '
    '"engagement.event_scans": 7}, "as_of": "2026-03-01"}'
)


@pytest.fixture
def shelf(tmp_path: Path, shape: str) -> Path:
    (tmp_path / "large").mkdir()
    vocabulary = Path("policies/vocabulary.yaml").read_text(encoding="utf-8")
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    (tmp_path / "large" / "1.0.0.yaml").write_text(large.SHAPES[shape](SIZE), encoding="utf-8")
    (tmp_path / "record.json").write_text(RECORD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("shape", large.SHAPES)
def test_every_command_ends(shelf: Path, leadpolicy: Run) -> None:
    policy, record = f"{shelf}/large", f"{shelf}/record.json"
    assert leadpolicy("check", str(shelf)).code == 0
    assert leadpolicy("lock", str(shelf)).code == 0
    assert leadpolicy("diff", policy, policy).code == 0
    for command in (
        ["show", policy],
        ["explain", policy, "--record", record],
        ["explain", policy, "--record", record, "--json"],
    ):
        said = leadpolicy(*command)
        assert said.code == 0
        assert "Criterion 0" in said.out
