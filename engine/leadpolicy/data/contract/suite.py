"""The contract as a Great Expectations suite per table, run by Great Expectations.

Nothing leaves the machine: the context lives in memory, usage statistics are switched off before
the library is imported, and the Data Docs are rid of everything that a browser would fetch.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.data.contract.docs import keep_local
from leadpolicy.data.contract.model import (
    Among,
    Contract,
    Expectation,
    Filled,
    Moments,
    NotBefore,
    Numbers,
    Reaches,
    RowsRead,
    Series,
    Sheet,
    Unique,
    Within,
    Words,
)
from leadpolicy.data.recordset import Progress
from leadpolicy.extras import needs

if TYPE_CHECKING:
    import pandas as pd

SWITCHES: Final = {"GX_ANALYTICS_ENABLED": "false", "GE_USAGE_STATS": "false"}
SITE: Final = "data_docs"


@dataclass(frozen=True, slots=True)
class SuiteVerdict:
    """What Great Expectations says of one promise."""

    name: str
    kept: bool
    looked_at: int | None
    failing: int | None
    error: str = ""


def run_suite(
    contract: Contract, folder: Path | None = None, progress: Progress | None = None
) -> tuple[list[SuiteVerdict], dict[str, Path]]:
    """Runs every promise by Great Expectations; its verdicts in the order of the contract.

    With a `folder` its Data Docs are written there; the pages by sheet are the second result.
    Raises `LeadpolicyError` where Great Expectations is not installed.
    """
    tell = progress or (lambda _what, _done, _total: None)
    tell("loading Great Expectations", 0, 1)
    with _quiet():
        gx = _library()
        context = _context(gx, folder)
        source = context.data_sources.add_pandas("tables")
        verdicts: dict[str, SuiteVerdict] = {}
        sheets = {e.sheet: contract.sheets[e.sheet] for e in contract.expectations}
        codes = {name: f"sheet_{number}" for number, name in enumerate(sheets, 1)}
        for done, (name, sheet) in enumerate(sheets.items()):
            tell(f"testing {name}", done, len(sheets))
            own = [e for e in contract.expectations if e.sheet == name]
            verdicts |= _run(gx, context, source, codes[name], sheet, own)
        pages: dict[str, Path] = {}
        if folder is not None:
            tell("writing the data docs", 0, 1)
            context.build_data_docs()
            pages = keep_local(folder, {code: name for name, code in codes.items()})
    return [verdicts[e.name] for e in contract.expectations], pages


@contextmanager
def _quiet() -> Iterator[None]:
    """Switches the library's statistics, progress bars and chatter off."""
    before = {name: os.environ.get(name) for name in SWITCHES}
    os.environ.update(SWITCHES)
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _library() -> Any:
    needs("validate", "great_expectations")
    import great_expectations as gx

    return gx


def _context(gx: Any, folder: Path | None) -> Any:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    for site in list(context.get_site_names()):
        context.delete_data_docs_site(site)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        context.add_data_docs_site(
            SITE,
            {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(folder.resolve()),
                },
            },
        )
    return context


def _run(
    gx: Any, context: Any, source: Any, code: str, sheet: Sheet, own: list[Expectation]
) -> dict[str, SuiteVerdict]:
    asset = source.add_dataframe_asset(code)
    batch = asset.add_batch_definition_whole_dataframe("all rows")
    made = [_expectation(gx.expectations, one) for one in own]
    suite = context.suites.add(gx.ExpectationSuite(name=code, expectations=made))
    tests = gx.ValidationDefinition(name=code, data=batch, suite=suite)
    checkpoint = gx.Checkpoint(
        name=code,
        validation_definitions=[context.validation_definitions.add(tests)],
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": 20},
    )
    result = context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": frame(sheet)})
    return {
        verdict.name: verdict
        for run in result.run_results.values()
        for verdict in map(_verdict, run.results)
    }


def _verdict(result: Any) -> SuiteVerdict:
    found = result.result
    count, missing = found.get("element_count"), found.get("missing_count") or 0
    raised = result.exception_info or {}
    error = str(raised.get("exception_message") or "") if raised.get("raised_exception") else ""
    return SuiteVerdict(
        name=str(result.expectation_config.meta["name"]),
        kept=bool(result.success),
        looked_at=None if count is None else int(count) - int(missing),
        failing=found.get("unexpected_count"),
        error=error,
    )


def _expectation(gxe: Any, one: Expectation) -> Any:
    about: Mapping[str, Any] = {
        "severity": str(one.level),
        "meta": {"name": one.name},
        "description": _text(f"{one.name} ({one.level}): {one.says}"),
    }
    match one.check:
        case Among(column=column, allowed=allowed):
            return gxe.ExpectColumnValuesToBeInSet(
                column=_text(column),
                value_set=[_text(a) for a in allowed],
                mostly=one.mostly,
                **about,
            )
        case Within(column=column, low=low, high=high):
            return gxe.ExpectColumnValuesToBeBetween(
                column=_text(column), min_value=low, max_value=high, mostly=one.mostly, **about
            )
        case Unique(column=column):
            return gxe.ExpectColumnValuesToBeUnique(
                column=_text(column), mostly=one.mostly, **about
            )
        case NotBefore(later=later, earlier=earlier):
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=_text(later),
                column_B=_text(earlier),
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                mostly=one.mostly,
                **about,
            )
        case Filled(column=column, share=share):
            return gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(
                column=_text(column), min_value=share, **about
            )
        case Reaches(column=column, moment=moment):
            return gxe.ExpectColumnMaxToBeBetween(
                column=_text(column), min_value=moment.replace(tzinfo=None), **about
            )
        case RowsRead(least=least, most=most):
            return gxe.ExpectTableRowCountToBeBetween(min_value=least, max_value=most, **about)


def frame(sheet: Sheet) -> pd.DataFrame:
    """The columns of a sheet as Great Expectations looks at them."""
    import numpy as np
    import pandas as pd

    columns = {_text(name): _series(found) for name, found in sheet.columns.items()}
    return (
        pd.DataFrame(columns, index=pd.RangeIndex(sheet.rows), copy=False)
        if columns
        else (pd.DataFrame({"row": np.arange(sheet.rows)}))
    )


def _text(text: str) -> str:
    """A text that the Data Docs may show: they put values of cells into their pages as they are."""
    return escape(text, quote=False)


def _series(found: Series) -> Any:
    import numpy as np
    import pandas as pd

    match found:
        case Words(codes=codes, words=words):
            places: dict[str, int] = {}
            moved = [places.setdefault(_text(word), len(places)) for word in words]
            once = np.array([*moved, -1], np.int32)[codes]
            return pd.Categorical.from_codes(once, pd.Index(list(places), dtype=object))
        case Numbers(array=numbers):
            return numbers
        case Moments(array=moments):
            return moments.astype("datetime64[us]")
