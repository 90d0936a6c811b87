"""The engine itself, in a process of its own, as a test drives it: without the guards of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

DRIVER: Final = """
import json, sys
import durable_rules_engine as engine

def rule_set(name, conditions):
    rules = {rule: {"all": [{"m": condition}]} for rule, condition in conditions.items()}
    return engine.create_ruleset(name, json.dumps(rules))

def post(handle, message, fact=True, delete=True):
    text = message if isinstance(message, str) else json.dumps(message)
    status, session = (engine.assert_fact if fact else engine.assert_event)(handle, text)
    fired = []
    started = engine.start_action_for_state(handle, session) if status == 0 else None
    action = started[1] if started else None
    while action:
        fired.append(action[2:action.index('"', 2)])
        action = engine.complete_and_start_action(handle, session)
    if delete:
        engine.delete_state(handle, "r")
    return [status, sorted(fired)]

def attempt(function, *arguments):
    try:
        return function(*arguments)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

"""


def ask(code: str, *, seconds: float = 20.0) -> Any:
    """What `answer` is after the code has run; the exit code where the process crashed."""
    script = DRIVER + code + "\nprint(json.dumps(answer))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=seconds, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.returncode
