"""What happens between a company and the vendor, from the first sign to the close of a deal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadpolicy.simulate import model
from leadpolicy.simulate.draws import NEVER, Bools, Draws, Floats, Ints, sigmoid
from leadpolicy.simulate.model import CONVERSATIONS, JOURNEYS
from leadpolicy.simulate.population import Companies


@dataclass(slots=True)
class Course:
    """The turning points of each company's history, in days since the start; `NEVER` if none.

    `would_win` says how the sale ends if the company is ever talked to; `outcome` (0 open, 1 won,
    2 lost) is what stands in the CRM at the end of the history, for companies with a deal.
    """

    talk_at: Floats
    ask_at: Floats
    lag: Floats
    would_win: Bools
    win_log_odds: Floats
    deal: Bools
    deal_at: Floats
    close_at: Floats
    outcome: Ints
    interest: Floats
    conversation_at: Floats
    progress: Floats

    @property
    def talks(self) -> Bools:
        """Whether there is a two-way conversation within the history."""
        return np.asarray(self.talk_at < model.HORIZON)


def draw_course(draws: Draws, companies: Companies) -> Course:
    """Who asks, who talks, who buys, and when."""
    ever, talk_at = _talk(draws, companies)
    ask_at, talk_at = _ask(draws, companies, ever, talk_at)
    log_odds = win_log_odds(companies, talk_at)
    would_win = draws.chance(sigmoid(log_odds)) & ever
    lag = np.maximum(6.0, model.LAG_MEDIAN * np.exp(model.LAG_SIGMA * draws.normal()))
    score = companies.drives() @ np.array(
        [model.DEAL_SCORE.get(name, 0.0) for name in model.DRIVES]
    )
    serious = draws.chance(sigmoid(model.DEAL_INTERCEPT + model.DEAL_SLOPE * score))
    may_buy = np.isfinite(log_odds)
    deal_at = talk_at + lag * 0.35 * draws.uniform()
    deal = ever & may_buy & (would_win | serious) & (deal_at < model.HORIZON)
    never_closed = draws.chance(model.NEVER_CLOSED) & ~would_win
    close_at = np.where(deal & ~never_closed, talk_at + lag, NEVER)
    closed = close_at < model.HORIZON
    outcome = np.where(closed & would_win, 1, np.where(closed, 2, 0))
    conversation_at, progress = _conversations(draws, deal, talk_at, lag)
    return Course(
        talk_at=talk_at,
        ask_at=ask_at,
        lag=lag,
        would_win=would_win,
        win_log_odds=log_odds,
        deal=deal,
        deal_at=np.where(deal, deal_at, NEVER),
        close_at=close_at,
        outcome=outcome.astype(np.int64),
        interest=score + 0.5 * draws.normal(),
        conversation_at=conversation_at,
        progress=progress,
    )


def win_log_odds(companies: Companies, talk_at: Floats) -> Floats:
    """The log-odds of winning once there is a conversation; -inf for those who never buy."""
    journeys = np.array([-np.inf if j.win is None else j.win for j in JOURNEYS])
    weights = np.array([model.WIN_COEFFICIENTS[name] for name in model.DRIVES])
    years = np.where(np.isfinite(talk_at), talk_at, 0.0) / 365.25
    return np.asarray(
        model.WIN_INTERCEPT
        + journeys[companies.journey]
        + companies.drives() @ weights
        + model.WIN_COMPETITOR * companies.rival_product
        + model.WIN_DRIFT_PER_YEAR * years
    )


def _talk(draws: Draws, companies: Companies) -> tuple[Bools, Floats]:
    """Who is ever talked to, and when first."""
    log_odds = companies.of_journey("talk")
    for name, weight in model.TALK_COEFFICIENTS.items():
        log_odds = log_odds + weight * getattr(companies, name)
    ever = draws.chance(sigmoid(log_odds)) & companies.person
    wait = companies.of_journey("wait") * draws.waiting()
    later = draws.chance(companies.of_journey("nurtured"))
    wait = wait + np.where(later, 200.0 * draws.waiting(), 0.0) + 0.05
    return ever, np.where(ever, companies.entered + wait, NEVER)


def _ask(draws: Draws, companies: Companies, ever: Bools, talk_at: Floats) -> tuple[Floats, Floats]:
    """When a company first asks for something, and the talk that follows the request.

    Most of those who ask and talk ask shortly before; a request at entry starts the waiting.
    """
    asks = companies.of_journey("asks")
    at_once = companies.of_journey("asks_at_once") > 0
    eager = np.where((asks > 0) & (asks < 1), 0.5 * companies.need, 0.0)
    likely = np.log(np.clip(asks, 1e-9, 1 - 1e-9) / (1 - np.clip(asks, 1e-9, 1 - 1e-9)))
    asked = draws.chance(np.where(asks >= 1, 1.0, np.where(asks > 0, sigmoid(likely + eager), 0)))
    asked &= companies.person
    before = np.maximum(companies.entered + 0.02, talk_at - 0.05 - 1.5 * draws.waiting())
    prompted = ever & draws.chance(0.7)
    later = companies.entered + 60.0 * draws.waiting()
    ask_at = np.where(at_once, companies.entered, np.where(prompted, before, later))
    hurried = asked & at_once & companies.is_journey("badge") & ever
    talk_at = np.where(hurried, np.minimum(talk_at, ask_at + 5.0), talk_at)
    return np.where(asked, ask_at, NEVER), talk_at


def _conversations(
    draws: Draws, deal: Bools, talk_at: Floats, lag: Floats
) -> tuple[Floats, Floats]:
    """Up to four conversations, and how far the sale has come at each (0 first talk, 1 close).

    Without a deal there is one, at times a second within weeks. Conversations after the close of a
    deal do not happen, because all lie within the lag.
    """
    planned = np.array([0.0, 0.28, 0.58, 0.88])
    jitter = 0.1 * (draws.uniform(CONVERSATIONS) - 0.5)
    jitter[:, 0] = 0.0
    progress = planned + jitter
    held = draws.uniform(CONVERSATIONS) < np.array([1.0, 1.0, 0.8, 0.65])
    with_deal = np.where(held, talk_at[:, None] + progress * lag[:, None], NEVER)
    without = np.full_like(with_deal, NEVER)
    without[:, 0] = talk_at
    second = draws.chance(0.35)
    again = talk_at + 4.0 + 20.0 * draws.uniform()
    without[:, 1] = np.where(second, again, NEVER)
    stalled = np.zeros_like(progress)
    stalled[:, 1] = 0.15
    times = np.where(deal[:, None], with_deal, without)
    return times, np.where(deal[:, None], progress, stalled)
