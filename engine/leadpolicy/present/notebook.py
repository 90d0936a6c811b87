"""Results as they show themselves in a notebook: plain HTML, no script, no external resource.

Every text that comes from a policy or a record is escaped.
"""

from __future__ import annotations

from html import escape
from typing import Final

from leadpolicy.decision import Decision, Step
from leadpolicy.present.explain import MARKS, WORDS, event_text, seen_text
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import show
from leadpolicy.vocabulary.model import Vocabulary

# Blue, orange and grey stay apart for colour-blind readers; the mark says the same without colour.
COLOURS: Final = {TRUE: "#0072b2", FALSE: "#b35900", UNKNOWN: "#767676"}
_CARD: Final = (
    "border:1px solid #8886;border-radius:8px;padding:12px 16px;max-width:52rem;"
    "font-family:system-ui,sans-serif;line-height:1.45"
)
_FAINT: Final = "opacity:.75;font-size:.9em"


def decision_card(decision: Decision) -> str:
    """A decision: its sentence, the ladder with the reasoning folded in, questions and flips."""
    parts = [
        f'<div style="{_CARD}">',
        f'<div style="font-size:1.15em"><strong>{escape(decision.record.id or "Record")}</strong>: '
        f"{escape(decision.title_of(decision.stage))}",
    ]
    if decision.possible_stage != decision.stage:
        parts.append(f" <span style='{_FAINT}'>(possibly "
                     f"{escape(decision.title_of(decision.possible_stage))})</span>")  # fmt: skip
    parts += [
        "</div>",
        f'<div style="{_FAINT}">{escape(decision.policy.identity)}, as of '
        f"{escape(show(decision.as_of))}</div>",
        f"<p>{escape(decision.sentence())}</p>",
    ]
    parts += [_step(step, decision.policy.vocabulary) for step in reversed(decision.tree)]
    parts += [_questions(decision), _flips(decision), "</div>"]
    return "".join(parts)


def _step(step: Step, vocabulary: Vocabulary) -> str:
    grouping = f": {step.grouping}" if step.grouping else ""
    head = (
        f'<span style="color:{COLOURS[step.truth]};font-weight:600" '
        f'title="{WORDS[step.truth]}">{MARKS[step.truth]}</span> {escape(step.label + grouping)}'
    )
    told = [seen_text(seen, vocabulary) for seen in step.seen]
    if step.counted is not None:
        told.append(event_text(step.counted))
    details = "".join(f'<div style="{_FAINT};margin-left:1.4em">{escape(t)}</div>' for t in told)
    if not step.steps:
        return f'<div style="margin-left:1em">{head}{details}</div>'
    inner = "".join(_step(part, vocabulary) for part in step.steps)
    return (
        f'<details style="margin-left:1em"><summary style="cursor:pointer">{head}</summary>'
        f"{details}{inner}</details>"
    )


def _questions(decision: Decision) -> str:
    reaching = [question for question in decision.questions if question.reaches]
    if not reaching:
        return ""
    items = "".join(f"<li>{'<br>'.join(map(escape, q.asks))}</li>" for q in reaching)
    title = escape(decision.title_of(reaching[0].stage))
    return f"<p style='margin-bottom:0'>Ask next (for “{title}”)</p><ol>{items}</ol>"


def _flips(decision: Decision) -> str:
    if not decision.flips:
        return ""
    items = "".join(f"<li>{escape(flip.text)}</li>" for flip in decision.flips[:3])
    return f"<p style='margin-bottom:0'>Nearest flips</p><ul>{items}</ul>"
