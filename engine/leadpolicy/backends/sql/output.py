"""Answers as a file: written beside its place and moved there when it is whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from leadpolicy.backends.sql.session import Session
from leadpolicy.diagnostics import LeadpolicyError


def write_parquet(session: Session, query: str, path: Path) -> None:
    """Runs a query into a Parquet file, row group by row group. Raises `LeadpolicyError`."""
    if not path.parent.is_dir():
        raise LeadpolicyError.of("LP506", "there is no such folder", where=str(path.parent))
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with session.errors(str(path)):
            session.connection.sql(query).write_parquet(str(beside))
        os.replace(beside, path)  # noqa: PTH105 - atomic on every system
    except OSError as error:
        raise LeadpolicyError.of(
            "LP506", f"the result cannot be written: {error.strerror}", where=str(path)
        ) from error
    finally:
        beside.unlink(missing_ok=True)
