"""One policy on one rung, seen on the records of a cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leadpolicy.backtest.arrays import NEVER, Codes, Mask, Whole
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.spans import VerdictSpans
from leadpolicy.backtest.study import Reading
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN
from leadpolicy.policy.model import Policy


@dataclass(frozen=True, slots=True, eq=False)
class PolicyView:
    """`entered` and `left` are the first entry and the first exit after it; `verdict` is what is
    said at each record's moment, in the reading of the study.
    """

    policy: str
    rung: str
    entered: Whole
    left: Whole
    verdict: Codes
    bits: int
    spans: VerdictSpans
    reading: Reading = "furthest"

    @property
    def held(self) -> Mask:
        """The records that are certainly on the rung at their moment."""
        on: Mask = self.verdict == TRUE
        return on

    @property
    def refused(self) -> Mask:
        """The records that are certainly not on the rung at their moment."""
        off: Mask = self.verdict == FALSE
        return off

    @property
    def unknown(self) -> Mask:
        """The records of which it cannot be told."""
        maybe: Mask = self.verdict == UNKNOWN
        return maybe


def bits_of(policy: Policy, rung: str) -> int:
    """The bits of the stages that count as a rung; 0 where the policy does not define it."""
    return sum(1 << at for at, stage in enumerate(policy.stages) if stage.counts_as == rung)


def view(
    spans: VerdictSpans, cohort: Cohort, label: str, rung: str, bits: int, reading: Reading
) -> PolicyView:
    """A policy's stages `bits` on a cohort, whose records are numbered as in `spans`."""
    return PolicyView(
        policy=label,
        rung=rung,
        entered=spans.first_entry(bits),
        left=spans.first_exit(bits),
        verdict=_verdict(spans, cohort, bits, reading),
        bits=bits,
        spans=spans,
        reading=reading,
    )


def seen_at(one: PolicyView, cohort: Cohort) -> PolicyView:
    """The same policy on the same records at other moments: those of `cohort`."""
    return replace(one, verdict=_verdict(one.spans, cohort, one.bits, one.reading))


def _verdict(spans: VerdictSpans, cohort: Cohort, bits: int, reading: Reading) -> Codes:
    looked = spans.furthest if reading == "furthest" else spans.at
    verdict = looked(bits, cohort.moment)
    verdict[cohort.moment == NEVER] = FALSE
    return verdict


def views(
    spans: Mapping[str, VerdictSpans],
    policies: Mapping[str, Policy],
    cohort: Cohort,
    rungs: Sequence[str],
    reading: Reading,
) -> list[PolicyView]:
    """A view for every rung and policy that defines it, rung by rung."""
    return [
        view(spans[label], cohort, label, rung, bits, reading)
        for rung in rungs
        for label, policy in policies.items()
        if (bits := bits_of(policy, rung))
    ]
