"""Every measure is the same whichever engine made the verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadpolicy.backends import BACKENDS, availability
from leadpolicy.comparison.comparison import FRAMES, compare
from leadpolicy.comparison.cubes.cube import cube
from leadpolicy.data.dataset import open_dataset
from leadpolicy.policy import load_policies
from tests.conftest import FIXTURES, POLICIES
from tests.evaluation.test_engines import few

ENGINES = [name for name in BACKENDS if name != "interpreter" and availability(name) is None]
NAMES = ["heinz", "b2b-international", "salesdevs", "two-way-dialogue"]
MOST = {"demo": 3_000, "bpi2012": 600, "olist": 600}
SLOW = 40
"""Records that durable-rules is asked about: it takes a thousand times as long."""
SEGMENT = {"demo": "company.industry"}


def told(data: Any, by: str | None, engine: str) -> dict[str, Any]:
    """All that a comparison says, and what a cube counts."""
    policies = load_policies(NAMES, policies=POLICIES)
    found = compare(policies, data, by=by, engine=engine)
    assert found.evaluation.engine == engine
    said = found.to_dict()
    assert set(FRAMES) <= set(said)
    assert said.pop("engine") == engine
    made = cube(policies[:2], data, engine=engine)
    views = {label: made.view(label) for label in made.policies}
    said["cube"] = {
        label: [view.volumes().to_dict(), view.outcomes().to_dict(), view.stages().to_dict()]
        for label, view in views.items()
    }
    return said


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", MOST)
def test_all_figures(name: str, engine: str, request: pytest.FixtureRequest) -> None:
    if name != "demo":
        assert isinstance(request.getfixturevalue("real_data"), Path)
    records = open_dataset(FIXTURES / name).records()
    data = few(records, SLOW if engine == "durable" else MOST[name])
    by = SEGMENT.get(name)
    found, expected = told(data, by, engine), told(data, by, "interpreter")
    for part, value in expected.items():
        assert repr(found[part]) == repr(value), part
