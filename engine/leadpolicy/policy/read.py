"""A policy file's nodes to a checked policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from leadpolicy.diagnostics import CODES, Problems, cited, listing, suggest
from leadpolicy.policy.conditions import read_condition, read_form
from leadpolicy.policy.keywords import FORM_KEYS, HELP
from leadpolicy.policy.lint import lint
from leadpolicy.policy.lower import lower
from leadpolicy.policy.model import (
    GRAINS,
    NOTHING,
    RUNGS,
    TEAMS,
    Criterion,
    Parameter,
    Policy,
    Stage,
)
from leadpolicy.policy.operands import Scope, checked_against
from leadpolicy.policy.references import References
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.vocabulary.model import Vocabulary

TOP_KEYS: Final = (
    "policy",
    "version",
    "title",
    "organization",
    "source",
    "vocabulary",
    "grain",
    "about",
    "accepts",
    "teams",
    "parameters",
    "criteria",
    "stages",
)
REQUIRED: Final = {
    "policy": "the name of the folder, such as our-leads",
    "version": "the name of the file, such as 1.0.0",
    "title": "the definition in one sentence",
    "vocabulary": "the number of the vocabulary, such as 1",
    "grain": "what one record is: person, company or deal",
    "stages": "the stages, lowest first",
}
STAGE_REQUIRED: Final = {
    "stage": "its name, such as qualified_lead",
    "requires": "the earlier stage that a record must have reached, or `nothing`",
    "when": "a condition",
}
PARAMETER_KEYS: Final = ("value", "range", "values", "says")
CRITERION_KEYS: Final = ("says", "quote", "note")
STAGE_KEYS: Final = (
    "stage",
    "title",
    "says",
    "quote",
    "note",
    "counts_as",
    "requires",
    "when",
    "excludes",
    "advises",
)
SOURCE_KEYS: Final = ("document", "author", "organization", "title", "url", "published", "note")
ACCEPTABLE: Final = ("LP404", *(code for code in CODES if code.startswith("LP9")))
VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)\Z")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
NAME_RULE: Final = "lower-case letters, digits and _, beginning with a letter"
ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


def read_policy(
    node: Node | None, vocabulary: Vocabulary, problems: Problems, path: str = ""
) -> Policy | None:
    """The policy in a document, or None where errors were noted.

    Warnings do not stop it; those that its author accepts are left out.
    """
    earlier = len(problems.found)
    top = as_mapping(node, problems, "the keys policy, version, title, criteria and stages")
    if top is None:
        return None
    check_keys(top, problems, known=TOP_KEYS, required=REQUIRED, of="a policy")
    reading = _Reading(top, vocabulary, problems)
    policy = reading.policy(path)
    if policy is None or problems.failed(earlier):
        return None
    lint(policy, problems, reading.scope.used_parameters)
    problems.found[earlier:] = [d for d in problems.found[earlier:] if d.code not in policy.accepts]
    return policy


class _Reading:
    """Reads one policy; every method notes what is wrong and carries on."""

    def __init__(self, top: Mapping, vocabulary: Vocabulary, problems: Problems) -> None:
        self.top = top
        self.vocabulary = vocabulary
        self.problems = problems
        self.scope = Scope(vocabulary, problems)
        self.criterion_names: set[str] = set()
        self.stage_names: dict[str, Scalar] = {}

    def policy(self, path: str) -> Policy | None:
        problems, before = self.problems, len(self.problems.found)
        identity = self._named("policy", ID, "lower-case words with hyphens, such as our-leads")
        version = self._named("version", VERSION, "three numbers, such as 1.0.0")
        self._vocabulary_version()
        grain = self._one_of(self.top.get("grain"), GRAINS)
        accepts = self._accepts()
        teams = self._teams()
        title = text_of(self.top.get("title"), problems, "a title") or ""
        organization = text_of(self.top.get("organization"), problems, "a name") or ""
        about = text_of(self.top.get("about"), problems, "a text") or ""
        source = self._source()
        parameters = self._parameters()
        criteria = self._criteria()
        stages = self._stages()
        references = References(self.vocabulary, problems, criteria, stages)
        references.check_names(self.criterion_names, self.stage_names)
        if self.criterion_names.isdisjoint(self.stage_names):
            references.check_circles_and_order()
        if problems.failed(before):
            return None
        logic, terms = lower(self.vocabulary, parameters, criteria, stages)
        return Policy(
            id=identity,
            version=version,
            title=title,
            organization=organization,
            grain=grain or "company",
            vocabulary=self.vocabulary,
            parameters=parameters,
            criteria=criteria,
            stages=stages,
            logic=logic,
            terms=terms,
            about=about,
            source=source,
            accepts=accepts,
            teams=teams,
            path=path,
        )

    # ---------------------------------------------------------------------------- the head

    def _named(self, key: str, form: re.Pattern[str], expected: str) -> str:
        scalar = as_text(self.top.get(key), self.problems, expected)
        if scalar is None:
            return ""
        if not form.match(scalar.text):
            self.problems.error(
                "LP210",
                f"`{cited(scalar.text)}` cannot be the {key} of a policy"
                if key == "version"
                else f"`{cited(scalar.text)}` cannot be the name of a policy",
                scalar.span,
                expected=expected,
            )
        return scalar.text

    def _vocabulary_version(self) -> None:
        scalar = as_text(self.top.get("vocabulary"), self.problems, "a number such as 1")
        if scalar is not None and scalar.text != self.vocabulary.version:
            self.problems.error(
                "LP211",
                f"the policy is written for vocabulary {cited(scalar.text)}, but the one here is "
                f"vocabulary {self.vocabulary.version}",
                scalar.span,
                help=f"the vocabulary is read from {self.vocabulary.name}",
            )

    def _one_of(self, node: Node | None, allowed: Iterable[str]) -> str | None:
        names = tuple(allowed)
        scalar = as_text(node, self.problems, f"one of {listing(names)}")
        if scalar is None:
            return None
        if scalar.text not in names:
            self.problems.error(
                "LP302",
                f"`{scalar.text}` is not allowed here",
                scalar.span,
                expected=f"one of {listing(names)}",
                help=suggest(scalar.text, names),
            )
            return None
        return scalar.text

    def _source(self) -> dict[str, str]:
        mapping = as_mapping(self.top.get("source"), self.problems, "where the definition stands")
        if mapping is None:
            return {}
        check_keys(mapping, self.problems, known=SOURCE_KEYS, of="a source")
        texts = {k.text: text_of(v, self.problems, "a text") for k, v in mapping.entries}
        return {key: text for key, text in texts.items() if text is not None}

    def _accepts(self) -> dict[str, str]:
        """Findings of the lint that the author accepts, each with the reason."""
        node = self.top.get("accepts")
        mapping = as_mapping(node, self.problems, "codes of findings with reasons")
        accepted: dict[str, str] = {}
        for key, value in mapping.entries if mapping is not None else ():
            reason = text_of(value, self.problems, "the reason")
            if key.text not in ACCEPTABLE:
                self.problems.error(
                    "LP302",
                    f"`{cited(key.text)}` is not a finding that can be accepted",
                    key.span,
                    expected=f"one of {listing(ACCEPTABLE)}",
                )
            accepted[key.text] = reason or ""
        return accepted

    def _teams(self) -> tuple[str, ...]:
        """Who has to sign a version; an agreement takes two."""
        node = self.top.get("teams")
        if node is None:
            return TEAMS
        expected = "a list of teams, such as [marketing, sales]"
        names: dict[str, None] = {}
        for item in as_items(node, self.problems, expected):
            name = as_text(item, self.problems, "a team")
            if name is None:
                continue
            if not NAME.match(name.text):
                self.problems.error(
                    "LP210", f"`{cited(name.text)}` is not a name", name.span, expected=NAME_RULE
                )
            if name.text in names:
                self.problems.error("LP209", f"the team `{name.text}` stands twice", name.span)
            names[name.text] = None
        if isinstance(node, Sequence) and len(names) < 2:
            self.problems.error(
                "LP302", "an agreement takes two teams", node.span, expected=expected
            )
        return tuple(names)

    # -------------------------------------------------------------------------- parameters

    def _parameters(self) -> dict[str, Parameter]:
        node = self.top.get("parameters")
        mapping = as_mapping(node, self.problems, "names with `{value: …, says: …}`")
        found = self.scope.parameters
        for key, value in mapping.entries if mapping is not None else ():
            self.scope.declared.add(key.text)
            if not NAME.match(key.text):
                self._bad_name(key)
            parameter = self._parameter(key, value)
            if parameter is not None:
                found[key.text] = parameter
        return found

    def _parameter(self, key: Scalar, node: Node) -> Parameter | None:
        body = as_mapping(node, self.problems, "`{value: 20, range: [1, 5000], says: …}`")
        if body is None:
            return None
        check_keys(
            body,
            self.problems,
            known=PARAMETER_KEYS,
            required={
                "value": "its value",
                "says": "what it means, in plain English",
            },
            of="a parameter",
        )
        value = body.get("value")
        if value is None:
            return None
        texts = self._texts(value)
        limits = self._texts(body.get("range"))
        if limits and len(limits) != 2:
            self.problems.error(
                "LP107",
                "a range has two ends",
                (body.get("range") or body).span,
                expected="such as [1, 5000]",
            )
            limits = ()
        parameter = Parameter(
            key.text,
            texts,
            isinstance(value, Sequence),
            text_of(body.get("says"), self.problems, "what the parameter means") or "",
            (limits[0], limits[1]) if limits else None,
            self._texts(body.get("values")),
            key.span,
        )
        problem = checked_against(parameter) if texts else None
        if problem is not None:
            self.scope.note(problem, value.span)
        return parameter if texts or isinstance(value, Sequence) else None

    def _texts(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        texts = (text_of(item, self.problems, "a value") for item in items)
        return tuple(text for text in texts if text is not None)

    # ------------------------------------------------------------------ criteria and stages

    def _criteria(self) -> dict[str, Criterion]:
        """The criteria that can be read; the names of all are remembered."""
        mapping = as_mapping(self.top.get("criteria"), self.problems, "names with conditions")
        found: dict[str, Criterion] = {}
        for key, value in mapping.entries if mapping is not None else ():
            self.criterion_names.add(key.text)
            if not NAME.match(key.text) or key.text == NOTHING:
                self._bad_name(key)
            criterion = self._criterion(key, value)
            if criterion is not None:
                found[key.text] = criterion
        return found

    def _criterion(self, key: Scalar, node: Node) -> Criterion | None:
        body = as_mapping(node, self.problems, "`says:` and a condition")
        if body is None:
            return None
        check_keys(
            body,
            self.problems,
            known=body.keys(),
            of="a criterion",
            required={"says": "what it means, in plain English"},
        )
        entries = tuple(e for e in body.entries if e[0].text not in CRITERION_KEYS)
        misspelt = [
            k
            for k, _ in entries
            if "." not in k.text and k.text not in FORM_KEYS and not k.text.startswith("$")
        ]
        for unknown in misspelt:
            known = (*CRITERION_KEYS, *FORM_KEYS)
            self.problems.error(
                "LP201",
                f"a criterion has no key `{unknown.text}`",
                unknown.span,
                expected=f"one of {listing(known, 20)}",
                help=suggest(unknown.text, known),
            )
        if misspelt:
            return None
        if not entries:
            self.problems.error(
                "LP403", f"the criterion `{key.text}` has no condition", key.span, expected=HELP
            )
            return None
        condition = read_form(self.scope, body, entries)
        if condition is None:
            return None
        return Criterion(
            key.text,
            text_of(body.get("says"), self.problems, "what the criterion says") or "",
            condition,
            self._texts(body.get("quote")),
            text_of(body.get("note"), self.problems, "a text") or "",
            key.span,
        )

    def _stages(self) -> tuple[Stage, ...]:
        """The stages that can be read; the names of all are remembered."""
        node = self.top.get("stages")
        items = as_items(node, self.problems, "the stages, lowest first")
        if not items and isinstance(node, Sequence):
            self.problems.error("LP108", "a policy needs at least one stage", node.span)
        read = [self._stage(item) for item in items]
        return tuple(stage for stage in read if stage is not None)

    def _stage(self, node: Node) -> Stage | None:
        body = as_mapping(node, self.problems, "`stage: name` with requires and when")
        if body is None:
            return None
        check_keys(body, self.problems, known=STAGE_KEYS, required=STAGE_REQUIRED, of="a stage")
        requires = self._requires(body.get("requires"))
        name = as_text(body.get("stage"), self.problems, "the stage's name")
        if name is not None:
            self._note_stage_name(name)
        when = body.get("when")
        condition = None if when is None else read_condition(self.scope, when)
        title = text_of(body.get("title"), self.problems, "a title")
        counts_as = self._one_of(body.get("counts_as"), RUNGS)
        excludes = self._criterion_names(body.get("excludes"))
        advises = self._criterion_names(body.get("advises"))
        says = text_of(body.get("says"), self.problems, "a text") or ""
        quotes = self._texts(body.get("quote"))
        note = text_of(body.get("note"), self.problems, "a text") or ""
        if name is None or condition is None:
            return None
        return Stage(
            name.text,
            title or name.text.replace("_", " "),
            condition,
            requires,
            counts_as,
            excludes,
            advises,
            says,
            quotes,
            note,
            name.span,
        )

    def _note_stage_name(self, name: Scalar) -> None:
        first = self.stage_names.setdefault(name.text, name)
        if not NAME.match(name.text) or name.text in (NOTHING, "none"):
            self._bad_name(name)
        if first is not name:
            self.problems.error(
                "LP209",
                f"two stages are called `{name.text}`; the first is on line {first.span.line}",
                name.span,
                help="rename one of the two",
            )
        if name.text in self.criterion_names:
            self.problems.error(
                "LP209",
                f"`{name.text}` is the name of a criterion, too",
                name.span,
                help="rename one of the two",
            )

    def _bad_name(self, key: Scalar) -> None:
        if NAME.match(key.text):
            expected, help = "another name: this one has a meaning of its own", None
        else:
            expected = NAME_RULE
            fitting = re.sub(r"\W+", "_", key.text.strip()).lower()
            help = f"write `{fitting}`" if NAME.match(fitting) else None
        self.problems.error(
            "LP210",
            f"`{cited(key.text)}` cannot be a name here",
            key.span,
            expected=expected,
            help=help,
        )

    def _requires(self, node: Node | None) -> str | None:
        earlier = self.stage_names
        scalar = as_text(node, self.problems, "`nothing`, or an earlier stage")
        if scalar is None or scalar.text == NOTHING:
            return None
        if scalar.text not in earlier:
            self.problems.error(
                "LP208",
                f"`{cited(scalar.text)}` is not an earlier stage",
                scalar.span,
                expected="`nothing`" + (f", or one of {listing(earlier)}" if earlier else ""),
                help=suggest(scalar.text, [*earlier, NOTHING])
                or "stages are listed lowest first, and a stage builds on those above it",
            )
            return None
        return scalar.text

    def _criterion_names(self, node: Node | None) -> tuple[str, ...]:
        names: list[str] = []
        for item in as_items(node, self.problems, "a list of criteria"):
            scalar = as_text(item, self.problems, "the name of a criterion")
            if scalar is None:
                continue
            if scalar.text not in self.criterion_names:
                self.problems.error(
                    "LP208",
                    f"there is no criterion `{cited(scalar.text)}`",
                    scalar.span,
                    help=suggest(scalar.text, self.criterion_names)
                    or "what excludes or advises is first written as a criterion",
                )
            else:
                names.append(scalar.text)
        return tuple(names)
