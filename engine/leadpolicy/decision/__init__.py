"""One record under one policy: the verdict, why, what to ask, and what would change it."""

from leadpolicy.decision.decide import as_moment, as_record, decide
from leadpolicy.decision.model import Counted, Decision, Flip, Question, Seen, Step

__all__ = [
    "Counted",
    "Decision",
    "Flip",
    "Question",
    "Seen",
    "Step",
    "as_moment",
    "as_record",
    "decide",
]
