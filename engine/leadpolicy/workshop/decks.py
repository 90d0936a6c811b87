"""Cards as files: cards.yaml for votes and the board, and the key that the facilitator keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from leadpolicy.characters import json_text
from leadpolicy.comparison.scale import NONE, Scale
from leadpolicy.diagnostics import LeadpolicyError, Problems, listing
from leadpolicy.evaluation.verdicts import RecordVerdicts
from leadpolicy.files import strange, write_whole
from leadpolicy.governance.examples import card_moment, card_record
from leadpolicy.policy.model import RUNGS
from leadpolicy.sheets import csv_text
from leadpolicy.syntax.nodes import Mapping as MappingNode
from leadpolicy.syntax.nodes import Node
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.syntax.writing import written
from leadpolicy.types import Value, plain
from leadpolicy.vocabulary.model import Vocabulary
from leadpolicy.vocabulary.record import Record
from leadpolicy.workshop.blind import BlindCard, Deal, Deck, Why

TOP_KEYS: Final = {
    "policies": "the policies in question, such as [heinz@1.1.0]",
    "teams": "the teams that vote, such as [marketing, sales]",
    "scale": "`rungs` or `stages`: what the steps are",
    "steps": "what may be voted besides `none`, lowest first",
    "cards": "a list of cards",
}
CARD_KEYS: Final = {
    "card": "its code",
    "name": "its invented name",
    "why": f"one of {listing(Why)}",
    "as_of": "the moment of which it speaks",
    "facts": "what is known, or {}",
}
_UNNAMED: Final = " in a currency that is not named"
OTHER_KEYS: Final = ("about", "events", "recorded")
_HEAD: Final = """\
# Cards for a workshop: real records under invented names. Whose they are stands in the key file
# only, which whoever leads the workshop keeps. Nothing here says what a policy makes of them.
"""


def deck_text(deck: Deck) -> str:
    """The deck as YAML."""
    top = {
        "policies": _list(deck.policies),
        "teams": _list(deck.teams),
        "scale": "rungs" if deck.scale.common else "stages",
        "steps": _list(deck.scale.steps),
    }
    lines = [_HEAD.rstrip(), *(f"{key}: {value}" for key, value in top.items()), "cards:"]
    for card in deck.cards:
        lines += ["", *_card_lines(card)]
    return "\n".join(lines) + "\n"


def _card_lines(card: BlindCard) -> Iterator[str]:
    yield f"  - card: {written(card.code)}"
    yield f"    name: {written(card.name)}"
    yield f"    why: {written(card.why)}"
    if card.about:
        yield f"    about: {written(card.about)}"
    yield f"    as_of: {_value(card.as_of)}"
    yield from (f"    {line}" for line in record_lines(card.record))


def record_lines(record: Record) -> Iterator[str]:
    """A record under the keys of a card: facts, events and recorded."""
    if record.facts:
        yield "facts:"
        yield from (f"  {name}: {_value(value)}" for name, value in sorted(record.facts.items()))
    else:
        yield "facts: {}"
    if not record.events:
        return
    happened = [(kind, one) for kind, log in record.events.items() for one in log.happenings]
    if happened:
        yield "events:"
        for kind, one in happened:
            at = {} if one.at is None else {"at": _value(one.at)}
            told = {"event": written(kind)} | at | {k: _value(v) for k, v in one.details.items()}
            yield "  - {" + ", ".join(f"{key}: {text}" for key, text in told.items()) + "}"
    else:
        yield "events: []"
    yield f"recorded: {_list(tuple(record.events))}"


def _value(value: Value) -> str:
    """A value as a card writes it; it is read back by the type of its fact."""
    found: Any = plain(value)
    match found:
        case bool():
            return "true" if found else "false"
        case list():
            return _list(found)
        case dict():
            ends = (f"{end}: {_number(n)}" for end, n in found.items() if n is not None)
            return "{" + ", ".join(ends) + "}"
        case int() | float():
            return _number(found)
        case str() if found.endswith(_UNNAMED):
            # XXX is the code of ISO 4217 for "no currency".
            return f"XXX {found.removesuffix(_UNNAMED)}"
        case _:
            return written(str(found))


def _number(number: float) -> str:
    whole = float(number).is_integer() and abs(number) < 1e15
    return str(int(number)) if whole else repr(number)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(written(text) for text in texts)}]"


def write_deck(deck: Deck, path: Path) -> Path:
    """Writes cards.yaml in one step. Raises `LeadpolicyError`."""
    return write_whole(path, deck_text(deck))


def key_text(deal: Deal) -> str:
    """Whose record each card is, as CSV."""
    rows = ((card.code, card.name, deal.keys[card.code], card.why) for card in deal.deck.cards)
    return csv_text(("card", "name", "record", "why"), rows)


def write_key(deal: Deal, path: Path) -> Path:
    """Writes whose record each card is; its owner alone may read it. Raises `LeadpolicyError`."""
    return write_whole(path, key_text(deal), private=True)


def ballot_text(deck: Deck) -> str:
    """A sheet for one voter to fill in, as CSV: a row per card."""
    return csv_text(
        ("voter", "team", "card", "stage"), (("", "", card.code, "") for card in deck.cards)
    )


def deck_to_dict(deck: Deck) -> dict[str, Any]:
    """Plain data for JSON."""
    from leadpolicy.vocabulary.record import record_to_dict

    return {
        "policies": list(deck.policies),
        "teams": list(deck.teams),
        "scale": "rungs" if deck.scale.common else "stages",
        "answers": list(deck.scale.answers),
        "cards": [
            {"card": card.code, "name": card.name, "why": str(card.why), "about": card.about}
            | {"as_of": plain(card.as_of)}
            | {k: v for k, v in record_to_dict(card.record).items() if k != "id"}
            for card in deck.cards
        ],
    }


def deck_json(deal: Deal, evaluation: RecordVerdicts) -> str:
    """The deck as JSON text, without the key, with the engine that said the verdicts, and what was
    read to deal it.
    """
    data = evaluation.data
    read = data.quarantine.to_dict(data.tables) | {"notes": [*data.notes, *deal.notes]}
    return json_text(deck_to_dict(deal.deck) | {"engine": evaluation.engine} | read)


# ------------------------------------------------------------------------------------ reading


def deck_policies(path: Path) -> tuple[str, ...]:
    """The policies that a deck was dealt for. Raises `LeadpolicyError`."""
    problems = Problems()
    top = _top(path, problems)
    found = _texts(top, "policies", problems)
    problems.stop_on_errors()
    return found


def read_deck(path: Path, vocabulary: Vocabulary) -> Deck:
    """The deck of a cards.yaml. Raises `LeadpolicyError` with everything that is wrong."""
    problems = Problems()
    top = _top(path, problems)
    check_keys(top, problems, known=TOP_KEYS, required=TOP_KEYS, of="a file of workshop cards")
    scale = _scale(top, problems)
    cards: dict[str, BlindCard] = {}
    for node in as_items(top.get("cards"), problems, "a list of cards"):
        card = _card(node, vocabulary, problems)
        if card is not None and card.code.casefold() in cards:
            problems.error("LP209", f"two cards are called `{card.code}`", node.span)
        elif card is not None:
            cards[card.code.casefold()] = card
    if not cards and not problems.errors:
        problems.error("LP505", "there is no card in this file", where=str(path))
    policies, teams = _texts(top, "policies", problems), _texts(top, "teams", problems)
    problems.stop_on_errors()
    return Deck(tuple(cards.values()), scale, teams, policies, vocabulary)


def _top(path: Path, problems: Problems) -> MappingNode:
    source = read_source(path, problems)
    node = None if source is None else read_yaml(source, problems)
    top = as_mapping(node, problems, "policies, teams, scale, steps and cards")
    problems.stop_on_errors()
    if top is None:
        raise LeadpolicyError.of(
            "LP505", "the file is empty", where=str(path),
            help="`leadpolicy cards POLICY… --data DATASET` writes one",
        )  # fmt: skip
    return top


def _texts(top: MappingNode, key: str, problems: Problems) -> tuple[str, ...]:
    items = as_items(top.get(key), problems, TOP_KEYS[key])
    texts = (text_of(item, problems, TOP_KEYS[key]) for item in items)
    return tuple(dict.fromkeys(text for text in texts if text is not None))


def _scale(top: MappingNode, problems: Problems) -> Scale:
    kind = as_text(top.get("scale"), problems, TOP_KEYS["scale"])
    steps = _texts(top, "steps", problems)
    common = kind is not None and kind.text == "rungs"
    if kind is not None and kind.text not in ("rungs", "stages"):
        problems.error("LP302", f"`{kind.text}` is no scale", kind.span, expected="rungs or stages")
    for item in as_items(top.get("steps"), problems, TOP_KEYS["steps"]):
        text = text_of(item, problems, "a step")
        if text == NONE or (common and text is not None and text not in RUNGS):
            expected = f"one of {listing(RUNGS)}" if common else "a stage"
            problems.error("LP208", f"`{text}` is no step", item.span, expected=expected)
    return Scale(steps, common)


def _card(node: Node, vocabulary: Vocabulary, problems: Problems) -> BlindCard | None:
    body = as_mapping(node, problems, "`card: C1` with name, facts and as_of")
    if body is None:
        return None
    known = (*CARD_KEYS, *OTHER_KEYS)
    check_keys(body, problems, known=known, required=CARD_KEYS, of="a card")
    texts: Mapping[str, str] = {
        key: text_of(body.get(key), problems, CARD_KEYS.get(key, "a fact")) or ""
        for key in ("card", "name", "why", "about")
    }
    why = body.get("why")
    if texts["why"] not in [*Why, ""] and why is not None:
        problems.error("LP302", f"`{texts['why']}` is no reason", why.span,
                       expected=CARD_KEYS["why"])  # fmt: skip
        return None
    as_of: datetime | None = card_moment(body.get("as_of"), problems)
    record = card_record(body, vocabulary, problems, texts["name"])
    if as_of is None or not texts["why"]:
        return None
    return BlindCard(texts["card"], texts["name"], Why(texts["why"]), record, as_of, texts["about"])


def beside(page: Path) -> tuple[Path, Path, Path]:
    """The files that stand beside a printable page: the cards as data, a ballot, and the key."""
    names = (f"{page.stem}.yaml", f"{page.stem}-ballot.csv", f"{page.stem}-key.csv")
    cards, ballot, key = (page.with_name(name) for name in names)
    return cards, ballot, key


def write_all(deal: Deal, page: Path, html: str, *, force: bool = False) -> dict[str, Path]:
    """Writes the printable page, and beside it the cards as data, a ballot and the key.

    What stands beside it already and says something else is replaced by `force` alone, and what
    is no deck of cards never. Raises `LeadpolicyError`.
    """
    cards, ballot, key = beside(page)
    texts = {
        cards: deck_text(deal.deck),
        ballot: ballot_text(deal.deck),
        key: key_text(deal),
    }
    other = [path for path, text in texts.items() if _says_other(path, text)]
    if cards in other and not _says(cards, _HEAD):
        raise LeadpolicyError.of(
            "LP510", "this is there already, and is no deck of cards", where=str(cards),
            help="name another page with --out",
        )  # fmt: skip
    if other and not force:
        raise LeadpolicyError.of(
            "LP510", f"{listing([path.name for path in other])}: this is there already, and not "
            "as it would be written", where=str(page.parent),
            help="name another page with --out, or replace what stands beside it with --force",
        )  # fmt: skip
    return {
        "Cards to print": write_whole(page, html),
        "Cards for votes and the board": write_whole(cards, texts[cards]),
        "A sheet for a voter": write_whole(ballot, texts[ballot]),
        "Whose they are (keep it to yourself)": write_key(deal, key),
    }


def _says_other(path: Path, text: str) -> bool:
    """Whether a file is there, and is not what would be written."""
    return strange(path) is not None or (
        path.exists() and (path.stat().st_size != len(text.encode()) or not _says(path, text))
    )


def _says(path: Path, text: str) -> bool:
    """Whether a file begins with a text."""
    wanted = text.encode()
    try:
        if strange(path):
            return False
        with path.open("rb") as file:
            return file.read(len(wanted)) == wanted
    except OSError:
        return False
