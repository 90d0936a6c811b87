"""`leadpolicy explain`: one record, in full."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from leadpolicy.backends import AUTO
from leadpolicy.characters import json_text, visible
from leadpolicy.cli.options import PAGE, EngineName, PoliciesFolder, PolicyNames, writes
from leadpolicy.decision import Decision, as_moment, as_record, decide
from leadpolicy.diagnostics import LeadpolicyError, Problems, cited, listing
from leadpolicy.extras import needs
from leadpolicy.files import opened, strange
from leadpolicy.policy import Policy, load_policies
from leadpolicy.policy.load import POLICIES
from leadpolicy.present.decision.terminal import (
    WIDTH,
    painted,
    render_decision,
    render_side_by_side,
)
from leadpolicy.present.problems import coloured

_LARGEST: Final = 10 * 2**20
_JSON: Final = 'an object such as {"facts": {…}, "events": […], "as_of": "2026-03-01"}'


def explain(
    policies: PolicyNames,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="A JSON file with facts and events.", metavar="FILE"),
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A data set.", metavar="DATASET")
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", help="The record's id in the data set.", metavar="ID")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The moment of evaluation (default: the record's, the data set's, or now).",
            metavar="DATE",
        ),
    ] = None,
    cards: Annotated[
        Path | None,
        typer.Option("--cards", help="Cards of a workshop, with --id CARD.", metavar="FILE"),
    ] = None,
    disagreement: Annotated[
        bool,
        typer.Option("--disagreement", help="Only where the policies part, and over what."),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Write the disagreement card as a page.",
            metavar="FILE",
            callback=writes(*PAGE),
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Decisions as JSON.")] = False,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Explain what policies say of one record: verdicts, values, questions, nearest flips.

    Give either --record, or --data (or --cards) with --id. With several policies their readings
    stand side by side.

    Example: leadpolicy explain heinz prospect-first --data demo --id C0000087 --disagreement
    """
    given = [one for one in (record, data, cards) if one is not None]
    if len(given) != 1 or (record is None) != (id is not None):
        raise LeadpolicyError.of(
            "LP506",
            "it is not clear which record to explain",
            expected="either --record FILE.json, or --data DATASET with --id ID",
        )
    loaded = load_policies(policies, policies=folder)
    if record is not None:
        decisions = _from_file(loaded, record, as_of, engine)
    elif cards is not None:
        decisions = _from_cards(loaded, cards, str(id), as_of, engine)
    else:
        decisions = _from_data(loaded, str(data), str(id), as_of, engine)
    if disagreement or html is not None:
        _disagreement(decisions, html, as_json=as_json)
        return
    if as_json:
        plain = [decision.to_dict() for decision in decisions]
        typer.echo(json_text(plain[0] if len(plain) == 1 else plain))
        return
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    if len(decisions) == 1:
        text = render_decision(decisions[0], min(width, WIDTH))
    else:
        text = render_side_by_side(decisions, width)
    typer.echo(painted(text) if coloured(sys.stdout) else text)


def _disagreement(decisions: list[Decision], html: Path | None, *, as_json: bool) -> None:
    """The disagreement card: printed, and written as a page if one is wanted."""
    from leadpolicy.comparison.parting import parting
    from leadpolicy.present.comparison.disagreement import render_disagreement, write_disagreement

    found = parting(decisions)
    if as_json:
        typer.echo(json_text(found.to_dict()))
    else:
        text = render_disagreement(found, shutil.get_terminal_size((WIDTH, 24)).columns)
        typer.echo(painted(text) if coloured(sys.stdout) else text)
    if html is not None:
        typer.echo(f"\nDisagreement card: {write_disagreement(found, html)}", err=as_json)


def _from_cards(
    policies: list[Policy], path: Path, code: str, as_of: str | None, engine: str
) -> list[Decision]:
    from leadpolicy.workshop.blind import common_vocabulary
    from leadpolicy.workshop.decks import read_deck

    deck = read_deck(path, common_vocabulary(policies))
    card = deck.card(code)
    if card is None:
        codes = listing([one.code for one in deck.cards])
        raise LeadpolicyError.of(
            "LP504",
            f"there is no card `{cited(code)}`",
            where=str(path),
            expected=f"one of {codes}",
        )
    moment = as_moment(as_of) if as_of else card.as_of
    return [decide(policy, card.record, as_of=moment, engine=engine) for policy in policies]


def _from_file(
    policies: list[Policy], path: Path, as_of: str | None, engine: str
) -> list[Decision]:
    given = read_json(path)
    written = given.get("as_of") if isinstance(given, dict) else None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    problems = Problems()
    decisions = []
    for policy in policies:
        try:
            record = as_record(policy.vocabulary, given, where=str(path))
            moment = as_moment(as_of or (now if written is None else str(written)))
            decisions.append(decide(policy, record, as_of=moment, engine=engine))
        except LeadpolicyError as error:
            problems.found += error.diagnostics
    problems.stop_on_errors()
    return decisions


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises `LeadpolicyError`, also where a key stands twice."""
    opened(path)
    try:
        if what := strange(path):
            raise _unusable(path, f"this is {what}, not a file")
        if path.stat().st_size > _LARGEST:
            raise _unusable(
                path, "the record is too large", "LP106", "at most 10 MiB",
                "a record is one company or person; `leadpolicy evaluate --data` takes a table",
            )  # fmt: skip
        text = path.read_text(encoding="utf-8-sig")
        given = json.loads(text, object_pairs_hook=_once)
        json.dumps(given, ensure_ascii=False).encode()
    except OSError as error:
        raise _unusable(path, f"the record cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _unusable(path, "the record is not written in UTF-8") from None
    except UnicodeEncodeError:
        raise _unusable(path, "the record holds half of a character (a lone surrogate)") from None
    except _TwiceError as twice:
        raise _unusable(path, f"the key `{cited(str(twice))}` stands twice", "LP103") from None
    except RecursionError:
        raise _unusable(path, "the record is too deep", "LP106") from None
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise _unusable(place, f"the record is not JSON: {error.msg}", expected=_JSON) from None
    except ValueError:  # Python reads no whole number of more than 4300 digits
        raise _unusable(
            path, "a number has more digits than can be read", "LP106",
            f"at most {sys.get_int_max_str_digits()} digits",
            "write what is not counted or measured as a text, in quotes",
        ) from None  # fmt: skip
    return given


class _TwiceError(Exception):
    """A key that stands twice in one object."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return found


def _unusable(
    where: Path | str,
    message: str,
    code: str = "LP101",
    expected: str | None = None,
    help: str | None = None,
) -> LeadpolicyError:
    return LeadpolicyError.of(code, message, where=str(where), expected=expected, help=help)


def _from_data(
    policies: list[Policy], data: str, id: str, as_of: str | None, engine: str
) -> list[Decision]:
    needs("compare")
    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.data.moments import parse_as_of
    from leadpolicy.present.wording import rows_aside

    dataset = open_dataset(data)
    records = dataset.records(parse_as_of(as_of) if as_of else None)
    record, moment = records.find(id)
    # What is said of one record rests on its own row, which fits: neither rows set aside nor broken
    # promises about others make it wrong, and who looks into them has to be able to look.
    for text in rows_aside(records.tables, records.quarantine.counts()):
        typer.echo(f"note: {visible(text)}", err=True)
    return [decide(policy, record, as_of=moment, engine=engine) for policy in policies]
