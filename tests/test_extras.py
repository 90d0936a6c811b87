"""What is not installed, or cannot be loaded, is said with its cure."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from leadpolicy import extras
from leadpolicy.diagnostics import LeadpolicyError, Severity

BROKEN = "raise ImportError('undefined symbol: PyEval_CallObject')\n"


def test_an_extra_that_is_there_is_not_missing() -> None:
    assert extras.missing("compare", "numpy") is None
    extras.needs("compare", "numpy")


def test_a_missing_extra_is_one_sentence_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(LeadpolicyError) as caught:
        extras.needs("compare")
    (found,) = caught.value.diagnostics
    assert found.code == "LP511"
    assert found.message == "this needs the extra `compare`, but duckdb cannot be found"
    assert found.severity is Severity.ERROR
    assert found.help == 'install it with `pip install "leadpolicy[compare]"`'


@pytest.mark.parametrize(("version", "flags"), [((3, 12), ""), ((3, 13), extras.FLAGS)])
def test_one_that_cannot_be_loaded_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], flags: str
) -> None:
    (tmp_path / "durable_rules_engine.py").write_text(BROKEN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", version)
    assert extras.missing("stream") is None, "it is only looked for"
    found = extras.missing("stream", "durable_rules_engine")
    assert found is not None
    assert found.reason == (
        "durable_rules_engine is installed and cannot be loaded "
        "(ImportError: undefined symbol: PyEval_CallObject)"
    )
    assert found.cure == f"{flags}pip install --force-reinstall --no-cache-dir durable-rules"


def test_a_failed_import_is_explained_where_an_extra_brings_the_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    error = extras.explained(ImportError("no", name="scipy.stats"))
    assert error is not None
    assert "scipy cannot be found" in error.diagnostics[0].message
    assert extras.explained(ImportError("no", name="something_else")) is None
    assert extras.explained(ImportError("no")) is None


def test_an_extra_brings_the_modules_that_are_looked_for(repo: Path) -> None:
    project = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["optional-dependencies"]
    owners = packages_distributions()
    for extra, modules in extras.EXTRAS.items():
        required = " ".join(declared[extra]).lower().replace("_", "-")
        for module in modules:
            known = owners.get(module, [extras.COMPILED.get(module, module)])
            assert any(name.lower().replace("_", "-") in required for name in known), module


def test_a_python_call_tells_it_as_a_command_does(monkeypatch: pytest.MonkeyPatch) -> None:
    import leadpolicy

    def needing() -> None:
        import scipy.stats  # noqa: F401

    monkeypatch.setattr("leadpolicy.comparison.comparison.compare", needing)
    monkeypatch.delitem(vars(leadpolicy), "compare", raising=False)
    call = leadpolicy.compare
    del vars(leadpolicy)["compare"]
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(LeadpolicyError) as caught:
        call()  # type: ignore[call-arg]
    (found,) = caught.value.diagnostics
    assert found.code == "LP511"
    assert "scipy is installed and cannot be loaded" in found.message
