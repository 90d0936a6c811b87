"""The same policy with other parameter values: a what-if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from leadpolicy.diagnostics import LeadpolicyError, Problems, ValueProblem, suggest
from leadpolicy.policy.lower import lower
from leadpolicy.policy.model import Parameter, Policy
from leadpolicy.policy.operands import checked_against
from leadpolicy.times import show_duration


def with_parameters(policy: Policy, changes: Mapping[str, object]) -> Policy:
    """A policy whose identity names the changed parameters. Raises `LeadpolicyError`."""
    parameters = dict(policy.parameters)
    changed = dict(policy.changed)
    problems = Problems()
    for name, given in changes.items():
        if name not in parameters:
            problems.error(
                "LP207",
                f"`{policy.id}` has no parameter `{name}`",
                where=policy.identity,
                help=suggest(name, parameters) or _listed(policy),
            )
            continue
        parameter = _set(parameters[name], given)
        problem = checked_against(parameter)
        if not parameter.listed and len(parameter.texts) != 1:
            problem = ValueProblem(f"the parameter `{name}` takes a single value", "no list")
        if problem is not None:
            problems.error(
                problem.code,
                problem.message,
                where=policy.identity,
                expected=problem.expected,
                help=problem.help,
            )
        parameters[name] = parameter
        changed.pop(name, None)
        if parameter.texts != parameter.declared:
            changed[name] = parameter.shown if not parameter.listed else f"[{parameter.shown}]"
    problems.stop_on_errors()
    try:
        logic, terms = lower(policy.vocabulary, parameters, policy.criteria, policy.stages)
    except ValueProblem as problem:
        raise LeadpolicyError.of(
            problem.code,
            f"the value does not fit where the parameter is used: {problem.message}",
            where=policy.identity,
            expected=problem.expected,
            help=problem.help,
        ) from None
    return replace(policy, parameters=parameters, changed=changed, logic=logic, terms=terms)


def _listed(policy: Policy) -> str:
    if not policy.parameters:
        return f"`{policy.id}` has no parameters"
    return "its parameters are " + ", ".join(policy.parameters)


def _set(parameter: Parameter, given: object) -> Parameter:
    if isinstance(given, list | tuple):
        texts = tuple(_text(item) for item in given)
    elif isinstance(given, set | frozenset):
        texts = tuple(sorted(_text(item) for item in given))
    else:
        text = _text(given)
        if parameter.listed:
            inner = text.removeprefix("[").removesuffix("]")
            texts = tuple(part.strip() for part in inner.split(",") if part.strip())
        else:
            texts = (text,)
    declared = parameter.texts if parameter.declared is None else parameter.declared
    return replace(parameter, texts=texts, declared=declared)


def _text(given: object) -> str:
    """A Python object as it would be written in a file."""
    match given:
        case bool():
            return str(given).lower()
        case timedelta():
            return show_duration(given)
        case _:
            return str(given)
