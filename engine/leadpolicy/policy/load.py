"""Finding policies on disk: by name, by name and version, by file or folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Final

from leadpolicy.carried import CARRIED_POLICIES
from leadpolicy.diagnostics import LeadpolicyError, Problems, cited, suggest, unfit
from leadpolicy.policy.model import Policy
from leadpolicy.policy.read import VERSION, read_policy
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Mapping, Scalar
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.vocabulary import Vocabulary, read_vocabulary

POLICIES: Final = Path("policies")
VOCABULARY: Final = "vocabulary.yaml"
EXAMPLES: Final = "examples.yaml"
_POLICIES: Final = "a policy, its name, the path of a file or folder, or a list of these"
_DERIVED: Final = re.compile(r"(?P<name>.+?)\((?P<changes>[a-z0-9_]+\s*=.*)\)\Z", re.DOTALL)
_NEXT: Final = re.compile(r",\s*(?=[a-z][a-z0-9_]*\s*=)")


@dataclass(slots=True)
class Shelf:
    """Reads policies and remembers vocabularies, so that many policies share one.

    Problems of everything that was read collect in `problems`.
    """

    problems: Problems = field(default_factory=Problems)
    _vocabularies: dict[Path, Vocabulary | None] = field(default_factory=dict)

    def policy(self, path: Path) -> Policy | None:
        """The policy in a file, or None where errors were noted."""
        before = len(self.problems.found)
        source = read_source(path, self.problems)
        if source is None:
            return None
        vocabulary = self.vocabulary(path)
        node = read_yaml(source, self.problems)
        if vocabulary is None or node is None:
            return None
        self._check_names(path, node)
        policy = read_policy(node, vocabulary, self.problems, str(path))
        return None if self.problems.failed(before) else policy

    def vocabulary(self, path: Path) -> Vocabulary | None:
        """The nearest vocabulary.yaml in a folder above a policy."""
        folder = path.resolve().parent
        for above in (folder, *folder.parents):
            file = above / VOCABULARY
            if file in self._vocabularies:
                return self._vocabularies[file]
            if file.is_file():
                return self._read_vocabulary(file)
        if Path() not in self._vocabularies:
            self._vocabularies[Path()] = None
            self.problems.error(
                "LP101",
                f"there is no {VOCABULARY} beside or above this policy",
                where=str(path),
                help="policies speak of the facts that a shared vocabulary.yaml declares; "
                "`leadpolicy demo --copy DIR` gives you one",
            )
        return None

    def _read_vocabulary(self, file: Path) -> Vocabulary | None:
        problems = Problems()
        vocabulary = read_vocabulary(_shown(file), problems)
        self.problems.found.extend(problems.found)
        self._vocabularies[file] = None if problems.errors else vocabulary
        return self._vocabularies[file]

    def _check_names(self, path: Path, node: object) -> None:
        """A file is called by its version, its folder by the policy."""
        if not isinstance(node, Mapping) or not VERSION.match(path.stem):
            return
        for key, expected, what in (
            ("version", path.stem, "file"),
            ("policy", path.resolve().parent.name, "folder"),
        ):
            written = node.get(key)
            if isinstance(written, Scalar) and written.text != expected:
                self.problems.error(
                    "LP211",
                    f"the {what} is called `{expected}`, but the {key} in it is "
                    f"`{cited(written.text)}`",
                    written.span,
                    help=f"write `{key}: {expected}`, or rename the {what}",
                )


def _shown(path: Path) -> Path:
    """The path as a person would write it from here."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def version_key(path: Path) -> tuple[int, ...]:
    """Orders versions as numbers: 1.10.0 after 1.9.0."""
    return tuple(int(part) for part in path.stem.split("."))


def versions(folder: Path) -> list[Path]:
    """The version files of a policy's folder, oldest first."""
    files = (path for path in folder.glob("*.yaml") if VERSION.match(path.stem))
    return sorted(files, key=version_key)


def policy_files(what: Path) -> list[Path]:
    """Every version of every policy below a folder (or the file itself)."""
    if what.is_file():
        return [what]
    folders = sorted({path.parent for path in what.rglob("*.yaml") if VERSION.match(path.stem)})
    return [file for folder in folders for file in versions(folder)]


def find(what: str | Path, policies: Path = POLICIES) -> list[Path]:
    """The files that a name stands for.

    A file stands for itself, `name@1.0.0` for that version, a policy's folder or `name` for its
    newest version, and a folder of policies for the newest version of each. Names that are not in
    `policies` are looked up among the policies that leadpolicy carries.
    """
    path = Path(what)
    if path.is_file():
        return [path]
    name, _, version = str(what).partition("@")
    folder = next((f for f in _places(name, policies) if f.is_dir()), None)
    if folder is None:
        raise _not_found(name, policies)
    if version:
        file = folder / f"{version}.yaml"
        if not file.is_file():
            known = [path.stem for path in versions(folder)]
            raise LeadpolicyError.of(
                "LP101",
                f"`{name}` has no version {version}",
                where=str(what),
                expected=f"one of {', '.join(known)}" if known else None,
            )
        return [file]
    if own := versions(folder):
        return own[-1:]
    newest = [versions(f)[-1] for f in sorted({p.parent for p in policy_files(folder)})]
    if not newest:
        raise LeadpolicyError.of(
            "LP101",
            "there is no policy in this folder",
            where=str(folder),
            help="a policy is a file such as policies/our-leads/1.0.0.yaml",
        )
    return newest


