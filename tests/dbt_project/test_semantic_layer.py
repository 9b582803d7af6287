"""The semantic layer: MetricFlow's SQL gives the figures of the payloads, from the same marts."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from support.replay import PROJECT
from support.workspaces import Built

DAYS = 30
SEMANTIC = PROJECT / "dbt_project/models/semantic"
METRICS = yaml.safe_load((SEMANTIC / "_metrics.yml").read_text())["metrics"]


@dataclass(frozen=True)
class Question:
    """Metrics by the columns of a payload that are the same, and by what they are asked."""

    figures: dict[str, str]
    payload: str
    """SQL of the payload: first what the metrics are asked by, as columns of the same names."""
    by: tuple[str, ...] = ("website",)
    is_of_window: bool = True


def of_window(report: str) -> str:
    return f"select website_id as website, * from reports.{report} where window_days = {DAYS}"


CASES = {
    "overview": Question(
        {
            "points_issued": "total_points_issued",
            "points_redeemed": "total_points_redeemed",
            "points_outstanding": "total_points_balance",
            "active_clients": "total_active_clients",
            "redemptions": "total_redemptions",
            "redemption_points": "total_redemption_value",
            "average_redemption_value": "average_redemption_value",
            "points_per_active_client": "average_points_per_client",
        },
        of_window("rpt_overview"),
    ),
    "overview of all": Question(
        {
            "points_issued": "total_points_issued",
            "points_outstanding": "total_points_balance",
            "active_clients": "total_active_clients",
            "average_redemption_value": "average_redemption_value",
        },
        f"select * from reports.rpt_all_overview where window_days = {DAYS}",
        by=(),
    ),
    "engagement_stats": Question(
        {
            name: name
            for name in (
                "total_clients",
                "active_clients",
                "clients_with_redemptions",
                "clients_with_transactions",
                "engagement_rate",
                "redemption_rate",
            )
        },
        of_window("rpt_engagement_stats"),
    ),
    "conversion": Question(
        {
            "conversions": "conversions",
            "clients_with_conversions": "clients",
            "points_converted": "points_converted",
            "amount_converted": "amount_converted",
            "conversion_rate": "conversion_rate",
            "amount_per_point": "amount_per_point",
        },
        of_window("rpt_conversion"),
    ),
    "programme_value": Question(
        {"orders": "orders", "revenue": "revenue"}, of_window("rpt_programme_value")
    ),
    "request_funnel": Question(
        {"requests": "requests"},
        "select website_id as website, requests from dim_run,"
        f" reports.rpt_request_funnel(dim_run.as_of - {DAYS - 1}, dim_run.as_of)",
    ),
    "redemption_categories": Question(
        {"redemptions": "redemptions", "redemption_points": "points"},
        "select website_id as website, category as item__category, sum(redemptions) as redemptions,"
        f" sum(points) as points from reports.rpt_redemption_categories where {DAYS} between"
        " min_window_days and max_window_days group by all",
        by=("website", "item__category"),
    ),
    "redemption_patterns": Question(
        {"redemptions": "redemptions"},
        "select website_id as website, weekday as business_date__weekday,"
        " hour as request__hour_of_day, redemptions"
        f" from reports.rpt_redemption_patterns where {DAYS} between"
        " min_window_days and max_window_days",
        by=("website", "business_date__weekday", "request__hour_of_day"),
    ),
    "roll_forward": Question(
        {
            "points_issued": "issued",
            "points_refunded": "refunded",
            "points_redeemed": "redeemed",
            "points_deducted": "deducted",
            "points_net": "net",
            "points_outstanding": "closing",
        },
        "select website_id as website, month as metric_time__month, *, closing - opening as net"
        " from reports.rpt_roll_forward",
        by=("website", "metric_time__month"),
        is_of_window=False,
    ),
    "points_trend": Question(
        {"points_issued": "issued", "points_outstanding": "balance"},
        "select website_id as website, date as metric_time__day, issued, balance"
        f" from reports.rpt_points_trend where window_days <= {DAYS}",
        by=("website", "metric_time__day"),
    ),
    "tier_distribution": Question(
        {"clients_in_tiers": "count"},
        "select website_id as website, tier_name as tier__tier_name, sum(count) as count"
        " from reports.rpt_tier_distribution group by all",
        by=("website", "tier__tier_name"),
    ),
    "tiers of clients": Question(
        {"active_clients_at_as_of": "count"},
        "select website_id as website, tier_id as client__tier, count"
        " from reports.rpt_tier_distribution",
        by=("website", "client__tier"),
        is_of_window=False,
    ),
    "lifecycle": Question(
        {"clients_at_as_of": "clients", "points_outstanding_at_as_of": "points_balance"},
        "select website_id as website, state as client__lifecycle, * from reports.rpt_lifecycle",
        by=("website", "client__lifecycle"),
        is_of_window=False,
    ),
    "segments": Question(
        {"clients_at_as_of": "clients", "points_issued": "points_issued"},
        "select website_id as website, segment as client__segment, * from reports.rpt_segments",
        by=("website", "client__segment"),
        is_of_window=False,
    ),
    "cohorts": Question(
        {"new_clients": "clients"},
        "select website_id as website, cohort as metric_time__month, *"
        " from reports.rpt_cohorts where months_since = 0",
        by=("website", "metric_time__month"),
        is_of_window=False,
    ),
    "campaigns": Question(
        {"campaigns": "number", "treatment_clients": "treatment_clients", "campaign_cost": "cost"},
        "select website_id as website, id as campaign, design as campaign__design, *, 1 as number"
        " from reports.rpt_campaigns",
        by=("website", "campaign", "campaign__design"),
        is_of_window=False,
    ),
    "totals of the manifest": Question(
        {"transactions": "transactions", "requests": "requests", "points_moved": "outstanding"},
        "select website_id as website, *, points_outstanding as outstanding"
        " from reports.rpt_manifest_totals",
        is_of_window=False,
    ),
    "types of transactions": Question(
        {"points_moved": "points"},
        "select website_id as website, 'add' as transaction__transaction_type,"
        " sum(issued) as points from fct_points_daily group by all union all"
        " select website_id, 'redeem', -sum(redeemed) from fct_points_daily group by all union all"
        " select website_id, 'deduct', -sum(deducted) from fct_points_daily group by all",
        by=("website", "transaction__transaction_type"),
        is_of_window=False,
    ),
    "quarantined": Question(
        {"quarantined_rows": "row_count"},
        "select entity as excluded_row__delivered_as, reason as excluded_row__reason, row_count"
        " from reports.rpt_manifest_quarantined",
        by=("excluded_row__delivered_as", "excluded_row__reason"),
        is_of_window=False,
    ),
    "excluded points": Question(
        {"quarantined_points": "points"},
        "select website_id as website, sum(points) as points from fct_excluded_points group by all",
        is_of_window=False,
    ),
}
SERIES = ("cohorts", "roll_forward")
"""Payloads of the latest months only, where the metrics have all of them."""


class Renderer:
    """What MetricFlow must know of a database to write its SQL."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


