"""Where a version stands between its teams, as text."""

from __future__ import annotations

from leadpolicy.governance.adoption import Adoption, Signature


def render_adoption(state: Adoption) -> str:
    """One line that says whether the version is adopted, and one per team."""
    policy = state.policy
    if state.adopted:
        head = (
            f"{policy.identity} is adopted: in force from {state.effective}, "
            f"to be reviewed on {state.review}"
        )
    elif state.missing:
        head = f"{policy.identity} is not adopted: {_and(state.missing)} have yet to sign"
        head = head.replace(" have ", " has ") if len(state.missing) == 1 else head
    else:
        head = f"{policy.identity} is not adopted: the teams have signed for different dates"
    width = max(len(team) for team in policy.teams)
    stale = {one.team: one for one in state.stale}
    lines = [
        f"  {team.ljust(width)}  {_line(state.valid.get(team), stale.get(team))}"
        for team in policy.teams
    ]
    return "\n".join([head, *lines, f"  {'content'.ljust(width)}  {state.content}"])


def _line(valid: Signature | None, stale: Signature | None) -> str:
    if valid is not None:
        dates = f"in force from {valid.effective}, review on {valid.review}"
        note = f" ({valid.note})" if valid.note else ""
        return f"signed by {valid.name} on {valid.signed}; {dates}{note}"
    if stale is not None:
        return f"signed by {stale.name} on {stale.signed}, but the content has changed since"
    return "not signed"


def _and(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
