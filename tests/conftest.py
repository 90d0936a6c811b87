"""Places and profiles that every test may use."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from leadpolicy.extras import missing
from tests.comparison.world import World, make_world

REPO: Final = Path(__file__).resolve().parent.parent
POLICIES: Final = REPO / "policies"
FIXTURES: Final = REPO / "fixtures"

settings.register_profile("ci", deadline=None, derandomize=False, print_blob=True)
settings.register_profile(
    "long",
    settings.get_profile("ci"),
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def place_outside(variable: str, default: str, what: str) -> Path:
    """The folder that `variable` names, else `default` beside the repository; skips if absent."""
    named = os.environ.get(variable)
    place = Path(named).expanduser().resolve() if named else REPO.parent / default
    if not place.is_dir():
        pytest.skip(f"{what} not found at {place}; set {variable} to the folder that holds it")
    return place


def skip_without(extra: str, *modules: str) -> None:
    """Skips with the reason why an extra cannot be used, and its cure."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what others warn of as they are loaded
        found = missing(extra, *modules)
    if found:
        pytest.skip(str(found), allow_module_level=True)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Six companies, three policies."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the repository."""
    return REPO


@pytest.fixture(scope="session")
def policies() -> Path:
    """The folder of the seed policies and their vocabulary."""
    return POLICIES


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of the bundled data sets."""
    return FIXTURES


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with `olist`, `bpi2012` and `uci_bank`, whose licences forbid a copy here."""
    return place_outside("LEADPOLICY_REAL_DATA", "shared/data", "the real data sets are")


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder with the cases of other projects, one JSON object per line."""
    return place_outside("LEADPOLICY_CONFORMANCE", "shared/conformance", "conformance cases are")


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder with the texts that the seed policies quote."""
    return place_outside("LEADPOLICY_SEEDS", "shared/seeds", "the quoted documents are")
