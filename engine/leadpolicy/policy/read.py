"""A policy file's nodes to a checked policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from leadpolicy.diagnostics import CODES, Problems, listing, suggest
from leadpolicy.policy.conditions import FORM_KEYS, read_condition, read_form
from leadpolicy.policy.lint import lint
from leadpolicy.policy.lower import lower
from leadpolicy.policy.model import (
    GRAINS,
    NOTHING,
    RUNGS,
    Condition,
    Criterion,
    Parameter,
    Policy,
    Ref,
    Stage,
    walk,
)
from leadpolicy.policy.operands import Scope, checked_against
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.vocabulary.model import Vocabulary

TOP_KEYS: Final = (
    "policy", "version", "title", "organization", "source", "vocabulary", "grain", "about",
    "accepts", "parameters", "criteria", "stages",
)  # fmt: skip
REQUIRED: Final = ("policy", "version", "title", "vocabulary", "grain", "stages")
PARAMETER_KEYS: Final = ("value", "range", "values", "says")
CRITERION_KEYS: Final = ("says", "quote", "note")
STAGE_KEYS: Final = (
    "stage", "title", "says", "quote", "note", "counts_as", "requires", "when", "excludes",
    "advises",
)  # fmt: skip
SOURCE_KEYS: Final = ("document", "author", "organization", "title", "url", "published", "note")
VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)\Z")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


def read_policy(
    node: Node | None, vocabulary: Vocabulary, problems: Problems, path: str = ""
) -> Policy | None:
    """The policy in a document, or None where errors were noted. Warnings do not stop it."""
    before = len(problems.errors)
    top = as_mapping(node, problems, "the keys policy, version, title, criteria and stages")
    if top is None:
        return None
    check_keys(top, problems, known=TOP_KEYS, required=REQUIRED, of="a policy")
    reading = _Reading(top, vocabulary, problems)
    policy = reading.policy(path)
    if policy is None or len(problems.errors) > before:
        return None
    lint(policy, problems, reading.scope.used_parameters)
    return policy


class _Reading:
    """Reads one policy; every method notes what is wrong and carries on."""

    def __init__(self, top: Mapping, vocabulary: Vocabulary, problems: Problems) -> None:
        self.top = top
        self.vocabulary = vocabulary
        self.problems = problems
        self.scope = Scope(vocabulary, problems)

    def policy(self, path: str) -> Policy | None:
        problems, before = self.problems, len(self.problems.errors)
        identity = self._named("policy", ID, "lower-case words with hyphens, such as our-leads")
        version = self._named("version", VERSION, "three numbers, such as 1.0.0")
        self._vocabulary_version()
        grain = self._one_of(self.top.get("grain"), GRAINS)
        accepts = self._accepts()
        parameters = self.scope.parameters = self._parameters()
        criteria = self._criteria()
        stages = self._stages(criteria)
        if criteria is not None and stages is not None:
            self._check_references(criteria, stages)
        if criteria is None or stages is None or len(problems.errors) > before:
            return None
        logic, terms = lower(self.vocabulary, parameters, criteria, stages)
        return Policy(
            id=identity,
            version=version,
            title=text_of(self.top.get("title"), problems, "a title") or "",
            organization=text_of(self.top.get("organization"), problems, "a name") or "",
            grain=grain or "company",
            vocabulary=self.vocabulary,
            parameters=parameters,
            criteria=criteria,
            stages=stages,
            logic=logic,
            terms=terms,
            about=text_of(self.top.get("about"), problems, "a text") or "",
            source=self._source(),
            accepts=accepts,
            path=path,
        )

    # ---------------------------------------------------------------------------- the head

    def _named(self, key: str, form: re.Pattern[str], expected: str) -> str:
        scalar = as_text(self.top.get(key), self.problems, expected)
        if scalar is None:
            return ""
        if not form.match(scalar.text):
            self.problems.error(
                "LP210", f"`{scalar.text}` is not a well-formed {key}", scalar.span,
                expected=expected,
            )  # fmt: skip
        return scalar.text

    def _vocabulary_version(self) -> None:
        scalar = as_text(self.top.get("vocabulary"), self.problems, "a number such as 1")
        if scalar is not None and scalar.text != self.vocabulary.version:
            self.problems.error(
                "LP211",
                f"the policy is written for vocabulary {scalar.text}, but this is "
                f"{self.vocabulary.version}",
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
                "LP302", f"`{scalar.text}` is not allowed here", scalar.span,
                expected=f"one of {listing(names)}", help=suggest(scalar.text, names),
            )  # fmt: skip
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
            if key.text not in CODES or not key.text.startswith("LP9"):
                codes = [code for code in CODES if code.startswith("LP9")]
                self.problems.error("LP302", f"`{key.text}` is not a finding that can be accepted",
                                    key.span, expected=f"one of {listing(codes)}")  # fmt: skip
            accepted[key.text] = reason or ""
        return accepted

    # -------------------------------------------------------------------------- parameters

    def _parameters(self) -> dict[str, Parameter]:
        node = self.top.get("parameters")
        mapping = as_mapping(node, self.problems, "names with `{value: …, says: …}`")
        found: dict[str, Parameter] = {}
        for key, value in mapping.entries if mapping is not None else ():
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
        check_keys(body, self.problems, known=PARAMETER_KEYS, required=("value", "says"),
                   of="a parameter")  # fmt: skip
        value = body.get("value")
        if value is None:
            return None
        texts = self._texts(value)
        limits = self._texts(body.get("range"))
        if limits and len(limits) != 2:
            self.problems.error("LP107", "a range has two ends", (body.get("range") or body).span,
                                expected="such as [1, 5000]")  # fmt: skip
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

    def _criteria(self) -> dict[str, Criterion] | None:
        node = self.top.get("criteria")
        mapping = as_mapping(node, self.problems, "names with conditions")
        if mapping is None:
            return {} if node is None else None
        found: dict[str, Criterion] = {}
        complete = True
        for key, value in mapping.entries:
            if not NAME.match(key.text) or key.text == NOTHING:
                self._bad_name(key)
            criterion = self._criterion(key, value)
            complete = complete and criterion is not None
            if criterion is not None:
                found[key.text] = criterion
        return found if complete else None

    def _criterion(self, key: Scalar, node: Node) -> Criterion | None:
        body = as_mapping(node, self.problems, "`says:` and a condition")
        if body is None:
            return None
        check_keys(body, self.problems, known=body.keys(), required=("says",), of="a criterion")
        entries = tuple(e for e in body.entries if e[0].text not in CRITERION_KEYS)
        misspelt = [k for k, _ in entries if "." not in k.text and k.text not in FORM_KEYS
                    and not k.text.startswith("$")]  # fmt: skip
        for unknown in misspelt:
            known = (*CRITERION_KEYS, *FORM_KEYS)
            self.problems.error(
                "LP201", f"a criterion has no key `{unknown.text}`", unknown.span,
                expected=f"one of {listing(known, 20)}", help=suggest(unknown.text, known),
            )  # fmt: skip
        if misspelt:
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

    def _stages(self, criteria: dict[str, Criterion] | None) -> tuple[Stage, ...] | None:
        node = self.top.get("stages")
        items = as_items(node, self.problems, "the stages, lowest first")
        if not items:
            if isinstance(node, Sequence):
                self.problems.error("LP108", "a policy needs at least one stage", node.span)
            return None
        stages: dict[str, Stage] = {}
        complete = True
        for item in items:
            stage = self._stage(item, stages, criteria or {})
            complete = complete and stage is not None
            if stage is not None:
                stages[stage.name] = stage
        return tuple(stages.values()) if complete else None

    def _stage(
        self, node: Node, earlier: dict[str, Stage], criteria: dict[str, Criterion]
    ) -> Stage | None:
        body = as_mapping(node, self.problems, "`stage: name` with requires and when")
        if body is None:
            return None
        check_keys(body, self.problems, known=STAGE_KEYS, required=("stage", "requires", "when"),
                   of="a stage")  # fmt: skip
        name = as_text(body.get("stage"), self.problems, "the stage's name")
        when = body.get("when")
        if name is None or when is None:
            return None
        self._check_stage_name(name, earlier, criteria)
        requires = self._requires(body.get("requires"), earlier)
        condition = read_condition(self.scope, when)
        if condition is None:
            return None
        return Stage(
            name.text,
            text_of(body.get("title"), self.problems, "a title") or name.text.replace("_", " "),
            condition,
            requires,
            self._one_of(body.get("counts_as"), RUNGS),
            self._criterion_names(body.get("excludes"), criteria),
            self._criterion_names(body.get("advises"), criteria),
            text_of(body.get("says"), self.problems, "a text") or "",
            self._texts(body.get("quote")),
            text_of(body.get("note"), self.problems, "a text") or "",
            name.span,
        )

    def _check_stage_name(
        self, name: Scalar, earlier: dict[str, Stage], criteria: dict[str, Criterion]
    ) -> None:
        if not NAME.match(name.text) or name.text in (NOTHING, "none"):
            self._bad_name(name)
        if name.text in earlier:
            self.problems.error("LP209", f"two stages are called `{name.text}`", name.span)
        if name.text in criteria:
            self.problems.error("LP209", f"`{name.text}` is the name of a criterion, too",
                                name.span, help="rename one of the two")  # fmt: skip

    def _bad_name(self, key: Scalar) -> None:
        self.problems.error("LP210", f"`{key.text}` cannot be a name here", key.span,
                            expected="lower-case letters, digits and _")  # fmt: skip

    def _requires(self, node: Node | None, earlier: dict[str, Stage]) -> str | None:
        scalar = as_text(node, self.problems, "`nothing`, or an earlier stage")
        if scalar is None or scalar.text == NOTHING:
            return None
        if scalar.text not in earlier:
            self.problems.error(
                "LP208", f"`{scalar.text}` is not an earlier stage", scalar.span,
                expected="`nothing`" + (f", or one of {listing(earlier)}" if earlier else ""),
                help=suggest(scalar.text, [*earlier, NOTHING]),
            )  # fmt: skip
            return None
        return scalar.text

    def _criterion_names(
        self, node: Node | None, criteria: dict[str, Criterion]
    ) -> tuple[str, ...]:
        names: list[str] = []
        for item in as_items(node, self.problems, "a list of criteria"):
            scalar = as_text(item, self.problems, "the name of a criterion")
            if scalar is None:
                continue
            if scalar.text not in criteria:
                self.problems.error("LP208", f"there is no criterion `{scalar.text}`", scalar.span,
                                    help=suggest(scalar.text, criteria))  # fmt: skip
            else:
                names.append(scalar.text)
        return tuple(names)

    # -------------------------------------------------------------------------- references

    def _check_references(
        self, criteria: dict[str, Criterion], stages: tuple[Stage, ...]
    ) -> None:
        order = {stage.name: place for place, stage in enumerate(stages)}
        known = {*criteria, *order}
        sound = True
        for condition in [c.condition for c in criteria.values()] + [s.when for s in stages]:
            for ref in _refs(condition):
                if ref.name not in known:
                    sound = False
                    help = suggest(ref.name, known)
                    if ref.name in self.vocabulary.facts:
                        help = f"a fact needs a value: `{ref.name}: …`"
                    self.problems.error(
                        "LP208", f"there is no criterion or stage `{ref.name}`", ref.span,
                        help=help,
                    )  # fmt: skip
        if sound and not self._circles(criteria, stages):
            self._check_order(criteria, stages, order)

    def _circles(self, criteria: dict[str, Criterion], stages: tuple[Stage, ...]) -> bool:
        """Notes references that come back to where they started."""
        inside = {name: _refs(c.condition) for name, c in criteria.items()}
        inside |= {
            s.name: [*_refs(s.when), *(Ref(n, s.span) for n in (*s.excludes, *s.advises))]
            for s in stages
        }
        for stage in stages:
            if stage.requires is not None:
                inside[stage.name].append(Ref(stage.requires, stage.span))
        done: set[str] = set()
        found: list[Ref] = []

        def visit(name: str, trail: tuple[str, ...]) -> None:
            if name in done:
                return
            for ref in inside[name]:
                if ref.name in (*trail, name):
                    circle = [*trail, name]
                    circle = [*circle[circle.index(ref.name) :], ref.name]
                    self.problems.error("LP401", f"a circle: {' → '.join(circle)}", ref.span)
                    found.append(ref)
                else:
                    visit(ref.name, (*trail, name))
            done.add(name)

        for name in inside:
            visit(name, ())
        return bool(found)

    def _check_order(
        self,
        criteria: dict[str, Criterion],
        stages: tuple[Stage, ...],
        order: dict[str, int],
    ) -> None:
        """A stage may refer to earlier stages only, directly or through criteria."""

        def reached(condition: Condition, via: Ref | None) -> Iterable[tuple[str, Ref]]:
            for ref in _refs(condition):
                first = via or ref
                if ref.name in order:
                    yield ref.name, first
                else:
                    yield from reached(criteria[ref.name].condition, first)

        for stage in stages:
            for name, ref in reached(stage.when, None):
                if order[name] > order[stage.name]:
                    self.problems.error(
                        "LP402", f"`{stage.name}` refers to `{name}`, which comes later", ref.span,
                        help="a record's stage is the last that is TRUE, so an earlier stage need "
                        "not exclude a later one",
                    )  # fmt: skip


def _refs(condition: Condition) -> list[Ref]:
    return [part for part in walk(condition) if isinstance(part, Ref)]
