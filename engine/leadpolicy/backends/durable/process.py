"""Runs the engine in a process of its own: it may crash or hang, and nothing is lost."""

from __future__ import annotations

import atexit
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import Any, Final

from leadpolicy.backends.durable.program import MessageFrame, Program, compile_logic
from leadpolicy.backends.durable.properties import Values
from leadpolicy.backends.durable.wire import Scalar
from leadpolicy.backends.interpreter import Verdicts, moved
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.extras import Missing, missing, needs
from leadpolicy.logic.terms import Logic
from leadpolicy.truth import Truth
from leadpolicy.vocabulary.record import EventLog, Record

ENGINE: Final = "durable_rules_engine"
COMMAND: Final = (sys.executable, "-P", "-m", "leadpolicy.backends.durable.worker")
MOST_PROGRAMS: Final = 64
"""Policies that are kept; with more of them everything begins anew."""
_TRUTHS: Final = tuple(Truth)
_TICK: Final = timedelta(microseconds=1)


def lacking() -> Missing | None:
    """Why durable-rules cannot be used, or None where it can."""
    return missing("stream", ENGINE)


@dataclass(slots=True)
class Durable:
    """A worker and the policies that it has loaded; to be closed, or used in a `with` statement.

    `limit` is how many seconds one record may take. A worker that crashes is started anew and asked
    once more; one that hangs is ended. Then, and where the engine reports an error,
    `LeadpolicyError` is raised; the next record finds a fresh worker.
    """

    limit: float = 20.0
    command: tuple[str, ...] = COMMAND
    starts: int = 0
    """How many workers were started."""
    _worker: _Worker | None = None
    _numbers: dict[int, int] = field(default_factory=dict)
    """Programs that the present worker has loaded, with their numbers."""
    _programs: dict[Logic, Program] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Durable:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            self._stop()

    def program(self, logic: Logic) -> Program:
        """The program of a policy, compiled once. Raises `LeadpolicyError` for what is refused."""
        found = self._programs.get(logic)
        if found is None:
            if len(self._programs) >= MOST_PROGRAMS:
                self._programs.clear()
                self._stop()
            found = self._programs[logic] = compile_logic(logic)
        return found

    def verdicts(self, logic: Logic, record: Record, as_of: datetime) -> Verdicts:
        """What a policy says of a record. Raises `LeadpolicyError`."""
        who = record.id or "record"
        with self._lock:
            program = self.program(logic)
            try:
                request = messages(program, record, as_of)
            except LeadpolicyError as error:
                raise LeadpolicyError(replace(d, where=who) for d in error.diagnostics) from None
            codes = self._ask_twice(program, request, who)
        truths = tuple([_TRUTHS[code] for code in codes])
        split = len(logic.criteria)
        return Verdicts(truths[:split], truths[split:])

    def run(self, logic: Logic, records: Iterable[tuple[Record, datetime]]) -> Iterator[Verdicts]:
        """Verdicts of many records, one after the other."""
        for record, as_of in records:
            yield self.verdicts(logic, record, as_of)

    # --------------------------------------------------------------------------- the worker

    def _ask_twice(self, program: Program, request: dict[str, Any], who: str) -> list[int]:
        try:
            return self._ask(program, request, who)
        except _Crash:
            pass
        try:
            return self._ask(program, request, who)
        except _Crash as crash:
            raise _error(f"the engine crashed twice ({crash})", who) from None

    def _ask(self, program: Program, request: dict[str, Any], who: str) -> list[int]:
        if self._worker is None:
            self._worker = _Worker(self.command)
            self.starts += 1
        number = self._numbers.get(id(program))
        if number is None:
            number = self._numbers[id(program)] = len(self._numbers)
            self._answer({"load": number, "program": program.to_wire()}, who)
        codes: list[int] = self._answer({**request, "run": number}, who)
        return codes

    def _answer(self, request: dict[str, Any], who: str) -> Any:
        assert self._worker is not None
        try:
            answer = self._worker.ask(request, self.limit)
        except queue.Empty:
            self._stop()
            raise _error(f"the engine did not answer within {self.limit:g} s", who) from None
        except BaseException:  # its answer must not be taken for that of the next request
            self._stop()
            raise
        if "error" in answer:
            self._stop()
            raise _error(f"the engine reports: {answer['error']}", who)
        return answer["answer"]

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None
            self._numbers.clear()


def _error(message: str, who: str) -> LeadpolicyError:
    needs("stream", ENGINE)
    return LeadpolicyError.of(
        "LP503",
        f"durable-rules could not evaluate this record: {message}",
        where=who,
        expected="verdicts from another engine (closure, interpreter) do not need this one",
    )


class _Crash(Exception):
    """The worker ended."""


class _Worker:
    """A process and a thread that reads its answers."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
        )
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put("")

    def ask(self, request: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """The answer; raises `queue.Empty` after `limit` seconds, `_Crash` where there is none."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except OSError as error:
            raise _Crash(str(error)) from None
        line = self.answers.get(timeout=limit)
        if not line:
            raise _Crash(f"exit code {self.process.wait(limit)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """Ends the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                continue


# -------------------------------------------------------------------------------- messages


def messages(program: Program, record: Record, as_of: datetime) -> dict[str, Any]:
    """A record and its events as properties. Raises `LeadpolicyError` beyond a limit."""
    events: dict[str, list[dict[str, Scalar]]] = {}
    unsure: list[str] = []
    for kind, frame in program.events.items():
        log = record.events.get(kind)
        if log is not None:
            events[kind] = [
                _properties(frame, happening.details, as_of) | _dated(frame, happening.at, as_of)
                for happening in log.happenings
            ]
            unsure += _unsure(frame, log, as_of)
    properties = _properties(program.record, record.facts, as_of)
    return {"properties": properties, "events": events, "open": unsure}


def _properties(frame: MessageFrame, values: Values, now: datetime) -> dict[str, Scalar]:
    read = ((p.name, p.read(values, now)) for p in frame.properties)
    return {name: value for name, value in read if value is not None}


def _dated(frame: MessageFrame, at: datetime | None, now: datetime) -> dict[str, Scalar]:
    """How long ago an event happened, in microseconds."""
    if at is None:
        return {frame.undated: True}
    return {frame.age: (now - at) // _TICK}


def _unsure(frame: MessageFrame, log: EventLog, now: datetime) -> list[str]:
    """Totals that may be larger than recorded, where the recording began inside the window."""
    if log.since is None:
        return []
    unsure = []
    for count in frame.counts:
        within = count.term.within
        begin = None if within is None else moved(now, -within)
        if begin is None or begin < log.since:
            unsure.append(count.possible_total)
    return unsure


# ------------------------------------------------------------------------- a shared worker


@lru_cache(maxsize=1)
def shared() -> Durable:
    """A worker for all who do not want their own; it ends with this process."""
    durable = Durable()
    atexit.register(durable.close)
    return durable


def verdicts(logic: Logic, record: Record, as_of: datetime) -> Verdicts:
    """What a policy says of a record, given what is known of it at a moment."""
    return shared().verdicts(logic, record, as_of)
