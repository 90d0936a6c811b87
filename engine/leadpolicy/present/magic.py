"""`%load_ext leadpolicy`: policies are written, changed and compared in the cells of a notebook."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.diagnostics import Diagnostic, LeadpolicyError, Problems, Severity, render
from leadpolicy.english import plural
from leadpolicy.files import write_whole
from leadpolicy.policy.load import POLICIES, VOCABULARY, find
from leadpolicy.policy.model import Policy
from leadpolicy.policy.read import VERSION, read_policy
from leadpolicy.present.notebook import themed
from leadpolicy.source import Source
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.vocabulary import Vocabulary, read_vocabulary

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CELL: Final = "cell"
_NAME: Final = re.compile(r"[A-Za-z_]\w*\Z")
_USAGE: Final = "%%policy NAME [--policies FOLDER] [--save]"
_STYLE: Final = themed(
    "leadpolicy-findings",
    "&{border-left:4px solid var(--against)}& pre{margin:6px 0;padding:0;background:none;"
    "color:var(--ink);font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre;"
    "overflow-x:auto}& .faint{color:var(--muted)}& b{color:var(--against)}",
)


@dataclass(frozen=True, slots=True)
class Findings:
    """Diagnostics of a cell, the source underlined."""

    said: str
    diagnostics: tuple[Diagnostic, ...]

    def __repr__(self) -> str:
        return "\n\n".join([self.said, *(render(one) for one in self.diagnostics)])

    def _repr_html_(self) -> str:
        parts = [f"<pre>{_marked(one)}</pre>" for one in self.diagnostics]
        return (
            f'<div class="leadpolicy-findings" role="status">{_STYLE}'
            f'<div class="faint">{_said(self.said)}</div>{"".join(parts)}</div>'
        )


def _said(text: str) -> str:
    """What stands between backticks, as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _marked(diagnostic: Diagnostic) -> str:
    """The message with its code and its carets in colour."""
    lines = []
    for line in render(diagnostic).split("\n"):
        shown = escape(line)
        if line.strip(" |^") == "" and "^" in line:
            shown = re.sub(r"\^+", lambda found: f"<b>{found[0]}</b>", shown)
        lines.append(shown)
    head = f"{diagnostic.severity} {diagnostic.code}"
    return "\n".join(lines).replace(head, f"<b>{head}</b>", 1)


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    folder: Path
    save: bool


def load(shell: InteractiveShell) -> None:
    """Registers `%%policy` and `%policy`."""
    shell.register_magic_function(_cell_of(shell), "line_cell", "policy")


def _cell_of(shell: InteractiveShell) -> Any:
    def policy(line: str, cell: str | None = None) -> object:
        """Write or change a policy in a cell.

        %%policy draft                   the cell is the policy; it lands in the variable `draft`
        %%policy draft --save            and is written as a new version into its folder
        %policy heinz                    fetches a policy's text into the next cell
        """
        try:
            if cell is None:
                _fetch(shell, line)
                return None
            return _write(shell, _asked(line), cell)
        except LeadpolicyError as error:
            return Findings("Nothing was changed.", error.diagnostics)

    return policy


def _asked(line: str) -> _Asked:
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    name, folder, save = "", POLICIES, False
    rest = iter(words)
    for word in rest:
        match word:
            case "--save":
                save = True
            case "--policies":
                folder = Path(next(rest, ""))
            case _ if not name and not word.startswith("-"):
                name = word
            case _:
                raise LeadpolicyError.of(
                    "LP201", f"`{word}` is not known here", where=CELL, expected=_USAGE
                )
    variable = name.replace("-", "_")
    if not _NAME.match(variable):
        raise LeadpolicyError.of(
            "LP210", f"`{name}` cannot be the name of a variable" if name else
            "the name of the variable is missing", where=CELL, expected=_USAGE,
        )  # fmt: skip
    return _Asked(variable, folder, save)


def _policies(folder: Path) -> Path:
    """The folder of policies, here or above: notebooks often stand in a folder of their own."""
    if folder != POLICIES:
        return folder
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / POLICIES / VOCABULARY).is_file():
            return above / POLICIES
    return folder


def _vocabulary(folder: Path) -> Vocabulary:
    file = folder / VOCABULARY
    if not file.is_file():
        raise LeadpolicyError.of(
            "LP101", f"there is no {VOCABULARY} in this folder", where=str(folder),
            help="name the folder of your policies: %%policy draft --policies FOLDER",
        )  # fmt: skip
    problems = Problems()
    vocabulary = read_vocabulary(file, problems)
    problems.stop_on_errors()
    assert vocabulary is not None
    return vocabulary


def _write(shell: InteractiveShell, asked: _Asked, cell: str) -> object:
    folder = _policies(asked.folder)
    problems = Problems()
    # The line of the magic is the first of the cell: numbers are those that the notebook shows.
    node = read_yaml(Source(CELL, f"\n{cell}"), problems)
    vocabulary = _vocabulary(folder)
    policy = read_policy(node, vocabulary, problems, CELL)
    if problems.errors or policy is None:
        shell.user_ns.pop(asked.name, None)
        return Findings(
            f"There is no policy `{asked.name}` until this is repaired.", tuple(problems.errors)
        )
    shell.user_ns[asked.name] = policy
    said = f"{policy.identity} is in the variable `{asked.name}`: {_stages(policy)}."
    if asked.save:
        policy = _saved(policy, folder, cell)
        shell.user_ns[asked.name] = policy
        said = f"{said[:-1]}, and in the file {policy.path}."
    return Told(said, tuple(one for one in problems if one.severity is Severity.WARNING))


def _stages(policy: Policy) -> str:
    names = ", ".join(stage.name for stage in policy.stages)
    return f"{plural(len(policy.stages), 'stage')} ({names})"


def _saved(policy: Policy, folder: Path, cell: str) -> Policy:
    """The policy as a new file; a version that is there already is never overwritten."""
    from leadpolicy.policy.load import load_policy

    path = folder / policy.id / f"{policy.version}.yaml"
    if not VERSION.match(policy.version) or path.exists():
        raise LeadpolicyError.of(
            "LP405", f"{policy.identity} exists already", where=str(path),
            help="versions are never changed: write a higher `version:` in the cell",
        )  # fmt: skip
    return load_policy(write_whole(path, cell), policies=folder)


@dataclass(frozen=True, slots=True)
class Told:
    """What a cell did, and what its author would want to know."""

    said: str
    warnings: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        return "\n\n".join([self.said, *(render(one) for one in self.warnings)])

    def _repr_html_(self) -> str:
        if self.warnings:
            return Findings(self.said, self.warnings)._repr_html_()
        return f"<p>{_said(self.said)}</p>"


def _fetch(shell: InteractiveShell, line: str) -> None:
    """Puts a policy's text into the next cell, ready to be changed."""
    words: Iterable[str] = line.split()
    if not words:
        raise LeadpolicyError.of(
            "LP202", "which policy?", where=CELL, expected="%policy heinz, or %policy heinz@1.0.0"
        )
    name, *rest = words
    folder = _policies(Path(rest[1]) if rest[:1] == ["--policies"] and rest[1:] else POLICIES)
    (file, *_) = find(name, folder)
    problems = Problems()
    source = read_source(file, problems)
    problems.stop_on_errors()
    assert source is not None
    variable = file.parent.name.replace("-", "_")
    shell.set_next_input(f"%%policy {variable}_draft\n{source.text}")
