"""What a careful person would write for the three policies: SQL for DuckDB, Polars, pandas.

A score is reached where it surely is: points off count unless it is known that they do not.
Written for speed: lists of up to five values as IN, longer ones as OR, because DuckDB makes joins
of longer INs; the ladder nested, so that later stages are asked only where earlier ones are met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.bench.workload import FREE_MAIL

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

IND4: Final = ("software", "finance", "healthcare", "manufacturing")
IND6: Final = (*IND4, "retail", "logistics")
LAND6: Final = ("US", "CA", "GB", "DE", "FR", "NL")
LAND8: Final = (*LAND6, "AU", "IN")


def _listed(column: str, values: tuple[str, ...]) -> str:
    if len(values) <= 5:
        return f"{column} IN ({', '.join(map(repr, values))})"
    return "(" + " OR ".join(f"{column} = {value!r}" for value in values) + ")"


SQL_A: Final = f"""CASE WHEN company_employees >= 200 AND company_annual_revenue >= 20000000
    AND {_listed("company_industry", IND4)} AND {_listed("company_country", LAND6)}
    AND person_seniority IN ('c_level', 'vp', 'director')
    AND deal_source NOT IN ('purchased_list', 'trade_show') AND engagement_inbound_requests >= 1
    AND engagement_last_inbound IN ('demo', 'question', 'white_paper')
THEN CASE WHEN CASE WHEN deal_timeline_days IS NOT NULL THEN 1 ELSE 0 END
    + CASE WHEN deal_decision_maker_engaged THEN 1 ELSE 0 END
    + CASE WHEN deal_budget_status IN ('approved', 'planned') THEN 1 ELSE 0 END
    + CASE WHEN deal_next_step_agreed THEN 1 ELSE 0 END
    + CASE WHEN deal_compelling_event THEN 1 ELSE 0 END >= 4 THEN 2 ELSE 1 END
ELSE 0 END::UTINYINT"""


def sql_b(
    smallest: int = 50,
    largest: int = 5_000,
    revenue: int = 5_000_000,
    fresh: int = 30,
    soon: int = 90,
) -> str:
    """The ladder, with its thresholds."""
    return f"""CASE WHEN company_employees >= {smallest} AND company_employees <= {largest}
    AND company_annual_revenue >= {revenue}
    AND {_listed("company_industry", IND6)} AND {_listed("company_country", LAND8)}
    AND company_platform IN ('aws', 'azure', 'gcp') AND NOT company_uses_competitor
    AND person_email_domain NOT IN ('gmail.com', 'yahoo.com', 'outlook.com', 'hotmail.com')
THEN CASE WHEN engagement_inbound_requests >= 1 AND engagement_days_since_inbound <= {fresh}
    AND engagement_last_inbound <> 'unsubscribe'
THEN CASE WHEN deal_budget >= deal_price AND deal_timeline_days <= {soon}
    AND deal_decision_maker_engaged AND deal_problem_acknowledged AND deal_next_step_agreed
    AND person_seniority IN ('c_level', 'vp', 'director', 'manager') AND person_consented
    AND deal_budget_status <> 'none' THEN 3 ELSE 2 END ELSE 1 END ELSE 0 END::UTINYINT"""


SQL_C: Final = f"""CASE WHEN CASE WHEN company_employees >= 100 THEN 10 ELSE 0 END
    + CASE WHEN company_annual_revenue >= 10000000 THEN 10 ELSE 0 END
    + CASE WHEN {_listed("company_industry", IND4)} THEN 10 ELSE 0 END
    + CASE WHEN {_listed("company_country", LAND6)} THEN 5 ELSE 0 END
    + CASE WHEN person_seniority IN ('c_level', 'vp') THEN 15 ELSE 0 END
    + CASE WHEN engagement_inbound_requests >= 2 THEN 10 ELSE 0 END
    + CASE WHEN engagement_last_inbound = 'demo' THEN 20 ELSE 0 END
    + CASE WHEN engagement_days_since_inbound <= 14 THEN 10 ELSE 0 END
    + CASE WHEN engagement_score >= 70 THEN 10 ELSE 0 END
    - CASE WHEN person_email_domain NOT IN ('gmail.com', 'yahoo.com', 'outlook.com', 'hotmail.com')
        THEN 0 ELSE 15 END
    - CASE WHEN deal_source <> 'purchased_list' THEN 0 ELSE 20 END
    - CASE WHEN NOT company_uses_competitor OR deal_compelling_event THEN 0 ELSE 10 END >= 60