class Project(NamedTuple):
    """The dbt project of an analyst, parsed for the published marts as documented."""

    folder: Path
    environment: dict[str, str]

    def call(self, name: str, *arguments: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).parent / name, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def project(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    for name in ("dbt_project", "dbt_project.yml"):
        (folder / name).symlink_to(PROJECT / name)
    environment = os.environ | {
        "LOYALTY_WORKSPACE": str(built.workspace),
        "DBT_PROFILES_DIR": "dbt_project",
        "DBT_TARGET": "published",
    }
    project = Project(folder, environment)
    said = project.call("dbt", "parse", "--no-use-colors")
    assert "WARNING" not in said.upper() and "DEPRECAT" not in said.upper(), said
    return project


@pytest.fixture(scope="module")
def engine(project: Project) -> MetricFlowEngine:
    """MetricFlow, with the semantic manifest that dbt wrote."""
    manifest = (project.folder / "target" / "semantic_manifest.json").read_text()
    parsed = parse_manifest_from_dbt_generated_manifest(manifest)
    return MetricFlowEngine(SemanticManifestLookup(parsed), Renderer())


@pytest.fixture(scope="module")
def published(marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts, under the name that dbt's relations have."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        yield connection


def ask(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, question: Question
) -> list[dict]:
    (as_of,) = marts.sql("select as_of from dim_run").fetchone()
    first = marts.execute("select $1 - $2", [as_of, DAYS - 1]).fetchone()[0]
    request = MetricFlowQueryRequest.create(
        metric_names=list(question.figures),
        group_by_names=list(question.by) or None,
        time_constraint_start=at_midnight(first) if question.is_of_window else None,
        time_constraint_end=at_midnight(as_of) if question.is_of_window else None,
    )
    return rows_of(marts, engine.explain(request).sql_statement.without_descriptions.sql)


def at_midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def rows_of(marts: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    done = marts.execute(sql)
    names = [column[0] for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def keyed(rows: list[dict], by: tuple[str, ...], column: str) -> dict[tuple, Decimal]:
    """The figures by what they are asked by; payloads leave out who is in no tier or segment."""
    named = [(tuple(as_date(row[name]) for name in by), row[column]) for row in rows]
    figures = {key: Decimal(str(figure or 0)) for key, figure in named if None not in key}
    assert len(figures) == sum(None not in key for key, _ in named)
    return figures


def as_date(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


@pytest.mark.parametrize("name", CASES)
def test_metrics_are_the_figures_of_the_payload(
    engine: MetricFlowEngine, published: duckdb.DuckDBPyConnection, name: str
) -> None:
    question = CASES[name]
    answered, payload = ask(engine, published, question), rows_of(published, question.payload)
    for metric, column in question.figures.items():
        expected = keyed(payload, question.by, column)
        found = keyed(answered, question.by, metric)
        assert any(expected.values()), f"{column} proves nothing"
        for key in expected if name in SERIES else expected.keys() | found.keys():
            figure, payload_figure = found.get(key, 0), expected.get(key, 0)
            assert abs(figure - payload_figure) <= rounding(expected), (metric, key)


def rounding(figures: dict[tuple, Decimal]) -> Decimal:
    """How far a payload may be from what it rounds: half a unit of its last decimal."""
    exponent = min(figure.as_tuple().exponent for figure in figures.values())
    return Decimal(5).scaleb(exponent - 1) if exponent < 0 else Decimal(0)


def test_every_metric_is_the_figure_of_a_payload_and_says_what_it_counts() -> None:
    names = [metric["name"] for metric in METRICS]
    assert set(names) == {metric for question in CASES.values() for metric in question.figures}
    assert len(names) == len(set(names))
    for metric in METRICS:
        assert metric["label"] and len(metric["description"]) > len(metric["label"])


def test_the_time_spine_is_whole(published: duckdb.DuckDBPyConnection) -> None:
    days, first, last, as_of = published.sql(
        "select count(distinct date), min(date), max(date), any_value(as_of)"
        " from dim_dates, dim_run"
    ).fetchone()
    assert days == (last - first).days + 1 and last == as_of
    (earliest,) = published.sql("select min(date) from fct_engagement_daily").fetchone()
    assert first == earliest


def test_the_command_asks_the_published_marts(
    project: Project, published: duckdb.DuckDBPyConnection
) -> None:
    query = ("query", "--metrics", "points_outstanding", "--group-by", "website")
    project.call("mf", *query, "--csv", "answer.csv", "--quiet")
    with (project.folder / "answer.csv").open() as answer:
        answered = keyed(list(csv.DictReader(answer)), ("website",), "points_outstanding")
    totals = rows_of(published, "from reports.rpt_manifest_totals where transactions > 0")
    expected = keyed(totals, ("website_id",), "points_outstanding")
    assert answered == {(str(website),): total for (website,), total in expected.items()}
