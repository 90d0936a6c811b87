"""The files that describe a simulated history: mapping, ground truth, cases, README."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import Any

from leadpolicy.sheets import csv_text
from leadpolicy.simulate import dirt, labels, model, scenarios
from leadpolicy.simulate.summary import Plan, Summary


def _template(name: str) -> Template:
    folder = files("leadpolicy.simulate") / "templates"
    return Template((folder / name).read_text(encoding="utf-8"))


def dataset_yaml(plan: Plan) -> str:
    """The mapping of the tables; the value maps come from `labels`, so that they cannot differ."""
    firsts: dict[str, Mapping[str, tuple[object, ...]]] = {
        "industries": labels.INDUSTRIES,
        "levels": labels.LEVELS,
        "departments": labels.DEPARTMENTS,
        "downloads": labels.DOWNLOADS,
    }
    maps: dict[str, Mapping[str, str]] = {
        name: {label: str(row[0]) for label, row in table.items()} for name, table in firsts.items()
    }
    maps |= {
        "sources": labels.SOURCES,
        "ruled_out": labels.RULED_OUT,
        "accounts": labels.ACCOUNTS,
        "countries": {name: code for code, (_, _, name, _) in labels.COUNTRIES.items()},
        "email_types": labels.EMAIL_TYPES,
        "roles": labels.ROLES,
        "modes": labels.MODES,
        "rejections": labels.REJECTIONS,
        "requests": labels.REQUESTS,
        "channels": labels.CHANNELS,
        "reactions": labels.REACTIONS,
        "uses": labels.USES,
        "directions": labels.DIRECTIONS,
        "results": labels.RESULTS,
        "meetings": labels.MEETINGS,
        "news": labels.NEWS,
        "answers": labels.ANSWERS,
    }
    return _template("dataset.yaml").substitute(
        {name: _flow(table) for name, table in maps.items()},
        seed=plan.seed,
        companies=plan.companies,
        suffix=plan.suffix,
        vocabulary=json.dumps(plan.vocabulary, ensure_ascii=False),
        as_of=model.AS_OF.isoformat(),
        observed_until=model.END.isoformat(),
    )


def _flow(table: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(k)}: {v}" for k, v in table.items()) + "}"


def edge_cases(cases: Iterable[tuple[str, str, str]]) -> str:
    """Record id, case, and what it is."""
    return csv_text(("company_id", "scenario", "says"), cases)


def ground_truth(plan: Plan, summary: Summary) -> str:
    """Every number that drives the history, and what came of it."""
    head = (
        "# Written by `leadpolicy simulate`: the numbers behind this history and what came of it.\n"
        "# Log-odds unless said otherwise; drives have a spread of about one; times in days.\n"
    )
    return head + "\n".join(_yaml(_truth(plan, summary))) + "\n"


def _truth(plan: Plan, summary: Summary) -> dict[str, Any]:
    return {
        "asked_for": {"seed": plan.seed, "companies": plan.companies, "block": model.BLOCK},
        "window": {"from": model.START.isoformat(), "until": model.END.isoformat()},
        "drives": {
            "fit": {
                name: {"if_yes": yes, "if_no": no} if name != "noise" else {"spread": yes}
                for name, (yes, no) in model.FIT_TERMS.items()
            },
            "need": "standard normal",
            "urgency": {"correlation_with_need": model.NEED_AND_URGENCY},
            "budget": {"per_spread_of_log_employees": model.BUDGET_FROM_SIZE},
            "authority": {"per_spread_of_job_level": model.AUTHORITY_FROM_LEVEL},
        },
        "talking": {
            "what": "ever in a two-way conversation, by journey and drives",
            "intercept_by_journey": {j.key: j.talk for j in model.JOURNEYS},
            "coefficients": dict(model.TALK_COEFFICIENTS),
        },
        "winning": {
            "what": "won, given a two-way conversation; knows nothing of any definition of a lead",
            "intercept": model.WIN_INTERCEPT,
            "coefficients": dict(model.WIN_COEFFICIENTS),
            "uses_competitor": model.WIN_COMPETITOR,
            "per_year_after_start": model.WIN_DRIFT_PER_YEAR,
            "by_journey": {j.key: "never" if j.win is None else j.win for j in model.JOURNEYS},
        },
        "lag": {
            "what": "days from the first conversation to the close, log-normal, at least 6",
            "median": model.LAG_MEDIAN,
            "sigma": model.LAG_SIGMA,
            "share_of_lost_deals_never_closed": model.NEVER_CLOSED,
        },
        "judgements": _judgements(),
        "reps": {r.name: {"diligence": r.diligence, "optimism": r.optimism} for r in model.REPS},
        "drift": _drift(),
        "leaks": [
            {
                "column": "companies.contract_value_confirmed",
                "mapped_to": "deal.amount",
                "why": "filled for won deals only, even if won after the moment of evaluation",
            }
        ],
        "dirty_rows": [{"table": d.table, "what": d.says} for d in dirt.DIRT],
        "edge_cases": {
            "file": "edge_cases.csv",
            "cases": len(scenarios.SCENARIOS),
            "companies": len(summary.cases),
        },
        "measured": _measured(summary),
    }


def _judgements() -> dict[str, Any]:
    notes: dict[str, Any] = {
        "what": "score = weights x drives + spread x noise + growth x progress of the sale (0 to 1)"
        " + optimism of the rep + noise of the note; the value is how many thresholds it exceeds",
        "noise_of_a_note": model.NOTE_NOISE,
        "noted": {
            "by_period": dict(zip(("2024", "2025_h1", "2025_h2"), model.FILLED_BY_PERIOD,
                                  strict=True)),
            "with_deal": model.FILLED_WITH_DEAL,
            "without_deal": model.FILLED_WITHOUT_DEAL,
            "lowest_value": model.BAD_NEWS_FILLED,
        },
    }  # fmt: skip
    facts = {
        j.fact: {
            "weights": {n: w for n, w in zip(model.DRIVES, j.weights, strict=True) if w},
            "spread": j.spread,
            "thresholds": list(j.thresholds),
            "growth": j.growth,
            "noted": j.filled,
        }
        for j in model.JUDGEMENTS
    }
    return {**notes, "facts": facts}


def _drift() -> dict[str, Any]:
    periods = ("2024", "2025_h1", "2025_h2")
    return {
        "winning_per_year": model.WIN_DRIFT_PER_YEAR,
        "new_companies_per_day": dict(
            zip(("2024", "2025_q1", "2025_q2", "2025_h2"), model.ENTRY_DENSITY, strict=True)
        ),
        "judgements_noted": dict(zip(periods, model.FILLED_BY_PERIOD, strict=True)),
        "percent_of_new_companies": {
            j.key: dict(zip(periods, j.share, strict=True)) for j in model.JOURNEYS
        },
    }


def _measured(summary: Summary) -> dict[str, Any]:
    return {
        "companies": summary.companies,
        "in_conversation": summary.talked,
        "deals": summary.deals,
        "won": summary.won,
        "lost": summary.lost,
        "won_percent_of_companies": round(100 * summary.won / max(summary.companies, 1), 2),
        "rows": dict(summary.rows),
        "share_missing": {
            table: {column: round(share, 3) for column, share in columns.items()}
            for table, columns in summary.share_missing().items()
            if columns
        },
    }


def readme(plan: Plan, summary: Summary) -> str:
    """What a reader of the folder has to know."""
    missing = [
        f"| `{table}.{column}` | {share:.0%} |"
        for table, columns in summary.share_missing().items()
        for column, share in columns.items()
        if table in ("companies", "people")
    ]
    seen: dict[str, str] = {}
    for _, name, says in summary.cases:
        seen.setdefault(name, says)
    return _template("README.md").substitute(
        seed=plan.seed,
        count=plan.companies,
        companies=f"{summary.companies:,}",
        suffix=plan.suffix,
        format="" if plan.format == "csv" else f" --format {plan.format}",
        talked=f"{summary.talked:,}",
        deals=f"{summary.deals:,}",
        won=f"{summary.won:,}",
        lost=f"{summary.lost:,}",
        won_percent=f"{100 * summary.won / max(summary.companies, 1):.1f}",
        rows=_lines(f"| `{n}{plan.suffix}` | {c:,} | {_HOLDS[n]} |" for n, c in
                    summary.rows.items()),
        missing=_lines(missing),
        journeys=_lines(
            f"| {j.says} | {j.share[0]} | {j.share[1]} | {j.share[2]} |" for j in model.JOURNEYS
        ),
        coefficients=_lines(f"| {n} | {c:+.1f} |" for n, c in model.WIN_COEFFICIENTS.items()),
        competitor=f"{model.WIN_COMPETITOR:+.1f}",
        drift=f"{model.WIN_DRIFT_PER_YEAR:+.2f}",
        intercept=f"{model.WIN_INTERCEPT:+.2f}",
        offsets=", ".join(f"{j.key} {j.win:+.1f}" for j in model.JOURNEYS if j.win),
        lag=f"{model.LAG_MEDIAN:.0f}",
        sigma=model.LAG_SIGMA,
        dirt=_lines(f"- `{d.table}`: {d.says}" for d in dirt.DIRT),
        cases=_lines(f"| `{name}` | {says} |" for name, says in seen.items()),
    )  # fmt: skip


_HOLDS = {
    "companies": "one row per company, as it stands at the end of 2025",
    "people": "contacts; `main_contact` in companies points here",
    "events": "what happened, with a moment; `seq` orders a company's events",
    "assessments": "what sales people judged, with the moment and their name",
    "deals": "one row per deal: opened, closed, how it ended",
    "lifecycle": "when the CRM moved a company to which lifecycle stage",
}


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


# ----------------------------------------------------------------------------------------- YAML


def _yaml(value: Mapping[str, Any] | Sequence[Any], indent: int = 0) -> list[str]:
    """Block YAML of mappings, lists of plain mappings, texts and numbers."""
    pad = "  " * indent
    lines: list[str] = []
    if not isinstance(value, Mapping):
        for item in value:
            if isinstance(item, Mapping):
                inner = _yaml(item, indent + 1)
                lines += [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
            else:
                lines.append(f"{pad}- {_plain(item)}")
        return lines
    for key, item in value.items():
        name = key if not key[0].isdigit() else json.dumps(key)
        if isinstance(item, (Mapping, list)) and item:
            flat = isinstance(item, list) and not isinstance(item[0], Mapping)
            if flat:
                lines.append(f"{pad}{name}: [{', '.join(map(_plain, item))}]")
            else:
                lines += [f"{pad}{name}:", *_yaml(item, indent + 1)]
        else:
            lines.append(f"{pad}{name}: {_plain(item)}")
    return lines


def _plain(value: object) -> str:
    if isinstance(value, str):
        safe = value.replace("_", "").replace(".", "").isalnum() and value[0].isalpha()
        return value if safe else json.dumps(value, ensure_ascii=False)
    return "{}" if value == {} else str(value)
