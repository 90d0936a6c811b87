"""The same policy with other parameter values: a what-if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadpolicy.diagnostics import LeadpolicyError, Problems, ValueProblem, suggest
from leadpolicy.policy.lower import lower
from leadpolicy.policy.model import Parameter, Policy
from leadpolicy.policy.operands import checked_against


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
        if parameter == parameters[name] and name not in changed:
            continue
        problem = checked_against(parameter)
        if problem is not None:
            problems.error(
                problem.code,
                problem.message,
                where=policy.identity,
                expected=problem.expected,
                help=problem.help,
            )
        parameters[name] = parameter
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
    if isinstance(given, list | tuple | set | frozenset):
        texts = tuple(_text(item) for item in given)
    else:
        text = _text(given)
        if parameter.listed:
            inner = text.removeprefix("[").removesuffix("]")
            texts = tuple(part.strip() for part in inner.split(",") if part.strip())
        else:
            texts = (text,)
    return replace(parameter, texts=texts)


def _text(given: object) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given)
