"""What the README files show is true: commands run, definitions are sound, tables are current.

A block that follows one of these comments is more than prose:

- `<!-- file: PATH -->`: the block is the whole file; later commands find it.
- `<!-- edit: PATH | OLD | NEW -->`: a text is replaced in that file.
- `<!-- exit: 1 -->`: the commands of the next block leave with this code.
- `<!-- same as: PATH -->`: the block is the content of that file of the repository.
- `<!-- not run: REASON -->`: the next block is only looked at by people.
- `<!-- conditions -->`, `<!-- criteria -->`, `<!-- parameters -->`, `<!-- policy -->`: the next
  block of YAML is that part of a policy, and sound.

Console blocks run their `$ leadpolicy …` lines in a copy of the repository. Output that is shown is
compared; `…` stands for any text in a line, and alone in a line for any lines.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leadpolicy.diagnostics import CODES
from leadpolicy.operators import OPERATORS
from leadpolicy.policy import parse_policy
from leadpolicy.present.policy.reference import refreshed
from leadpolicy.vocabulary import Vocabulary, load_vocabulary
from tests.conftest import POLICIES, REPO

ELSEWHERE = {".venv", "build", "dist", ".git"}
READMES = sorted(
    path for path in REPO.rglob("README.md") if not ELSEWHERE & {*path.relative_to(REPO).parts}
)
FENCE = re.compile(r"```(\w*)\s*\Z")
PROGRESS = re.compile(r"(?m)^[a-z][a-z ]*(?: \(\d+ %\))?\n")
"""What a command is doing, which it says where it takes long."""
COMMENT = re.compile(r"<!-- (\w[\w ]*?)(?:: (.*?))? -->\s*\Z")

HEAD = """\
policy: documented
version: 1.0.0
title: A policy that holds an example
vocabulary: 1
grain: company
"""
PARAMETERS = """\
parameters:
  strictness: {value: strict, values: [strict, lenient], says: How strict we are}
"""
CRITERIA = """\
criteria:
  fits_us: {says: They fit us, company.industry: manufacturing}
  asked_us: {says: They asked, happened: inbound_request, within: ever}
  already_with_us: {says: A customer, company.relationship: customer}
"""
STAGES = """\
stages:
  - {stage: lead, requires: nothing, when: {company.known: true}}
"""


@dataclass
class Block:
    """A fenced block with the comments before it."""

    language: str
    text: str
    line: int
    comments: dict[str, str] = field(default_factory=dict)
    edits: list[tuple[str, str, str]] = field(default_factory=list)


def blocks(path: Path) -> Iterator[Block]:
    comments: dict[str, str] = {}
    edits: list[tuple[str, str, str]] = []
    lines = iter(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))
    for number, line in lines:
        if found := COMMENT.match(line):
            if found[1] == "edit":
                file, old, new = found[2].split(" | ")
                edits.append((file, old, new))
            else:
                comments[found[1]] = found[2] or ""
        elif fence := FENCE.match(line):
            body = []
            for _, inner in lines:
                if inner.startswith("```"):
                    break
                body.append(inner)
            yield Block(fence[1], "\n".join(body) + "\n", number, comments, edits)
            comments, edits = {}, []


def in_readmes(*kinds: str) -> list[object]:
    """YAML blocks marked as one of these parts, as parameters of a test."""
    return [
        pytest.param(kind, block.text, id=f"{path.relative_to(REPO)}:{block.line}")
        for path in READMES
        for block in blocks(path)
        for kind in kinds
        if block.language == "yaml" and kind in block.comments
    ]


def whole_policy(kind: str, text: str) -> str:
    """A complete policy around a part of one."""
    match kind:
        case "policy":
            return text
        case "conditions":
            listed = "".join(f"      {line}\n" for line in text.splitlines())
            shown = f"  shown:\n    says: What the page shows\n    all:\n{listed}"
            return HEAD + PARAMETERS + CRITERIA + shown + STAGES
        case "criteria":
            return HEAD + "criteria:\n" + text + STAGES
        case _:
            return HEAD + text + STAGES


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(POLICIES / "vocabulary.yaml")


@pytest.mark.parametrize(
    ("kind", "text"), in_readmes("policy", "conditions", "criteria", "parameters")
)
def test_definitions_in_readmes_are_sound(kind: str, text: str, vocabulary: Vocabulary) -> None:
    policy = parse_policy(whole_policy(kind, text), vocabulary)
    assert policy.stages
    if kind == "conditions":
        assert len(policy.criteria) == 4


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder like the repository's root, in which commands may write policies."""
    shutil.copytree(POLICIES, tmp_path / "policies")
    (tmp_path / "fixtures").symlink_to(REPO / "fixtures", target_is_directory=True)
    return tmp_path


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(REPO)))
def test_readmes_show_what_happens(readme: Path, copy: Path) -> None:
    ran = 0
    for block in blocks(readme):
        for file, old, new in block.edits:
            edited = copy / file
            before = edited.read_text(encoding="utf-8")
            assert old in before, f"{readme}:{block.line}: {old!r} is not in {file}"
            edited.write_text(before.replace(old, new), encoding="utf-8")
        if "file" in block.comments:
            target = copy / block.comments["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console" and "not run" not in block.comments:
            ran += run_block(readme, block, copy)
    if readme.parent == POLICIES:
        assert ran >= 8


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(REPO)))
def test_sessions_in_readmes_say_what_python_says(
    readme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPO)
    shown = "".join(block.text for block in blocks(readme) if block.language == "pycon")
    session = doctest.DocTestParser().get_doctest(shown, {}, readme.name, str(readme), 0)
    assert doctest.DocTestRunner().run(session).failed == 0


