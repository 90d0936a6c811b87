"""Every case that ever failed, on every backend."""

from __future__ import annotations

from typing import Final

import pytest

from leadpolicy.backends.interpreter import Verdicts
from tests.conformance.backends import BACKENDS
from tests.fuzz.scene import CORPUS, read

FILES: Final = sorted(CORPUS.glob("*.yaml"))


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("stem", [path.stem for path in FILES])
def test_what_failed_once_does_not_fail_again(stem: str, name: str) -> None:
    case = read(CORPUS / f"{stem}.yaml")
    loaded = case.scene.load()
    found = BACKENDS[name](loaded.logics, loaded.records, loaded.moments)
    for label, expected in case.expected.items():
        for place, (one, wanted) in enumerate(zip(found[label], expected, strict=True)):
            shown = Verdicts(one.criteria if wanted.criteria else (), one.stages)
            assert shown == wanted, f"{case.about}: {label}, record {place}"


def test_files_are_named_for_what_they_hold() -> None:
    """A file that was changed by hand has another name, so that none is kept twice."""
    assert [path.stem for path in FILES] == [read(path).scene.name for path in FILES]
    assert len(FILES) >= 20
