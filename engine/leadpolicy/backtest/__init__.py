"""Studies: what definitions would have done on a history, and how sure one may be of it."""

from leadpolicy.backtest.read import open_study
from leadpolicy.backtest.result import Backtest
from leadpolicy.backtest.run import backtest
from leadpolicy.backtest.study import Capacity, Condition, Study, Sweep

__all__ = ["Backtest", "Capacity", "Condition", "Study", "Sweep", "backtest", "open_study"]
