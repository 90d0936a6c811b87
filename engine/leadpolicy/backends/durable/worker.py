"""The process that holds the engine: reads one request a line, answers one line.

It keeps no state between records: every message has a session of its own, which is deleted before
the next one, so that never more than one is alive. The engine is driven through its C interface;
the library's own host would start threads that look into sessions while they are deleted.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from leadpolicy.backends.durable.names import TICK
from leadpolicy.backends.durable.wire import Scalar, encode

_SESSION = "r"


@dataclass(frozen=True, slots=True)
class RuleLibrary:
    """The C library."""

    library: Any

    def fire(self, handle: int, message: str) -> list[str]:
        """The rules that fire for a message, each once."""
        library = self.library
        status, session = library.assert_fact(handle, message)
        if status:
            raise RuntimeError(f"the engine refused a message with status {status}")
        fired = []
        started = library.start_action_for_state(handle, session)
        action = started[1] if started else None
        while action:
            fired.append(action[2 : action.index('"', 2)])
            action = library.complete_and_start_action(handle, session)
        library.delete_state(handle, _SESSION)
        return fired


@dataclass(frozen=True, slots=True)
class FrameRules:
    """The rule sets for one kind of message."""

    engine: RuleLibrary
    signals: Sequence[str]
    steps: Sequence[tuple[int, Sequence[str], Mapping[str, str]]]
    counts: Sequence[Sequence[str]]

    def run(self, properties: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """All signals for a message, layer by layer."""
        values: dict[str, Scalar] = dict.fromkeys(self.signals, 0)
        values.update(properties)
        for handle, inputs, sets in self.steps:
            message: dict[str, Scalar] = {TICK: 0, "id": "m", "sid": _SESSION}
            message |= {name: values[name] for name in inputs if name in values}
            fired = self.engine.fire(handle, encode(message))
            if "arrived" not in fired:
                raise RuntimeError("the engine lost a message")
            for rule in fired:
                if rule in sets:
                    values[sets[rule]] = 1
        return values


@dataclass(slots=True)
class Worker:
    """Programs by number."""

    engine: RuleLibrary
    programs: dict[int, tuple[FrameRules, dict[str, FrameRules], Sequence[Sequence[str]]]]
    rule_sets: int = 0

    def answer(self, request: Mapping[str, Any]) -> object:
        """What a request asks for."""
        if "load" in request:
            program = request["program"]
            events = {kind: self.frame(frame) for kind, frame in program["events"].items()}
            loaded = (self.frame(program["record"]), events, program["verdicts"])
            self.programs[request["load"]] = loaded
            return True
        record, events, verdicts = self.programs[request["run"]]
        properties: dict[str, Scalar] = request["properties"]
        for kind, messages in request["events"].items():
            properties |= _totals(events[kind], messages, request["open"])
        values = record.run(properties)
        return [2 if values[holds] else 0 if values[fails] else 1 for holds, fails in verdicts]

    def frame(self, wire: Mapping[str, Any]) -> FrameRules:
        """Loads the rule sets of a frame."""
        steps = []
        for rules, inputs, sets in wire["steps"]:
            self.rule_sets += 1
            handle = self.engine.library.create_ruleset(f"s{self.rule_sets}", rules)
            steps.append((handle, inputs, sets))
        return FrameRules(self.engine, wire["signals"], steps, wire["counts"])


def _totals(
    frame: FrameRules, messages: Sequence[Mapping[str, Scalar]], unsure: Sequence[str]
) -> dict[str, Scalar]:
    """Posts events one by one and counts what surely happened and what may have happened.

    The totals in `unsure` are left out: more may have happened than was recorded.
    """
    certain = dict.fromkeys([count[2] for count in frame.counts], 0)
    possible = dict.fromkeys([count[3] for count in frame.counts], 0)
    for message in messages:
        values = frame.run(message)
        for surely, never, certain_total, possible_total in frame.counts:
            certain[certain_total] += bool(values[surely])
            possible[possible_total] += not values[never]
    return {**certain, **{name: n for name, n in possible.items() if name not in unsure}}


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answers until there are no more requests."""
    worker = Worker(RuleLibrary(import_module("durable_rules_engine")), {})
    for line in requests:
        answer: dict[str, object]
        try:
            answer = {"answer": worker.answer(json.loads(line))}
        except Exception as error:  # noqa: BLE001  (reported to the other side, which raises it)
            answer = {"error": "".join(traceback.format_exception_only(error)).strip()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Keeps the pipe to itself: whatever else prints goes to standard error."""
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)
        serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
