"""Who the companies are: when they appear, on which journey, with which hidden drives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadpolicy.simulate import labels, model
from leadpolicy.simulate.draws import Bools, Draws, Floats, Ints
from leadpolicy.simulate.model import JOURNEYS


@dataclass(slots=True)
class Companies:
    """One block of companies as they really are, one entry per company.

    `number` counts from 1 over all blocks; `journey`, `industry`, `country`, `level`,
    `department`, `owner` are positions in the tables of `model` and `labels`; `revenue` is in
    euros; `entered` in days since the start.
    """

    number: Ints
    journey: Ints
    entered: Floats
    show: Ints
    industry: Ints
    country: Ints
    employees: Ints
    revenue: Floats
    windows: Bools
    category_software: Bools
    rival_product: Bools
    level: Ints
    department: Ints
    owner: Ints
    person: Bools
    fit: Floats
    need: Floats
    urgency: Floats
    budget: Floats
    authority: Floats

    def drives(self) -> Floats:
        """The hidden drives side by side, in the order of `model.DRIVES`."""
        return np.stack([getattr(self, name) for name in model.DRIVES], axis=1)

    def of_journey(self, attribute: str) -> Floats:
        """A number of each company's journey."""
        return np.array([float(getattr(j, attribute)) for j in JOURNEYS])[self.journey]

    def is_journey(self, *keys: str) -> Bools:
        """Whether the company came on one of these journeys."""
        return np.isin(self.journey, [journey_index(key) for key in keys])


def journey_index(key: str) -> int:
    """The position of a journey in `model.JOURNEYS`."""
    return next(i for i, journey in enumerate(JOURNEYS) if journey.key == key)


def draw_companies(draws: Draws, first: int) -> Companies:
    """One block, numbered from `first`."""
    entered = _entry(draws.uniform())
    period = np.searchsorted(np.array(model.PERIODS), entered, side="right") - 1
    shares = np.array([journey.share for journey in JOURNEYS], float).T
    journey = draws.pick_by_row(shares, period)
    show, entered = _at_shows(draws, journey, entered)
    manufacturing = np.array([v == "manufacturing" for v, _ in labels.INDUSTRIES.values()])
    chosen = np.array([j.chosen for j in JOURNEYS])[journey].astype(np.int64)
    share = np.array([share for _, share in labels.INDUSTRIES.values()])
    aimed = share * np.where(manufacturing, model.CHOSEN_MANUFACTURING, 1.0)
    industry = draws.pick_by_row(np.stack([share, aimed]), chosen)
    size = draws.normal()
    employees = np.clip(np.round(np.exp(4.6 + 1.3 * size)), 1, 60_000).astype(np.int64)
    revenue = employees * np.exp(np.log(150_000) + 0.6 * draws.normal())
    windows = draws.chance(model.WINDOWS)
    category_software = draws.chance(model.CATEGORY_SOFTWARE)
    level = draws.pick([share for _, share in labels.LEVELS.values()])
    drives = _drives(draws, size, level)
    fit_facts = {
        "manufacturing": manufacturing[industry],
        "20_to_1000_employees": (employees >= 20) & (employees <= 1000),
        "windows": windows,
        "no_category_software": ~category_software,
    }
    return Companies(
        number=np.arange(first, first + draws.count, dtype=np.int64),
        journey=journey,
        entered=entered,
        show=show,
        industry=industry,
        country=draws.pick([c[0] for c in labels.COUNTRIES.values()]),
        employees=employees,
        revenue=revenue,
        windows=windows,
        category_software=category_software,
        rival_product=category_software & draws.chance(model.OF_A_COMPETITOR),
        level=level,
        department=draws.pick([share for _, share, _ in labels.DEPARTMENTS.values()]),
        owner=draws.pick([1.0] * len(model.REPS)),
        person=draws.chance(np.array([j.person for j in JOURNEYS])[journey]),
        fit=_fit(fit_facts, draws.normal()),
        need=drives[0],
        urgency=drives[1],
        budget=drives[2],
        authority=drives[3],
    )


def _entry(uniform: Floats) -> Floats:
    """Days of entry whose density is `ENTRY_DENSITY` between `ENTRY_EDGES`."""
    edges = np.array([*model.ENTRY_EDGES, model.HORIZON])
    mass = np.cumsum([0.0, *(np.diff(edges) * np.array(model.ENTRY_DENSITY))])
    return np.asarray(np.interp(uniform, mass / mass[-1], edges))


def _at_shows(draws: Draws, journey: Ints, entered: Floats) -> tuple[Ints, Floats]:
    """Which show each badge was scanned at, and the entries with those on the days of the show."""
    show = draws.pick([share for _, _, share in model.SHOWS])
    days = np.array([day for day, _, _ in model.SHOWS])[show] + 4 * draws.uniform()
    return show, np.where(journey == journey_index("badge"), days, entered)


def _drives(draws: Draws, size: Floats, level: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Need, urgency, budget and authority."""
    need, other = draws.normal(), draws.normal()
    shared = model.NEED_AND_URGENCY
    urgency = shared * need + np.sqrt(1 - shared**2) * other
    weight = model.BUDGET_FROM_SIZE
    budget = weight * size + np.sqrt(1 - weight**2) * draws.normal()
    rank = level.astype(float)
    share = np.array([s for _, s in labels.LEVELS.values()])
    share = share / share.sum()
    mean = float((share * np.arange(len(share))).sum())
    spread = float(np.sqrt((share * (np.arange(len(share)) - mean) ** 2).sum()))
    weight = model.AUTHORITY_FROM_LEVEL
    authority = weight * (rank - mean) / spread + np.sqrt(1 - weight**2) * draws.normal()
    return need, urgency, budget, authority


def _fit(facts: dict[str, Bools], noise: Floats) -> Floats:
    """The sum of `FIT_TERMS`."""
    fit = model.FIT_TERMS["noise"][0] * noise
    for name, holds in facts.items():
        yes, no = model.FIT_TERMS[name]
        fit = fit + np.where(holds, yes, no)
    return fit
