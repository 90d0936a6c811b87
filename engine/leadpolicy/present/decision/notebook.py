"""Results as they show themselves in a notebook: plain HTML, no script, no external resource.

Every text that comes from a policy or a record is escaped, its invisible characters are shown as
codes, and its direction is kept to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from leadpolicy.characters import inert
from leadpolicy.decision import Decision, Question, Step
from leadpolicy.present.decision.terminal import (
    FLIPS,
    MARKS,
    SEEN,
    WORDS,
    answers,
    event_text,
    heading,
    known_so_far,
    seen_text,
)
from leadpolicy.present.notebook import themed
from leadpolicy.shown import html
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import show
from leadpolicy.vocabulary.model import Vocabulary

# The mark beside each colour says the same without it.
_KINDS: Final = {TRUE: "yes", FALSE: "no", UNKNOWN: "open"}
_STYLE: Final = themed(
    "leadpolicy-decision",
    """& p,& ul,& ol {margin:0;padding:0}
& .who {font-size:1.2em;font-weight:650}
& .faint {color:var(--muted);font-size:.92em}
& .ladder {display:flex;flex-wrap:wrap;gap:6px;margin:12px 0 10px;
  padding:0 !important;list-style:none}
& .ladder li {margin:0;padding:1px 11px;border:1px solid var(--line);
  border-radius:999px;background:var(--panel);white-space:normal}
& .ladder li.here {border-color:var(--certain);box-shadow:0 0 0 1px var(--certain);
  font-weight:650}
& .mark {display:inline-block;width:1.15em;font-weight:700}
& .yes {color:var(--certain)}
& .no {color:var(--against)}
& .open {color:var(--muted)}
& h4 {margin:14px 0 4px;padding:0;font-size:1em;font-weight:650;
  color:var(--ink)}
& .tree {margin-top:12px;border-top:1px solid var(--line)}
& .stage {border-bottom:1px solid var(--line);padding:5px 0}
& .stage>summary {font-weight:650}
& summary {cursor:pointer}
& .step {margin:3px 0 3px 24px}
& .step>summary {list-style-position:outside}
& .head {padding-left:1.15em;text-indent:-1.15em}
& .head .mark {text-indent:0}
& .told {margin-left:1.3em;color:var(--muted);font-size:.92em}
& .sets {margin:2px 0 6px 1.4em}
& .sets li {margin:2px 0}
& code {font-size:.88em;color:var(--muted);background:var(--panel);
  padding:0 4px;border-radius:4px}""",
)


@html.register
def decision_card(decision: Decision) -> str:
    """A decision: its sentence, the ladder, questions and flips, and the reasoning folded in."""
    who = decision.record.id or "The record"
    policy = f"{decision.policy.identity}, as of {show(decision.as_of)}"
    return "".join(
        (
            '<div class="leadpolicy-decision">',
            _STYLE,
            f'<div class="who">{inert(who)}</div>',
            f'<div class="faint">{inert(policy)}<br>{inert(decision.policy.title)}</div>',
            _ladder(decision),
            f"<p>{inert(decision.sentence())}</p>",
            _questions(decision),
            _flips(decision),
            _tree(decision),
            "</div>",
        )
    )


def _mark(truth: Truth) -> str:
    return (
        f'<span class="mark {_KINDS[truth]}" role="img" aria-label="{WORDS[truth]}" '
        f'title="{WORDS[truth]}">{MARKS[truth]}</span>'
    )


def _ladder(decision: Decision) -> str:
    """All stages, the lowest first; the present one is framed."""
    rungs = []
    for stage in decision.policy.stages:
        here = ' class="here"' if stage.name == decision.stage else ""
        rungs.append(f"<li{here}>{_mark(decision.stages[stage.name])}{inert(stage.title)}</li>")
    return f'<ul class="ladder">{"".join(rungs)}</ul>'


def _questions(decision: Decision) -> str:
    stage = decision.next_open
    if stage is None or not decision.questions:
        return ""
    reaching = [question for question in decision.questions if question.reaches]
    ruling = [question for question in decision.questions if not question.reaches]
    parts = [f"<h4>Ask next, about “{inert(stage.title)}”</h4>"]
    if [q.facts for q in reaching] == [q.facts for q in ruling]:
        parts.append(
            _sets(f"{answers(reaching)} could bring it about, or rule it out:", reaching, decision)
        )
    else:
        for could, sets in (("bring it about", reaching), ("rule it out", ruling)):
            if sets:
                parts.append(_sets(f"{answers(sets)} could {could}:", sets, decision))
    return "".join(parts)


def _sets(lead: str, questions: Sequence[Question], decision: Decision) -> str:
    if len(questions) == 1:
        (only,) = questions
        items: Iterable[str] = _asks(only, decision)
    else:
        items = ("<br>".join(_asks(question, decision)) for question in questions)
    kind = "ul" if len(questions) == 1 or all(len(q.facts) == 1 for q in questions) else "ol"
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f'<div class="faint">{lead}</div><{kind} class="sets">{listed}</{kind}>'


def _asks(question: Question, decision: Decision) -> list[str]:
    return [
        f"{inert(ask)} <code>{inert(known_so_far(fact, decision))}</code>"
        for fact, ask in zip(question.facts, question.asks, strict=True)
    ]


def _flips(decision: Decision) -> str:
    if not decision.flips:
        return ""
    texts = (f"{flip.text[0].upper()}{flip.text[1:]}" for flip in decision.flips[:FLIPS])
    items = "".join(f"<li>{inert(text)}</li>" for text in texts)
    return f'<h4>Nearest flips</h4><ul class="sets">{items}</ul>'


def _tree(decision: Decision) -> str:
    """The reasoning, the highest stage first; the first stage not reached stands open."""
    above = [stage.name for stage in decision.policy.stages]
    if decision.stage is not None:
        above = above[above.index(decision.stage) + 1 :]
    first = next(iter(above), decision.stage)
    vocabulary = decision.policy.vocabulary
    stages = (
        f'<details class="stage"{" open" if step.name == first else ""}>'
        f"<summary>{_mark(step.truth)}{inert(step.label)}</summary>"
        f"{''.join(_step(part, vocabulary) for part in step.steps)}</details>"
        for step in reversed(decision.tree)
    )
    return f'<div class="tree">{"".join(stages)}</div>'


def _step(step: Step, vocabulary: Vocabulary) -> str:
    told = [step.rule] if step.rule else []
    told += [SEEN + seen_text(seen, vocabulary) for seen in step.seen]
    if step.counted is not None:
        told.append(SEEN + event_text(step.counted))
    head = f"{_mark(step.truth)}{inert(heading(step))}"
    details = "".join(f'<div class="told">{inert(text)}</div>' for text in told)
    if not step.steps:
        return f'<div class="step"><div class="head">{head}</div>{details}</div>'
    inner = "".join(_step(part, vocabulary) for part in step.steps)
    return f'<details class="step" open><summary>{head}</summary>{details}{inner}</details>'
