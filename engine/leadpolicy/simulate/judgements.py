"""What sales people note after conversations: dated, incomplete, and coloured by who notes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from leadpolicy.simulate import clock, model
from leadpolicy.simulate.course import Course
from leadpolicy.simulate.draws import NEVER, Bools, Draws, Floats, Ints, Texts, texts
from leadpolicy.simulate.model import CONVERSATIONS, JUDGEMENTS, REPS
from leadpolicy.simulate.population import Companies


@dataclass(slots=True)
class Notes:
    """Assessments as they are collected: `company` is the position within the block."""

    company: list[Ints] = field(default_factory=list)
    at: list[Floats] = field(default_factory=list)
    fact: list[Texts] = field(default_factory=list)
    value: list[Texts] = field(default_factory=list)
    by: list[Texts] = field(default_factory=list)

    def add(self, fact: str, when: Floats, value: str | Texts, by: Texts) -> None:
        """One note per company at `when` (`NEVER` or after the end: none)."""
        who = np.flatnonzero(when < model.HORIZON)
        self.company.append(who)
        self.at.append(when[who])
        self.fact.append(np.full(len(who), fact, dtype=object))
        fixed = np.full(len(who), value, dtype=object) if isinstance(value, str) else value[who]
        self.value.append(fixed)
        self.by.append(by[who])


def draw_notes(draws: Draws, companies: Companies, course: Course) -> Notes:
    """Every note about one block of companies, in no particular order."""
    notes = Notes()
    by = texts([rep.name for rep in REPS])[companies.owner]
    scores = _ranks(draws, companies, course)
    noted = _noted(draws, companies, course, scores)
    after = course.conversation_at + 0.02 + 0.3 * draws.uniform(CONVERSATIONS)
    for number in range(CONVERSATIONS):
        talk = _Talk(after[:, number], scores[:, number], noted[:, number])
        for position, judgement in enumerate(JUDGEMENTS):
            value = texts(judgement.values)[talk.rank[:, position]]
            at = np.where(talk.noted[:, position], talk.after, NEVER)
            notes.add(judgement.fact, at, value, by)
        _details(draws, companies, course, notes, by, talk)
    _before_contact(draws, companies, notes, by)
    return notes


def _ranks(draws: Draws, companies: Companies, course: Course) -> Ints:
    """The rank of the value noted, by company, conversation and judgement."""
    weights = np.array([judgement.weights for judgement in JUDGEMENTS])
    spread = np.array([judgement.spread for judgement in JUDGEMENTS])
    growth = np.array([judgement.growth for judgement in JUDGEMENTS])
    base = companies.drives() @ weights.T + spread * draws.normal(len(JUDGEMENTS))
    hope = np.array([rep.optimism for rep in REPS])[companies.owner]
    progress = course.progress[:, :, None] * growth
    noise = model.NOTE_NOISE * draws.normal(CONVERSATIONS, len(JUDGEMENTS))
    score = base[:, None, :] + progress + hope[:, None, None] + noise
    rank = np.zeros(score.shape, np.int64)
    for position, judgement in enumerate(JUDGEMENTS):
        for threshold in judgement.thresholds:
            rank[:, :, position] += score[:, :, position] > threshold
    return rank


def _noted(draws: Draws, companies: Companies, course: Course, rank: Ints) -> Bools:
    """Whether each value is written down: diligence, training, and bad news that is left out."""
    filled = np.array([judgement.filled for judgement in JUDGEMENTS])
    diligence = np.array([rep.diligence for rep in REPS])[companies.owner]
    at = np.where(np.isfinite(course.conversation_at), course.conversation_at, 0.0)
    period = np.searchsorted(np.array(model.PERIODS), at, side="right") - 1
    trained = np.array(model.FILLED_BY_PERIOD)[period]
    effort = np.where(course.deal, model.FILLED_WITH_DEAL, model.FILLED_WITHOUT_DEAL)
    chance = (diligence * effort)[:, None, None] * trained[:, :, None] * filled
    chance = chance * np.where(rank == 0, model.BAD_NEWS_FILLED, 1.0)
    uniform = draws.uniform(CONVERSATIONS, len(JUDGEMENTS))
    return np.asarray(uniform < np.minimum(chance, 0.97))


@dataclass(frozen=True, slots=True)
class _Talk:
    """One round of conversations: when notes are taken, what is judged and what is noted."""

    after: Floats
    rank: Ints
    noted: Bools

    def known(self, fact: str, at_least: int, chance: Bools) -> Floats:
        """When this judgement was noted with at least this rank and something comes with it."""
        position = next(i for i, j in enumerate(JUDGEMENTS) if j.fact == fact)
        right = self.noted[:, position] & (self.rank[:, position] >= at_least)
        return np.where(right & chance, self.after, NEVER)


def _details(
    draws: Draws, companies: Companies, course: Course, notes: Notes, by: Texts, talk: _Talk
) -> None:
    """What goes with a judgement: the date of the decision, the sum, the number of people."""
    close = np.where(course.deal, course.talk_at + course.lag, course.talk_at + 150.0)
    decision = close + 0.25 * course.lag * draws.normal()
    soonest = np.where(np.isfinite(talk.after), talk.after, 0.0) + 7.0
    at = talk.known("deal.timeline_status", 1, draws.chance(0.95))
    notes.add("deal.decision_date", at, clock.days(np.maximum(decision, soonest)), by)
    price = deal_value(companies, 0.15 * companies.budget + 0.25 * draws.normal())
    sums = texts([f"EUR {value}" for value in price.tolist()])
    at = talk.known("deal.budget_status", 2, draws.chance(0.8))
    notes.add("deal.budget_amount", at, sums, by)
    people = 1 + np.floor(draws.uniform() ** 2 * np.log10(companies.employees + 1) * 2.2)
    at = talk.known("deal.dm_involvement", 1, draws.chance(0.7))
    notes.add("deal.decision_makers_known", at, texts([str(int(n)) for n in people.tolist()]), by)
    urgency = texts(model.URGENCY_TYPES)[draws.pick([1.0] * len(model.URGENCY_TYPES))]
    at = talk.known("need.urgency_driver", 1, draws.chance(0.6))
    notes.add("need.urgency_type", at, urgency, by)


def _before_contact(draws: Draws, companies: Companies, notes: Notes, by: Texts) -> None:
    """Research before any contact: can we solve their problem, going by what can be seen?"""
    looked = companies.is_journey("outbound", "list_profile", "news", "former_user")
    looked &= draws.chance(0.4)
    at = np.where(looked, companies.entered + 2.0 * draws.uniform(), NEVER)
    score = companies.fit + 0.5 * draws.normal()
    notes.add("need.solvable_by_us", at, texts(["false", "true"])[(score > -0.2).astype(int)], by)


def deal_value(companies: Companies, noise: Floats) -> Ints:
    """Euros, rounded to 500: larger companies buy more."""
    factor, power = model.DEAL_PRICE
    value = factor * companies.employees.astype(float) ** power * np.exp(noise)
    return np.asarray(np.clip(np.round(value / 500) * 500, 3_000, 900_000), np.int64)
