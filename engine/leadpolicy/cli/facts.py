"""`leadpolicy facts`: the words that policies may use."""

from __future__ import annotations

import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final

import typer

from leadpolicy.characters import json_text, visible_lines
from leadpolicy.cli.options import PoliciesFolder
from leadpolicy.diagnostics import LeadpolicyError, suggest
from leadpolicy.policy.load import POLICIES, VOCABULARY, Shelf, policies_at_hand, policy_files
from leadpolicy.policy.model import Policy
from leadpolicy.vocabulary import EventKind, Fact, Vocabulary, load_vocabulary
from leadpolicy.vocabulary.model import EVENT

WIDEST: Final = 140


def facts(
    pattern: Annotated[
        str | None,
        typer.Argument(
            help="A name, a part of a name or question, or a pattern such as 'deal.*'.",
            show_default=False,
        ),
    ] = None,
    events: Annotated[bool, typer.Option("--events", help="Only events.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """List the facts and events that policies may speak of.

    The full name of a fact or event shows everything about it: the operators that fit and the
    policies that use it. `past` says whether yesterday's value can be rebuilt: yes, from history;
    snapshot, only today's value exists; judgement, somebody judged it on a date.
    """
    from leadpolicy.present.policy import vocabulary as catalogue

    folder = policies_at_hand(folder)
    vocabulary = load_vocabulary(folder / VOCABULARY)
    width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
    if pattern is not None and not as_json and (one := _alone(pattern, events, vocabulary)):
        typer.echo(visible_lines(_everything(one, folder, width)))
        return
    found = [] if events else [f for f in vocabulary.facts.values() if _fits(f, pattern)]
    kinds = [e for e in vocabulary.events.values() if _fits(e, pattern)]
    if not found and not kinds:
        raise _nothing(str(pattern), vocabulary)
    if as_json:
        plain = [*map(catalogue.fact_to_dict, found), *map(catalogue.event_to_dict, kinds)]
        typer.echo(json_text(plain))
        return
    blocks = [catalogue.render_facts(found, width), catalogue.render_events(kinds, width)]
    typer.echo(visible_lines("\n\n".join(block for block in blocks if block)))


def _alone(pattern: str, events: bool, vocabulary: Vocabulary) -> Fact | EventKind | None:
    """The fact or event of exactly this name."""
    fact = None if events else vocabulary.facts.get(pattern)
    return fact or vocabulary.events.get(pattern)


def _fits(one: Fact | EventKind, pattern: str | None) -> bool:
    if pattern is None:
        return True
    wanted = pattern.casefold()
    if any(mark in wanted for mark in "*?["):
        return fnmatchcase(one.name, wanted)
    return any(wanted in text.casefold() for text in (one.name, one.phrase, one.ask))


def _nothing(pattern: str, vocabulary: Vocabulary) -> LeadpolicyError:
    names = [*vocabulary.facts, *vocabulary.events]
    parts = dict.fromkeys(part for name in names for part in re.split(r"[._]", name))
    help = suggest(pattern, names if "." in pattern else [*names, *parts])
    return LeadpolicyError.of(
        "LP203",
        f"nothing in the vocabulary fits `{pattern}`",
        where=vocabulary.name,
        help=help or "`leadpolicy facts` lists everything",
    )


def _everything(one: Fact | EventKind, folder: Path, width: int) -> str:
    from leadpolicy.present.policy import vocabulary as catalogue

    policies = _readable(folder)
    if isinstance(one, Fact):
        return catalogue.render_fact(one, catalogue.uses(one.name, policies), width)
    return catalogue.render_event(one, catalogue.uses(EVENT + one.name, policies), width)


def _readable(folder: Path) -> list[Policy]:
    """Every version that can be read; `leadpolicy check` tells of the others."""
    shelf = Shelf()
    return [policy for file in policy_files(folder) if (policy := shelf.policy(file))]
