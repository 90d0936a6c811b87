"""Writing results: the whole new file, or the old one untouched."""

from __future__ import annotations

import tempfile
from pathlib import Path

from leadpolicy.diagnostics import LeadpolicyError


def write_whole(path: Path, text: str) -> Path:
    """Write a text file in one step. Raises `LeadpolicyError` where that is not possible."""
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, delete=False, suffix=".part"
        ) as file:
            part = Path(file.name)
            file.write(text)
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise LeadpolicyError.of(
            "LP506", f"the file cannot be written: {error.strerror}", where=str(path)
        ) from None
    return path
