"""The log of everything that happened, written down as a CRM would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from leadpolicy.simulate import labels, model
from leadpolicy.simulate.course import Course
from leadpolicy.simulate.draws import NEVER, Bools, Draws, Floats, Ints, Texts, sigmoid, texts
from leadpolicy.simulate.model import JOURNEYS
from leadpolicy.simulate.population import Companies

REMOTE = texts(["E-mail", "Phone"])
SPOKEN = texts(["Phone", "Video call", "E-mail"])
MET = texts(["Video call", "On site"])


@dataclass(slots=True)
class EventRows:
    """Rows of events as they are collected: `company` is the position within the block."""

    company: list[Ints] = field(default_factory=list)
    at: list[Floats] = field(default_factory=list)
    words: list[tuple[Texts, Texts, Texts, Texts]] = field(default_factory=list)

    def add(
        self,
        when: Floats,
        activity: str,
        detail: str | Texts = "",
        channel: str | Texts = "",
        result: str | Texts = "",
    ) -> None:
        """One event per company at its entry of `when` (`NEVER` or after the end: none)."""
        who = np.flatnonzero(when < model.HORIZON)
        self.company.append(who)
        self.at.append(when[who])
        columns = [_column(text, who) for text in (activity, detail, channel, result)]
        self.words.append((columns[0], columns[1], columns[2], columns[3]))


def _column(text: str | Texts, who: Ints) -> Texts:
    return np.full(len(who), text, dtype=object) if isinstance(text, str) else text[who]


def draw_events(draws: Draws, companies: Companies, course: Course) -> EventRows:
    """Everything that happens to one block of companies, in no particular order."""
    log = EventRows()
    _entries(draws, companies, log)
    _requests(draws, companies, course, log)
    _reading(draws, companies, log)
    _trials(draws, companies, course, log)
    _mailings(draws, companies, log)
    _approaches(draws, companies, course, log)
    _conversations(draws, course, log)
    _handovers(draws, companies, course, log)
    _ruled_out(draws, companies, course, log)
    return log


def only(when: Floats, who: Bools) -> Floats:
    """The times of those companies, and `NEVER` for all others."""
    return np.where(who, when, NEVER)


def pick_label(draws: Draws, weights: Mapping[str, float] | Sequence[tuple[str, float]]) -> Texts:
    """A label per company, drawn with these weights."""
    pairs = list(weights.items()) if isinstance(weights, Mapping) else list(weights)
    return texts([label for label, _ in pairs])[draws.pick([weight for _, weight in pairs])]


def _entries(draws: Draws, companies: Companies, log: EventRows) -> None:
    """Badge scans, news, webinars: what brings a company to our notice."""
    shows = texts([name for _, name, _ in model.SHOWS])[companies.show]
    log.add(only(companies.entered, companies.is_journey("badge")), "Badge scan", shows, "On site")
    news = texts(list(labels.NEWS))[draws.pick([0.4, 0.3, 0.2, 0.1])]
    log.add(only(companies.entered, companies.is_journey("news")), "News", news)
    attends = companies.is_journey("content", "newsletter", "demo") & draws.chance(0.08)
    at = companies.entered + 40.0 * draws.waiting()
    log.add(only(at, attends), "Event attendance", "Webinar", "Video call")


def _requests(draws: Draws, companies: Companies, course: Course, log: EventRows) -> None:
    """Inbound requests: the first, and a later one for a quote in the course of a sale."""
    kind = np.full(draws.count, "", dtype=object)
    uniform = draws.uniform()
    for position, journey in enumerate(JOURNEYS):
        here = companies.journey == position
        edges = np.cumsum([weight for _, weight in journey.requests])
        edges[-1] = 1.0
        names = texts([name for name, _ in journey.requests])
        kind[here] = names[np.searchsorted(edges, uniform[here], side="right")]
    channel = pick_label(draws, {"Web form": 0.7, "E-mail": 0.15, "Phone": 0.1, "Chat": 0.05})
    channel[companies.is_journey("badge")] = "On site"
    sorted_out = draws.chance(0.7)
    result = np.where(sorted_out & (course.interest > -1.2), "Interested", "").astype(object)
    result[~np.isin(kind, ["Demo", "Quote", "Meeting", "Pricing", "Contact"])] = ""
    log.add(course.ask_at, "Request", kind, channel, result)
    again = course.talk_at + course.lag * (0.3 + 0.3 * draws.uniform())
    wanted = course.deal & (course.ask_at < NEVER) & draws.chance(0.35)
    log.add(only(again, wanted), "Request", "Quote", "E-mail", "Interested")


def _reading(draws: Draws, companies: Companies, log: EventRows) -> None:
    """Downloads, subscriptions to the newsletter and their end."""
    likely = companies.of_journey("downloads")
    reads = draws.chance(likely) & companies.person
    more = draws.uniform()
    gaps = np.cumsum(30.0 * draws.waiting(4), axis=1)
    first = np.where(likely >= 0.8, companies.entered, companies.entered + gaps[:, 0])
    for extra in range(4):
        # a download by all who read, then ever fewer; those with a greater need read more
        share = 1.0 if extra == 0 else 1.0 - sigmoid(0.2 + 0.9 * extra - 0.7 * companies.need)
        at = first if extra == 0 else first + gaps[:, extra]
        kind = pick_label(draws, {label: share for label, (_, share) in labels.DOWNLOADS.items()})
        log.add(only(at, reads & (more < share)), "Download", kind, "Web form")
    subscribes = draws.chance(companies.of_journey("newsletter")) & companies.person
    at_once = companies.is_journey("newsletter")
    at = companies.entered + np.where(at_once, 0.0, 20.0 * draws.waiting())
    log.add(only(at, subscribes), "Newsletter subscription", "", "Web form")


def _trials(draws: Draws, companies: Companies, course: Course, log: EventRows) -> None:
    """Sign-ups for a trial and what people did with the product."""
    plan = pick_label(draws, {"Team": 0.7, "Plant": 0.3})
    later = course.deal & companies.is_journey("demo", "question") & draws.chance(0.15)
    start = only(companies.entered, companies.is_journey("trial"))
    start = np.where(later, course.talk_at + 10.0 * draws.uniform(), start)
    log.add(start, "Trial", plan, "Web form")
    started = start < NEVER
    active = started & draws.chance(sigmoid(0.5 + 0.6 * companies.need))
    activated = start + 0.2 + 3.0 * draws.waiting()
    log.add(only(activated, active), "Product use", "Activated")
    used = active & draws.chance(0.7)
    log.add(only(activated + 4.0 * draws.waiting(), used), "Product use", "Key action")
    invited = active & draws.chance(0.35)
    log.add(only(activated + 6.0 * draws.waiting(), invited), "Product use", "Invited a colleague")


def _mailings(draws: Draws, companies: Companies, log: EventRows) -> None:
    """Mailings in bulk, the reactions to them, and requests to be left in peace."""
    listed = draws.chance(companies.of_journey("bulk")) & companies.person
    first = companies.entered + 3.0 + 30.0 * draws.uniform()
    second = first + 45.0 + 60.0 * draws.uniform()
    leaves = listed & draws.chance(model.OPTED_OUT * 1.6)
    left = only(first + 3.0 * draws.waiting(), leaves)
    log.add(only(first, listed), "Outreach", "Mailing", "E-mail")
    log.add(only(second, listed & (second < left) & draws.chance(0.6)), "Outreach", "Mailing",
            "E-mail")  # fmt: skip
    reaction = pick_label(draws, {"Opened": 0.34, "Clicked": 0.09, "Bounced": 0.05, "": 0.52})
    reacts = listed & (reaction != "")
    log.add(only(first + 1.5 * draws.waiting(), reacts), "Mailing reaction", reaction, "E-mail")
    log.add(left, "Unsubscribe", "", "E-mail")


def _approaches(draws: Draws, companies: Companies, course: Course, log: EventRows) -> None:
    """Personal attempts: before a conversation, or in vain."""
    asked = course.ask_at < course.talk_at
    tried = draws.chance(companies.of_journey("personal")) & companies.person
    tried |= course.talks & ~asked & ~companies.is_journey("customer", "competitor", "student")
    count = 1 + np.floor(draws.uniform() * np.where(asked, 2, 5))
    gaps = 0.3 + 8.0 * draws.waiting(5)
    start = companies.entered + 1.0 + 12.0 * draws.waiting()
    backwards = course.talk_at - 0.1
    forwards = start
    for attempt in range(5):
        backwards = backwards - (gaps[:, attempt] if attempt else 0.5)
        forwards = forwards + (gaps[:, attempt] if attempt else 0.0)
        at = np.where(course.talks, backwards, forwards)
        real = tried & (attempt < count) & (at > companies.entered)
        channel = REMOTE[draws.pick([0.55, 0.45])]
        log.add(only(at, real), "Outreach", "Personal", channel)
        message = real & ~course.talks & (channel == "Phone") & draws.chance(0.35)
        log.add(only(at + 0.01, message), "Conversation", "Left a message", "Phone")


def _conversations(draws: Draws, course: Course, log: EventRows) -> None:
    """Conversations and meetings, each with how it ended, and the proposal."""
    for number in range(model.CONVERSATIONS):
        at = course.conversation_at[:, number]
        heart = course.interest + 0.6 * course.progress[:, number] + 0.4 * draws.normal()
        result = np.where(heart > 0.0, "Interested", "Undecided").astype(object)
        result[heart < -0.7] = "Not interested"
        if number == 0:
            channel = SPOKEN[draws.pick([0.5, 0.25, 0.25])]
        else:
            channel = MET[draws.pick([0.7, 0.3])]
            kind = list(labels.MEETINGS)[number - 1]
            met = draws.chance(0.75) & course.deal
            log.add(only(at - 0.01, met), "Meeting", kind, channel)
        log.add(at, "Conversation", "Both ways", channel, result)
    offered = course.deal & draws.chance(0.8)
    sent = course.talk_at + course.lag * (0.6 + 0.15 * draws.uniform())
    log.add(only(sent, offered), "Proposal", "", "E-mail")


def _handovers(draws: Draws, companies: Companies, course: Course, log: EventRows) -> None:
    """What marketing hands to sales: requests, and what sales answers."""
    handed = (course.ask_at < NEVER) & draws.chance(0.85)
    handed &= ~companies.is_journey("customer", "outbound", "referral")
    at = course.ask_at + 0.2 + 0.8 * draws.waiting()
    fit = sigmoid(1.4 + 1.2 * companies.fit)
    uniform = draws.uniform()
    soon = course.talk_at < course.ask_at + 30.0
    answer = np.where(soon | (uniform < 0.7 * fit), "Accepted", "Waiting").astype(object)
    answer[~soon & (uniform > 0.85)] = "Rejected"
    reason = pick_label(draws, {"Below threshold": 0.5, "Out of market": 0.3, "Misrouted": 0.2})
    reason[answer != "Rejected"] = ""
    log.add(only(at, handed), "Handover", reason, "", answer)


def _ruled_out(draws: Draws, companies: Companies, course: Course, log: EventRows) -> None:
    """Why a company was given up: what it lacks most, or what it is."""
    lacking = texts(["No fit", "No need", "Bad timing", "No budget", "No authority"])
    reason = lacking[np.argmin(companies.drives(), axis=1)]
    given_up = course.talks & ~course.deal & draws.chance(0.55)
    at = only(course.talk_at + 5.0 + 30.0 * draws.uniform(), given_up)
    for key in ("customer", "competitor", "student"):
        here = companies.is_journey(key)
        reason[here] = key.capitalize()
        at = np.where(here, companies.entered + 1.0 + 2.0 * draws.uniform(), at)
    log.add(only(at, draws.chance(0.85)), "Ruled out", reason)
