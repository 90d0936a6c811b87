"""The list of engines: every one keeps the protocol, and refuses before it reads data."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadpolicy.backends import (
    BACKENDS,
    ENGINES,
    NEEDS,
    all_at_once,
    automatic,
    availability,
    backend,
    engine_name,
    one_by_one,
)
from leadpolicy.comparison.comparison import compare
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.load import load_policy

HERE = [name for name in BACKENDS if availability(name) is None]
WIDE = 201
LONG = 128


@pytest.mark.parametrize("name", HERE)
def test_every_engine_keeps_the_protocol(name: str) -> None:
    engine = backend(name)
    assert engine.about
    assert engine.refusals({}, {}) == []
    for limit in engine.limits:
        assert limit.name
        assert limit.what
        assert limit.why
    if one_by_one(engine) is None:
        assert callable(all_at_once(engine).of_columns)
        assert callable(all_at_once(engine).of_table)


def test_the_rule_of_auto() -> None:
    assert ("auto", *BACKENDS) == ENGINES
    assert set(NEEDS) < set(BACKENDS)
    assert automatic(single=True) == "closure"
    assert automatic() == "kernels"
    assert automatic(in_memory=False) in BACKENDS
    assert engine_name("auto", single=True) == "closure"
    assert engine_name("sql", single=True) == "sql"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy with a wide list, and one with a long ladder."""
    facts = "\n".join(
        f"  x.f{n}: {{type: boolean, phrase: p, ask: a, owner: data, point_in_time: yes}}"
        for n in range(WIDE)
    )
    (tmp_path / "vocabulary.yaml").write_text(f"vocabulary: 1\nfacts:\n{facts}\n")
    head = "version: 1.0.0\ntitle: T\norganization: O\nvocabulary: 1\ngrain: company\n"
    listed = ", ".join(f"{{x.f{n}: true}}" for n in range(WIDE))
    wide = f"  - {{stage: lead, requires: nothing, when: {{at_least: 2, of: [{listed}]}}}}\n"
    stages = "".join(
        f"  - {{stage: s{n}, requires: nothing, when: {{x.f{n}: true}}}}\n" for n in range(LONG)
    )
    for name, body in (("wide", wide), ("long", stages)):
        (tmp_path / name).mkdir()
        text = f"policy: {name}\n{head}stages:\n{body}"
        (tmp_path / name / "1.0.0.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("engine", "policy", "line"),
    [("durable", "wide", 8), ("kernels", "long", 135), ("sql", "long", 135)],
)
def test_an_engine_refuses_before_data_are_read_and_names_the_place(
    folder: Path, engine: str, policy: str, line: int
) -> None:
    if engine not in HERE:
        pytest.skip(f"{engine} is not installed")
    file = folder / policy / "1.0.0.yaml"
    with pytest.raises(LeadpolicyError) as caught:
        compare(load_policy(file), folder / "no such data", engine=engine)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "LP512"
    assert f"`{engine}`" in diagnostic.message
    assert diagnostic.place.startswith(f"{file}:{line}:")
    with pytest.raises(LeadpolicyError, match="LP512"):
        load_policy(file).decide({}, as_of="2026-03-01", engine=engine)
