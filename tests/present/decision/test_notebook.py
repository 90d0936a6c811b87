"""The card that a decision shows in a notebook."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Final

import pytest
from hypothesis import given

from leadpolicy.decision import Decision, decide
from leadpolicy.present.decision.notebook import decision_card
from leadpolicy.vocabulary import Origin, Record
from tests.decision.room import card, only, thinned
from tests.strategies import NOW

VOID: Final = frozenset({"br"})
TAGS: Final = frozenset(
    {"bdi", "br", "code", "details", "div", "h4", "li", "ol", "p", "span", "style", "summary", "ul"}
)
ATTRIBUTES: Final = frozenset({"aria-label", "class", "open", "role", "title"})


class Page(HTMLParser):
    """What a browser makes of a card: tags, attributes, and the text that people read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.lists: list[list[str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


@given(thinned())
def test_every_card_is_well_formed_and_plain(decision: Decision) -> None:
    html = decision_card(decision)
    page = Page(html)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert not re.search(r"url\(|@import|https?:|src=|href=|javascript", html)
    assert decision.sentence() in page.text
    for stage in decision.policy.stages:
        assert stage.title in page.text
    for question in decision.questions:
        assert all(ask in page.text for ask in question.asks)
    for flip in decision.flips[:3]:
        assert flip.text[1:] in page.text


NASTY = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "</div><style>*{display:none}</style>",
    "<img src=x onerror=alert(1)>",
    "שלום 日本語 🦄",
    "&lt;already&gt;",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_and_values_appear_as_text(name: str) -> None:
    record = Record({"company.known": False}, {}, name, {"company.known": Origin(name, None, name)})
    decision = decide(only("{company.known: true}").policy, record, as_of=NOW)
    html = decision_card(decision)
    page = Page(html)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.text.count(name) == 4  # the head, the sentence, the source and who said it
    assert unescape(html).count(name) >= 4


def test_marks_of_direction_and_control_characters_are_shown_as_codes() -> None:
    record = Record({}, {}, "a\u202eb\u2066c\x1b[31md\ud800")
    html = decision_card(decide(only("{company.known: true}").policy, record, as_of=NOW))
    assert "a\\u202eb\\u2066c\\u001b[31md\\ud800" in Page(html).text
    assert html.encode()
    assert "<bdi>a" in html


def test_the_ladder_marks_the_present_stage() -> None:
    html = decision_card(card("heinz", "urgency-not-asked-yet"))
    ladder = html[html.index('<ul class="ladder">') : html.index("</ul>")]
    rungs = re.findall(r"<li( class=\"here\")?>.*?title=\"(\w+)\".*?<bdi>(\w+)</bdi>", ladder)
    assert rungs == [
        ("", "yes", "List"),
        (' class="here"', "yes", "Lead"),
        ("", "unknown", "Opportunity"),
    ]


def test_the_first_stage_that_is_not_reached_stands_open() -> None:
    html = decision_card(card("heinz", "urgency-not-asked-yet"))
    stages = re.findall(r'<details class="stage"( open)?>.*?<bdi>(\w+)</bdi></summary>', html)
    assert stages == [(" open", "Opportunity"), ("", "Lead"), ("", "List")]
    highest = decision_card(card("b2b-international", "qualified-with-allocated-budget"))
    assert re.findall(r'<details class="stage" open>.*?<bdi>([^<]+)', highest) == ["Qualified Lead"]


def test_sets_of_questions_are_numbered_and_single_ones_are_not() -> None:
    single = decision_card(card("heinz", "urgency-not-asked-yet"))
    assert '<ol class="sets">' not in single
    assert "The answer could bring it about, or rule it out:" in single
    two = (
        "{any: [{all: [company.known: true, person.contactable: true]}, "
        "{all: [record.deleted: false, need.solvable_by_us: true]}]}"
    )
    several = decision_card(only(two))
    assert '<ol class="sets">' in several
    assert "Any one of these sets of answers could bring it about:" in several


def test_notebooks_ask_the_decision_itself() -> None:
    decision = card("heinz", "urgency-not-asked-yet")
    assert decision._repr_html_() == decision_card(decision)


def luminance(colour: str) -> float:
    """Relative luminance of a colour, as in WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