THEN CASE WHEN engagement_conversations >= 1 THEN 2 ELSE 1 END ELSE 0 END::UTINYINT"""

SQL: Final = {"A": SQL_A, "B": sql_b(), "C": SQL_C}


def polars_stages(policy: str) -> pl.Expr:
    """A column of stage codes, called like the policy."""
    import polars as pl

    def one(*values: int) -> list[pl.Expr]:
        return [pl.lit(value, dtype=pl.UInt8) for value in values]

    zero, first, second, third = one(0, 1, 2, 3)
    c = pl.col
    match policy:
        case "A":
            lead = (
                (c("company_employees") >= 200)
                & (c("company_annual_revenue") >= 20_000_000)
                & c("company_industry").is_in(IND4)
                & c("company_country").is_in(LAND6)
                & c("person_seniority").is_in(("c_level", "vp", "director"))
                & ~c("deal_source").is_in(("purchased_list", "trade_show"))
                & (c("engagement_inbound_requests") >= 1)
                & c("engagement_last_inbound").is_in(("demo", "question", "white_paper"))
            )
            count = c("deal_timeline_days").is_not_null().cast(pl.UInt8)
            for part in (
                c("deal_decision_maker_engaged"),
                c("deal_budget_status").is_in(("approved", "planned")),
                c("deal_next_step_agreed"),
                c("deal_compelling_event"),
            ):
                count = count + part.fill_null(value=False).cast(pl.UInt8)
            stage = pl.when(lead & (count >= 4)).then(second).when(lead).then(first)
        case "B":
            prospect = (
                (c("company_employees") >= 50)
                & (c("company_employees") <= 5_000)
                & (c("company_annual_revenue") >= 5_000_000)
                & c("company_industry").is_in(IND6)
                & c("company_country").is_in(LAND8)
                & c("company_platform").is_in(("aws", "azure", "gcp"))
                & ~c("company_uses_competitor")
                & ~c("person_email_domain").is_in(FREE_MAIL)
            )
            lead = (
                (c("engagement_inbound_requests") >= 1)
                & (c("engagement_days_since_inbound") <= 30)
                & (c("engagement_last_inbound") != "unsubscribe")
            )
            qualified = (
                (c("deal_budget") >= c("deal_price"))
                & (c("deal_timeline_days") <= 90)
                & c("deal_decision_maker_engaged")
                & c("deal_problem_acknowledged")
                & c("deal_next_step_agreed")
                & c("person_seniority").is_in(("c_level", "vp", "director", "manager"))
                & c("person_consented")
                & (c("deal_budget_status") != "none")
            )
            stage = (
                pl.when(prospect & lead & qualified)
                .then(third)
                .when(prospect & lead)
                .then(second)
                .when(prospect)
                .then(first)
            )
        case _:
            score = _polars_score()
            talked = c("engagement_conversations") >= 1
            stage = pl.when((score >= 60) & talked).then(second).when(score >= 60).then(first)
    return stage.otherwise(zero).alias(policy)


def _polars_score() -> pl.Expr:
    import polars as pl

    c = pl.col
    score = pl.lit(0, dtype=pl.Int16)
    for points, test in (
        (10, c("company_employees") >= 100),
        (10, c("company_annual_revenue") >= 10_000_000),
        (10, c("company_industry").is_in(IND4)),
        (5, c("company_country").is_in(LAND6)),
        (15, c("person_seniority").is_in(("c_level", "vp"))),
        (10, c("engagement_inbound_requests") >= 2),
        (20, c("engagement_last_inbound") == "demo"),
        (10, c("engagement_days_since_inbound") <= 14),
        (10, c("engagement_score") >= 70),
        (15, ~c("person_email_domain").is_in(FREE_MAIL)),
        (20, c("deal_source") != "purchased_list"),
        (10, ~c("company_uses_competitor") | c("deal_compelling_event")),
    ):
        none, some = (pl.lit(value, dtype=pl.Int16) for value in (0, points))
        score = score + pl.when(test).then(some).otherwise(none)
    return score - 45  # what the last three give back


def pandas_stages(frame: pd.DataFrame, policy: str) -> Any:
    """Stage codes of a frame with nullable types."""
    import numpy as np

    def sure(*tests: Any) -> Any:
        found = tests[0].fillna(False).to_numpy(dtype=bool)
        for test in tests[1:]:
            found = found & test.fillna(False).to_numpy(dtype=bool)
        return found

    def none_of(column: str, values: tuple[str, ...]) -> Any:
        return ~frame[column].isin(values) & frame[column].notna()

    f = frame
    match policy:
        case "A":
            lead = sure(
                f["company_employees"] >= 200,
                f["company_annual_revenue"] >= 20_000_000,
                f["company_industry"].isin(IND4),
                f["company_country"].isin(LAND6),
                f["person_seniority"].isin(("c_level", "vp", "director")),
                none_of("deal_source", ("purchased_list", "trade_show")),
                f["engagement_inbound_requests"] >= 1,
                f["engagement_last_inbound"].isin(("demo", "question", "white_paper")),
            )
            count = sum(
                sure(test).astype(np.int8)
                for test in (
                    f["deal_timeline_days"].notna(),
                    f["deal_decision_maker_engaged"],
                    f["deal_budget_status"].isin(("approved", "planned")),
                    f["deal_next_step_agreed"],
                    f["deal_compelling_event"],
                )
            )
            return np.select([lead & (count >= 4), lead], [np.uint8(2), np.uint8(1)], np.uint8(0))
        case "B":
            prospect = sure(
                f["company_employees"] >= 50,
                f["company_employees"] <= 5_000,
                f["company_annual_revenue"] >= 5_000_000,
                f["company_industry"].isin(IND6),
                f["company_country"].isin(LAND8),
                f["company_platform"].isin(("aws", "azure", "gcp")),
                ~f["company_uses_competitor"],
                none_of("person_email_domain", FREE_MAIL),
            )
            lead = prospect & sure(
                f["engagement_inbound_requests"] >= 1,
                f["engagement_days_since_inbound"] <= 30,
                f["engagement_last_inbound"] != "unsubscribe",
            )
            qualified = lead & sure(
                f["deal_budget"] >= f["deal_price"],
                f["deal_timeline_days"] <= 90,
                f["deal_decision_maker_engaged"],
                f["deal_problem_acknowledged"],
                f["deal_next_step_agreed"],
                f["person_seniority"].isin(("c_level", "vp", "director", "manager")),
                f["person_consented"],
                f["deal_budget_status"] != "none",
            )
            codes = [np.uint8(3), np.uint8(2), np.uint8(1)]
            return np.select([qualified, lead, prospect], codes, np.uint8(0))
        case _:
            reached = _pandas_score(frame, sure) >= 60
            talked = sure(f["engagement_conversations"] >= 1)
            codes = [np.uint8(2), np.uint8(1)]
            return np.select([reached & talked, reached], codes, np.uint8(0))


def _pandas_score(f: pd.DataFrame, sure: Any) -> Any:
    import numpy as np

    given = sum(
        sure(test).astype(np.int16) * np.int16(points)
        for points, test in (
            (10, f["company_employees"] >= 100),
            (10, f["company_annual_revenue"] >= 10_000_000),
            (10, f["company_industry"].isin(IND4)),
            (5, f["company_country"].isin(LAND6)),
            (15, f["person_seniority"].isin(("c_level", "vp"))),
            (10, f["engagement_inbound_requests"] >= 2),
            (20, f["engagement_last_inbound"] == "demo"),
            (10, f["engagement_days_since_inbound"] <= 14),
            (10, f["engagement_score"] >= 70),
            (15, ~f["person_email_domain"].isin(FREE_MAIL) & f["person_email_domain"].notna()),
            (20, f["deal_source"] != "purchased_list"),
            (10, ~f["company_uses_competitor"] | f["deal_compelling_event"]),
        )
    )
    return given - 45  # what the last three give back
