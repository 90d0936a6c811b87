"""Policies over histories: where each verdict changes, out of one query.

What is known of a record is a sum of steps. Every fact that changes and every count of events has
a lane, some bits of a few 64 bit words; a step adds to a lane at a moment (a new code less the old
one, one event more, one event less where a window ends). Running sums over the steps of a record,
in the order of time, give what is known after each of them, which is where policies are evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlglot import exp

from leadpolicy.backends.sql import events as tallies
from leadpolicy.backends.sql import plan, tree
from leadpolicy.backends.sql.columns import missing
from leadpolicy.backends.sql.emit import WORD, Counted, Emitter
from leadpolicy.backends.sql.forms import Coded, Form, Moment, Plain
from leadpolicy.backends.sql.logs import Log, rows_of_log
from leadpolicy.backends.sql.lanes import BITS, Lane, Lanes, step
from leadpolicy.backends.sql.stored import Shape
from leadpolicy.backends.sql.texts import is_coded
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.types import Kind, Type