def test_the_way_of_a_record_names_functions_that_are_there() -> None:
    text = (REPO / "engine" / "README.md").read_text(encoding="utf-8")
    places = re.findall(r"`([\w/]+\.py)(?::(\w+))?`", text)
    assert sum(bool(name) for _, name in places) >= 12
    for path, name in places:
        source = (REPO / "engine" / "leadpolicy" / path).read_text(encoding="utf-8")
        assert not name or re.search(rf"^def {name}\(", source, re.MULTILINE), (path, name)


@pytest.mark.parametrize(
    ("shown", "file"),
    [
        pytest.param(block.text, block.comments["same as"], id=block.comments["same as"])
        for path in READMES
        for block in blocks(path)
        if "same as" in block.comments
    ],
)
def test_files_are_shown_as_they_are(shown: str, file: str) -> None:
    assert shown == (REPO / file).read_text(encoding="utf-8")


def run_block(readme: Path, block: Block, folder: Path) -> int:
    wanted = int(block.comments.get("exit", "0"))
    ran = 0
    for command, shown in commands(block.text):
        arguments = shlex.split(command)
        if Path(arguments[0]).name != "leadpolicy":
            continue
        code, output = run(arguments[1:], folder)
        place = f"{readme}:{block.line}: {command}\n{output}"
        assert code == wanted, place
        if shown:
            assert fits(shown, output), f"{place}\ndoes not look like\n\n{shown}"
        ran += 1
    return ran


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip("\n")


def run(arguments: list[str], folder: Path) -> tuple[int, str]:
    """Exit code, and what was printed: first to standard error, then to standard output."""
    plain = {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "leadpolicy", *arguments],
        cwd=folder,
        env={**os.environ, **plain},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return ended.returncode, PROGRESS.sub("", ended.stderr) + ended.stdout


def fits(shown: str, output: str) -> bool:
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += r"[^\n]*".join(map(re.escape, line.split("…"))) + r"[ ]*\n"
    return re.fullmatch(pattern, output.strip("\n") + "\n") is not None


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a … c", "a b c\n", True),
        ("a\n…", "a\n", True),
        ("a", "a\nb\n", False),
        ("a … c", "a b\n", False),
        ("a.", "ab\n", False),
    ],
)
def test_dots_stand_for_what_is_left_out(shown: str, output: str, same: bool) -> None:
    assert fits(shown, output) is same


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(REPO)))
def test_tables_made_from_the_code_are_current(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert refreshed(text) == text, f"python -m leadpolicy.present.policy.reference {readme}"


def test_the_reference_names_every_operator_and_every_code() -> None:
    text = (POLICIES / "README.md").read_text(encoding="utf-8")
    assert [name for name in OPERATORS if f"| `{name}` | " not in text] == []
    assert [code for code in CODES if f"| {code} | " not in text] == []
