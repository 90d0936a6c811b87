"""The difference of two versions as text."""

from __future__ import annotations

from collections.abc import Iterator

from leadpolicy.governance.difference import Change, ChangedPart, Difference

_TITLES = {
    ChangedPart.HEAD: "The policy",
    ChangedPart.STAGE: "Stages",
    ChangedPart.CRITERION: "Criteria",
    ChangedPart.PARAMETER: "Parameters",
    ChangedPart.WORDING: "Wording only (no record is decided by it)",
}


def render_difference(found: Difference) -> str:
    """Every change under the part that it belongs to: + new, - gone, ~ changed."""
    head = f"{found.before} → {found.after}"
    if not found.changes:
        return f"{head}\n  They say the same."
    lines = [head]
    if not found.in_meaning:
        lines.append("  They mean the same; only the wording differs.")
    for part, title in _TITLES.items():
        changes = [change for change in found.changes if change.part is part]
        if changes:
            lines += ["", title]
            lines += [f"  {line}" for change in changes for line in _change(change)]
    return "\n".join(lines)


def _change(change: Change) -> Iterator[str]:
    if change.before is None:
        yield f"+ {change.name}: {change.after}"
    elif change.after is None:
        yield f"- {change.name}: {change.before}"
    elif change.part is ChangedPart.PARAMETER or change.part is ChangedPart.HEAD:
        used = f"   (used by {', '.join(change.used_by)})" if change.used_by else ""
        yield f"~ {change.name}: {change.before} → {change.after}{used}"
    elif change.gained or change.lost:
        yield f"~ {change.name}"
        yield from (f"    + {text}" for text in change.gained)
        yield from (f"    - {text}" for text in change.lost)
    else:
        yield f"~ {change.name}"
        yield f"    was: {change.before}"
        yield f"    now: {change.after}"