def _places(name: str, policies: Path) -> tuple[Path, ...]:
    return Path(name), policies / name, CARRIED_POLICIES / name


def policies_at_hand(policies: Path) -> Path:
    """The folder itself; in its default place, where there is none, the one that is carried."""
    if policies == POLICIES and not (policies / VOCABULARY).is_file():
        return CARRIED_POLICIES
    return policies


def _not_found(name: str, policies: Path) -> LeadpolicyError:
    own, others = _names(policies), _names(CARRIED_POLICIES)
    help = suggest(name, own + others)
    if policies != POLICIES and not policies.is_dir():
        help = f"there is no folder `{policies}` here; `--policies DIR` names another"
    elif help is None:
        where = f"in {policies} there are" if own else "leadpolicy itself carries"
        help = f"{where} {', '.join(own or others)}"
    return LeadpolicyError.of("LP101", f"there is no policy `{name}`", help=help)


def _names(policies: Path) -> list[str]:
    return sorted(f.name for f in policies.glob("*") if f.is_dir() and versions(f))


def policies_of(given: object, *, policies: str | Path = POLICIES) -> list[Policy]:
    """The policies that a caller means: one, or a list of them, in the order of the list.

    Each is a policy, a name (`heinz`, `heinz@1.0.0`, `heinz(fit_mode=both)`), or the path of a file
    or folder. A folder of policies adds those that are not named by themselves; a policy that is
    named twice stands there twice, to be compared with itself. All that are read share one
    vocabulary, so that what they say alike is one term.

    Raises `LeadpolicyError` with everything that is wrong with any of them.
    """
    one = isinstance(given, Policy | str | PathLike) or not isinstance(given, Iterable)
    asked = [_Asked(each, Path(policies)) for each in ([given] if one else given)]  # type: ignore[attr-defined]
    shelf = Shelf()
    problems = shelf.problems
    read: dict[Path, Policy | None] = {}
    for each in asked:
        with problems.noted():
            each.find()
        for file in each.files:
            if file.resolve() not in read:
                read[file.resolve()] = shelf.policy(file)
    alone = {each.files[0].resolve() for each in asked if len(each.files) == 1}
    chosen: list[Policy] = []
    for each in asked:
        found = [each.policy, *(read[file.resolve()] for file in each.files)]
        if len(each.files) > 1:
            taken = {*chosen, *(read[file] for file in alone)}
            found = [policy for policy in found if policy not in taken]
        for policy in found:
            if policy is not None:
                with problems.noted():
                    changed = policy.with_parameters(**each.changes) if each.changes else policy
                    chosen.append(changed)
    problems.stop_on_errors()
    if not chosen:
        raise LeadpolicyError.of("LP509", "there is no policy to work on", expected=_POLICIES)
    return chosen


class _Asked:
    """One thing that stands for policies: itself, or files and what is changed in them."""

    def __init__(self, given: object, policies: Path) -> None:
        self.given = given
        self.policies = policies
        self.policy = given if isinstance(given, Policy) else None
        self.files: list[Path] = []
        self.changes: dict[str, str] = {}

    def find(self) -> None:
        """Looks for the files. Raises `LeadpolicyError`."""
        if self.policy is not None:
            return
        if not isinstance(self.given, str | PathLike):
            what = f"`{cited(repr(self.given))}` is no policy"
            raise LeadpolicyError.of("LP506", what, expected=_POLICIES)
        name = str(self.given)
        if not name.strip():
            raise LeadpolicyError.of("LP509", "an empty name is no policy", expected=_POLICIES)
        written = _DERIVED.match(name)
        if written is not None and not Path(name).exists():
            name = written["name"].strip()
            pairs = (change.partition("=") for change in _NEXT.split(written["changes"]))
            self.changes = {key.strip(): value.strip() for key, _, value in pairs}
        self.files = find(name, self.policies)
        if self.changes and len(self.files) > 1:
            raise LeadpolicyError.of(
                "LP506",
                f"`{self.given}` sets parameters of {len(self.files)} policies at once",
                expected="one policy, such as heinz(fit_mode=both)",
            )


def load_policy(what: str | Path, *, policies: str | Path = POLICIES) -> Policy:
    """One policy: `heinz`, `heinz@1.0.0`, `policies/heinz` or a file; the newest by default.

    Raises `LeadpolicyError` with everything that is wrong.
    """
    found = policies_of(what, policies=policies)
    if len(found) > 1:
        raise LeadpolicyError.of(
            "LP101",
            f"{len(found)} policies are found, one is expected",
            help="name one of them: " + ", ".join(policy.id for policy in found),
        )
    return found[0]


def load_policies(whats: Iterable[str | Path], *, policies: str | Path = POLICIES) -> list[Policy]:
    """Policies by name, file or folder, each once. Raises `LeadpolicyError`."""
    return list(dict.fromkeys(policies_of(whats, policies=policies)))


def parse_policy(text: str, vocabulary: Vocabulary, *, name: str = "policy") -> Policy:
    """A policy out of a text. Raises `LeadpolicyError`."""
    if not isinstance(text, str):
        raise unfit("`text`", text, "the text of a policy; `load` reads a file")
    if not isinstance(vocabulary, Vocabulary):
        raise unfit("`vocabulary`", vocabulary, "what `load_vocabulary` returns")
    problems = Problems()
    node = read_yaml(Source(name, text), problems)
    policy = read_policy(node, vocabulary, problems, name)
    problems.stop_on_errors()
    if policy is None:
        raise LeadpolicyError.of("LP108", "there is no policy in this text", where=name)
    return policy
