"""A new version of a policy with other parameter values: its author's file, edited in place.

Only the version and the values change; comments, order and wording stay as they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.files import alone, write_whole
from leadpolicy.governance.identity import canonical
from leadpolicy.policy.load import parse_policy, version_key, versions
from leadpolicy.policy.model import Parameter, Policy
from leadpolicy.policy.read import VERSION
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.writing import written

Step: TypeAlias = Literal["major", "minor", "patch"]
STEPS: Final[tuple[Step, ...]] = ("major", "minor", "patch")

Edit: TypeAlias = tuple[int, int, str]
"""A stretch of the text (offsets, the end excluded) and what stands there instead."""


def next_version(policy: Policy, step: Step = "minor") -> str:
    """The version after the newest one in the policy's folder: `1.3.0` after `1.2.4`.

    A change of parameters is minor: it moves some records, and the ladder stays what it was.
    """
    there = versions(Path(policy.path).parent) if policy.path else []
    newest = version_key(there[-1]) if there else tuple(map(int, policy.version.split(".")))
    place = STEPS.index(step)
    numbers = [*newest[:place], newest[place] + 1, *([0] * (len(STEPS) - place - 1))]
    return ".".join(map(str, numbers))


def revised(policy: Policy, version: str) -> str:
    """The text of the policy's file as a new version, with the parameters as they are set now.

    `policy` comes from a file and has been given other values by `with_parameters`. Raises
    `LeadpolicyError` where the version is not one, or the file cannot be edited faithfully.
    """
    if not VERSION.match(version):
        raise LeadpolicyError.of(
            "LP210", f"`{version}` is no version", expected="three numbers, such as 1.1.0"
        )
    source, top = _read(policy)
    text = source.text
    for start, end, new in sorted(_edits(policy, top, version), reverse=True):
        text = text[:start] + new + text[end:]
    made = parse_policy(text, policy.vocabulary, name=f"{policy.id}@{version}")
    wanted = canonical(replace(policy, version=version))
    if canonical(made) != wanted:
        raise LeadpolicyError.of(
            "LP510",
            f"{policy.identity} cannot be written into a copy of its file without losing something",
            where=policy.path,
            help="copy the file under the new version and change the values by hand",
        )
    return text


def write_version(policy: Policy, version: str | None = None, *, step: Step = "minor") -> Path:
    """Writes `revised` beside the policy's file; the new file. Raises `LeadpolicyError`."""
    version = version or next_version(policy, step)
    text = revised(policy, version)
    path = Path(policy.path).with_name(f"{version}.yaml")
    with alone(path):
        if path.exists():
            raise LeadpolicyError.of(
                "LP405",
                f"{policy.id}@{version} exists already",
                where=str(path),
                help=f"the next free version is {next_version(policy, step)}",
            )
        return write_whole(path, text)


def _read(policy: Policy) -> tuple[Source, Mapping]:
    problems = Problems()
    source = read_source(Path(policy.path), problems) if policy.path else None
    if not policy.path:
        problems.error("LP510", f"{policy.identity} does not come from a file")
    node = None if source is None else read_yaml(source, problems)
    problems.stop_on_errors()
    assert source is not None
    assert isinstance(node, Mapping)
    return source, node


def _edits(policy: Policy, top: Mapping, version: str) -> Iterator[Edit]:
    own = top.get("version")
    assert isinstance(own, Scalar)
    yield own.span.start, own.span.end, version
    declared = top.get("parameters")
    for name in policy.changed:
        assert isinstance(declared, Mapping)
        entry = declared.get(name)
        assert isinstance(entry, Mapping)
        value = entry.get("value")
        assert value is not None
        yield _value_edit(value, policy.parameters[name])


def _value_edit(value: Node, parameter: Parameter) -> Edit:
    start, end = value.span.start, _end(value)
    if not parameter.listed:
        return start, end, written(parameter.texts[0])
    source = value.span.source.text
    if isinstance(value, Sequence) and source[start] != "[":
        return _block(value, parameter.texts)
    return start, end, f"[{', '.join(written(text) for text in parameter.texts)}]"


def _block(value: Sequence, texts: Iterable[str]) -> Edit:
    """A list of one item a line: those that stay keep their comments, new ones follow them."""
    source = value.span.source
    items = [item for item in value.items if isinstance(item, Scalar)]
    before = value.span.start
    head = source.text[source.text.rfind("\n", 0, before) + 1 : before]
    stretches: dict[str, str] = {}
    for item in items:
        end = source.text.find("\n", item.span.end)
        end = len(source.text) if end < 0 else end
        stretches[item.text] = source.text[before:end].strip()
        before = end
    lines = [stretches.get(text, f"- {written(text)}") for text in texts]
    return value.span.start, before, f"\n{head}".join(lines)


def _end(node: Node) -> int:
    """The end of what is written; the span of a block reaches to whatever comes next."""
    match node:
        case Scalar():
            start, text = node.span.start, node.span.source.text
            if text[start : start + 1] in {"|", ">"}:
                return start + len(node.span.text.rstrip())
            return node.span.end
        case Sequence() | Mapping():
            return node.span.end
