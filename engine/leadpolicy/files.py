"""Writing results: the whole new file, or the old one untouched."""

from __future__ import annotations

import tempfile
from pathlib import Path

from leadpolicy.diagnostics import LeadpolicyError


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file in one step, text as UTF-8. Raises `LeadpolicyError` where it cannot be."""
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False, suffix=".part") as file:
            part = Path(file.name)
            file.write(content if isinstance(content, bytes) else content.encode())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise LeadpolicyError.of(
            "LP506", f"the file cannot be written: {error.strerror}", where=str(path)
        ) from None
    return path
