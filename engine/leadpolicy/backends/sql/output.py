"""Answers as a file: written beside its place and moved there when it is whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadpolicy.backends.sql.session import Session
from leadpolicy.diagnostics import LeadpolicyError


def write_parquet(session: Session, query: str, path: Path) -> None:
    """Runs a query into a Parquet file, row group by row group. Raises `LeadpolicyError`."""
    with whole(session, path) as beside:
        session.connection.sql(query).write_parquet(str(beside))


@contextmanager
def whole(session: Session, path: Path) -> Iterator[Path]:
    """A name beside the file, to be written by the engine; it replaces the file when all is well.

    Raises `LeadpolicyError`, and `Unfit` for values that do not fit.
    """
    if not path.parent.is_dir():
        raise LeadpolicyError.of("LP506", "there is no such folder", where=str(path.parent))
    if path.exists() and not path.is_file():
        raise LeadpolicyError.of(
            "LP506", "the result cannot be written: this is no file", where=str(path)
        )
    beside = path.with_name(f".{secrets.token_hex(4)}.part")
    try:
        with session.errors(str(path)):
            yield beside
        os.replace(beside, path)  # noqa: PTH105 - atomic on every system
    except OSError as error:
        raise LeadpolicyError.of(
            "LP506", f"the result cannot be written: {error.strerror}", where=str(path)
        ) from error
    finally:
        beside.unlink(missing_ok=True)
