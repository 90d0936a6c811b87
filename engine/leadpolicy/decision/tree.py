"""The reasoning behind a decision, as a tree: stages, criteria, conditions, values seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadpolicy.backends.interpreter import Evaluation, in_window
from leadpolicy.decision.model import Seen, Step
from leadpolicy.logic import build
from leadpolicy.logic.terms import Happened, Not, Term
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    FactUse,
    ParameterTest,
    Ref,
    Stage,
    Test,
    parts,
)
from leadpolicy.policy.phrases import lines, sentence
from leadpolicy.truth import FALSE, TRUE, Truth, every

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision


def explain(decision: Decision) -> tuple[Step, ...]:
    """One step per stage, in the order of the ladder."""
    explaining = _Explaining(decision)
    return tuple(explaining.stage(stage) for stage in decision.policy.stages)


class _Explaining:
    """Walks what the author wrote beside what was evaluated."""

    def __init__(self, decision: Decision) -> None:
        self.policy = decision.policy
        self.record = decision.record
        self.evaluation: Evaluation = decision.evaluation
        self.stages = decision.stages

    def stage(self, stage: Stage) -> Step:
        steps: list[Step] = []
        if stage.requires is not None:
            required = self.policy.stage(stage.requires)
            label = f"requires “{required.title}”"
            steps.append(Step(label, self.stages[required.name], name=required.name))
        when = self.condition(stage.when)
        steps += when.steps if isinstance(stage.when, AllOf) and when.steps else [when]
        for name in stage.excludes:
            inner = self.condition(Ref(name))
            steps.append(Step(f"excluded: {inner.label}", inner.truth, name=name,
                              steps=inner.steps, seen=inner.seen))  # fmt: skip
        for name in stage.advises:
            inner = self.condition(Ref(name))
            steps.append(Step(f"should be known: {inner.label}", inner.truth, name=name,
                              steps=inner.steps, seen=inner.seen, advice=True))  # fmt: skip
        return Step(stage.title, self.stages[stage.name], name=stage.name, steps=tuple(steps))

    def condition(self, condition: Condition) -> Step:
        term = self.policy.terms[condition]
        truth = self.evaluation.truth(term)
        match condition:
            case Ref():
                return self.reference(condition)
            case Test():
                return Step(sentence(condition, self.policy), truth, condition,
                            seen=self.seen(condition))  # fmt: skip
            case EventTest():
                return Step(sentence(condition, self.policy), truth, condition,
                            event=condition.event, events=self.counted(term))  # fmt: skip
            case _:
                return self.group(condition, truth)

    def group(self, condition: Condition, truth: Truth) -> Step:
        """Conditions under a heading. What a parameter switches off is left out, and so are the
        switches themselves; a group of one is that one."""
        live = [part for part in parts(condition) if not self.switched_off(part)]
        shown = tuple(self.condition(p) for p in live if not isinstance(p, ParameterTest))
        if len(shown) == 1 and isinstance(condition, AllOf | AnyOf):
            return shown[0]
        if not shown:
            return Step(sentence(condition, self.policy), truth, condition)
        return Step(lines(condition, self.policy).text, truth, condition, steps=shown)

    def switched_off(self, condition: Condition) -> bool:
        """Whether a parameter decides that a condition never holds."""
        switches = [p for p in (*parts(condition), condition) if isinstance(p, ParameterTest)]
        chained = isinstance(condition, AllOf | ParameterTest)
        return chained and any(self.policy.terms[switch] is build.NO for switch in switches)

    def reference(self, ref: Ref) -> Step:
        criterion = self.policy.criteria.get(ref.name)
        if criterion is None:
            stage = self.policy.stage(ref.name)
            return Step(f"the stage “{stage.title}”", self.stages[ref.name], ref, ref.name)
        inner = self.condition(criterion.condition)
        one_step = inner.seen or inner.event
        return Step(
            criterion.says, inner.truth, ref, ref.name, seen=inner.seen, events=inner.events,
            event=inner.event, steps=inner.steps if not one_step else (),
            grouping=self.grouping(criterion.condition) if len(inner.steps) > 1 else "",
        )  # fmt: skip

    def grouping(self, condition: Condition) -> str:
        """Told only where it is not simply all."""
        if isinstance(condition, AllOf | Ref | Test | EventTest | ParameterTest):
            return ""
        live = [part for part in parts(condition) if not self.switched_off(part)]
        return lines(condition, self.policy).text if len(live) > 1 else ""

    def seen(self, test: Test) -> tuple[Seen, ...]:
        names = [test.subject, *(o.name for o in test.operands if isinstance(o, FactUse))]
        return tuple(
            Seen(name, self.record.facts.get(name), self.record.origins.get(name)) for name in names
        )

    def counted(self, term: Term) -> tuple[int, int, int] | None:
        """Events that count, that may count, and that are on record; None without a log."""
        happened = term.term if isinstance(term, Not) else term
        if not isinstance(happened, Happened):
            return None
        log = self.record.events.get(happened.event)
        if log is None:
            return None
        certain = possible = 0
        for happening in log.happenings:
            fits = Evaluation(happening.details, {}, self.evaluation.now).truth(happened.where)
            counts = every([in_window(happening, self.evaluation.now, happened.within), fits])
            certain += counts is TRUE
            possible += counts is not FALSE
        return certain, possible, len(log.happenings)
