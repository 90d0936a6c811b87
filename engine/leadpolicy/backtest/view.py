"""One policy on one rung, seen on the records of a cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadpolicy.backtest.arrays import NEVER, Codes, Mask, Whole
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.spans import Spans
from leadpolicy.backtest.study import Reading
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN
from leadpolicy.policy.model import Policy


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """`entered` and `left` are the first entry and the first exit after it; `verdict` is what is
    said at each record's moment, in the reading of the study.
    """

    policy: str
    rung: str
    entered: Whole
    left: Whole
    verdict: Codes
    bits: int
    spans: Spans

    @property
    def held(self) -> Mask:
        """The records that are certainly on the rung at their moment."""
        on: Mask = self.verdict == TRUE
        return on

    @property
    def unknown(self) -> Mask:
        """The records of which it cannot be told."""
        maybe: Mask = self.verdict == UNKNOWN
        return maybe


def bits_of(policy: Policy, rung: str) -> int:
    """The bits of the stages that count as a rung; 0 where the policy does not define it."""
    return sum(1 << at for at, stage in enumerate(policy.stages) if stage.counts_as == rung)


def view(spans: Spans, cohort: Cohort, label: str, rung: str, bits: int, reading: Reading) -> View:
    """A policy's stages `bits` on a cohort, whose records are numbered as in `spans`."""
    looked = spans.furthest if reading == "furthest" else spans.at
    verdict = looked(bits, cohort.moment)
    verdict[cohort.moment == NEVER] = FALSE
    return View(
        policy=label,
        rung=rung,
        entered=spans.first_entry(bits),
        left=spans.first_exit(bits),
        verdict=verdict,
        bits=bits,
        spans=spans,
    )


def views(
    spans: Mapping[str, Spans],
    policies: Mapping[str, Policy],
    cohort: Cohort,
    rungs: Sequence[str],
    reading: Reading,
) -> list[View]:
    """A view for every rung and policy that defines it, rung by rung."""
    return [
        view(spans[label], cohort, label, rung, bits, reading)
        for rung in rungs
        for label, policy in policies.items()
        if (bits := bits_of(policy, rung))
    ]
