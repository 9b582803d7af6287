"""The registry: each endpoint, how it is selected from its report, and where its files go.

Long because the endpoints are one list.
"""

from dataclasses import dataclass
from typing import Any

from api_export.payloads import (
    campaign_schemas,
    client_schemas,
    comparison_schemas,
    daily_schemas,
    forecast_schemas,
    headline_schemas,
    money_schemas,
    schemas,
    value_schemas,
)
from api_export.payloads.date_ranges import DateRange
from api_export.payloads.limits import (
    DEFAULT_DAYS,
    DEFAULT_DAYS_AHEAD,
    DEFAULT_LIMIT,
    MAX_DAYS,
    MAX_DAYS_AHEAD,
    MAX_LIMIT,
)

API_ROOT = "api/v1/loyalty-management"
ALL_WEBSITES = "all"
"""What stands in the place of a website's id where all of them are meant together."""


@dataclass(frozen=True)
class Parameter:
    """What a request may choose of an endpoint, from 1 to `highest`; `default` where it doesn't."""

    name: str
    default: int
    highest: int
    exported: tuple[int, ...] | None = None
    """The values that have files; null where that is a setting of the run."""


DAYS = Parameter("days", DEFAULT_DAYS, MAX_DAYS)
DAYS_AHEAD = Parameter(
    "days", DEFAULT_DAYS_AHEAD, MAX_DAYS_AHEAD, exported=(7, DEFAULT_DAYS_AHEAD, MAX_DAYS_AHEAD)
)
LIMIT = Parameter("limit", DEFAULT_LIMIT, MAX_LIMIT)


Choice = int | DateRange | None
"""What is chosen of an endpoint: a value of its parameter or, of one that looks back, a range."""


@dataclass(frozen=True)
class Endpoint:
    """A payload under `analytics/`: a plain select from the report of its name."""

    name: str
    schema: type
    """The object, or the row of the list, that the payload is made of."""
    order: str = ""
    """Columns that order the rows of a list; an object has none."""
    identity: tuple[str, ...] = ()
    """The keys that tell the rows of a list apart, where those of `order` don't."""
    parameter: Parameter | None = None
    condition: str = "true"
    """Which rows of the report belong to a value of the parameter, `$value`."""
    has_nested_rows: bool = False
    """Whether the rows of a value of the parameter are among those of every greater one."""
    takes_range: bool = False
    """Whether the report is a table macro of a first and a last date, not a table: it is asked for
    a window's dates, where rows for every window would be too many."""
    widget_type: str | None = None
    """The type of widget that shows this payload."""
    sums_up: bool = False
    """Whether there is one of all websites together too: counts and points added up by each
    website's own calendar, rates from the sums."""
    is_exported: bool = True
    """Whether it has files; the server answers in any case."""

    @property
    def report(self) -> str:
        """The dbt model that has its rows, a column for each key of the schema."""
        return f"rpt_{self.name}"

    @property
    def report_of_all(self) -> str:
        """The dbt model of all websites together: the same columns, but for `website_id`."""
        return f"rpt_all_{self.name}"

    @property
    def is_list(self) -> bool:
        """Whether the payload is a list of rows."""
        return bool(self.order)

    @property
    def row_identity(self) -> tuple[str, ...]:
        """The keys that tell the rows of a list apart; an object has none."""
        ordered = (column.split()[0] for column in self.order.split(",") if column.strip())
        keys = self.schema.__annotations__
        return self.identity or tuple(column for column in ordered if column in keys)

    @property
    def payload_type(self) -> Any:
        """The type of the whole payload."""
        return list[self.schema] if self.is_list else self.schema

    @property
    def looks_back(self) -> bool:
        """Whether it looks back over days, and so answers for any range of dates instead too.

        Beside the marts it has a table macro of its name, of a website and two dates.
        """
        return self.parameter is DAYS

    def path(self, choice: Choice = None) -> str:
        """The file of what is chosen, or of the default, below a website's API root."""
        file = "index"
        if isinstance(choice, DateRange):
            file = f"date_from={choice.date_from}&date_to={choice.date_to}"
        elif choice is not None and self.parameter is not None:
            file = f"{self.parameter.name}={choice}"
        return f"analytics/{self.name}/{file}.json"


IN_WINDOW = "window_days <= $value"
OF_WINDOW = "window_days = $value"
OF_WINDOW_SPAN = "$value between min_window_days and max_window_days"

ENDPOINTS = (
    Endpoint(
        name="points_trend",
        schema=schemas.PointsTrendRow,
        order="date",
        parameter=DAYS,
        condition=IN_WINDOW,
        has_nested_rows=True,
        widget_type="points_issued",
        sums_up=True,
    ),
    Endpoint(
        name="top_redemptions",
        schema=schemas.TopRedemption,
        order="item_rank",
        identity=("id",),
        parameter=LIMIT,
        condition="item_rank <= $value",
        has_nested_rows=True,
        widget_type="top_redemptions",
    ),
    Endpoint(
        name="tier_distribution",
        schema=schemas.TierShare,
        order="threshold, tier_id",
        identity=("tier_name", "threshold"),
        widget_type="tier_distribution",
    ),
    Endpoint(
        name="engagement_stats",
        schema=schemas.EngagementStats,
        parameter=DAYS,
        condition=OF_WINDOW,
        widget_type="engagement_rate",
        sums_up=True,
    ),
    Endpoint(
        name="overview",
        schema=schemas.Overview,
        parameter=DAYS,
        condition=OF_WINDOW,
        sums_up=True,
    ),
    Endpoint(
        name="redemption_trend",
        schema=schemas.RedemptionTrendRow,
        order="date",
        parameter=DAYS,
        condition=IN_WINDOW,
        has_nested_rows=True,
        widget_type="redemptions_trend",
        sums_up=True,
    ),
    Endpoint(
        name="engagement_trend",
        schema=schemas.EngagementTrendRow,
        order="date",
        parameter=DAYS,
        condition=IN_WINDOW,
        has_nested_rows=True,
    ),
    Endpoint(
        name="redemption_categories",
        schema=schemas.CategoryShare,
        order="redemptions desc, category, category_id",
        identity=("category",),
        parameter=DAYS,
        condition=OF_WINDOW_SPAN,
    ),
    Endpoint(
        name="redemption_patterns",
        schema=schemas.PatternCell,
        order="weekday, hour",
        parameter=DAYS,
        condition=OF_WINDOW_SPAN,
    ),
    Endpoint(
        name="points_balance",
        schema=schemas.PointsBalance,
        widget_type="points_balance",
        sums_up=True,
    ),
    Endpoint(
        name="conversion",
        schema=schemas.Conversion,
        parameter=DAYS,
        condition=OF_WINDOW,
        widget_type="conversion_rate",
    ),
    Endpoint(
        name="segments",
        schema=client_schemas.SegmentShare,
        order="place",
        identity=("segment",),
    ),
    Endpoint(
        name="lifecycle",
        schema=client_schemas.LifecycleShare,
        order="place",
        identity=("state",),
    ),
    Endpoint(
        name="lifecycle_moves",
        schema=client_schemas.LifecycleMove,
        order="from_place, to_place",
        identity=("from_state", "to_state"),
    ),
    Endpoint(
        name="tier_migration",
        schema=client_schemas.TierMove,
        order=(
            "month, from_threshold nulls first, from_tier_id nulls first,"
            " to_threshold nulls first, to_tier_id nulls first"
        ),
    ),
    Endpoint(
        name="cohorts",
        schema=client_schemas.CohortMonth,
        order="cohort, months_since",
    ),
    Endpoint(
        name="first_redemption",
        schema=client_schemas.FirstRedemption,
    ),
    Endpoint(
        name="roll_forward",
        schema=money_schemas.RollForwardMonth,
        order="month",
        sums_up=True,
    ),
    Endpoint(name="aging", schema=money_schemas.AgingMonth, order="issued_month"),
    Endpoint(name="redemption_curve", schema=money_schemas.RedemptionAge, order="age_months"),
    Endpoint(name="liability", schema=money_schemas.Liability),
    Endpoint(name="liability_backtest", schema=money_schemas.BacktestedMonth, order="month"),
    Endpoint(
        name="programme_value",
        schema=value_schemas.ProgrammeValue,
        parameter=DAYS,
        condition=OF_WINDOW,
    ),
    Endpoint(
        name="item_performance",
        schema=daily_schemas.ItemPerformance,
        order="redemptions_365 desc, id",
        identity=("id",),
    ),
    Endpoint(
        name="request_funnel",
        schema=daily_schemas.RequestFunnel,
        parameter=DAYS,
        takes_range=True,
    ),
    Endpoint(
        name="issue_sources",
        schema=daily_schemas.IssueSource,
        order="source_rank",
        identity=("reason",),
        parameter=DAYS,
        takes_range=True,
    ),
    Endpoint(
        name="comparison",
        schema=comparison_schemas.ComparedFigure,
        order="place",
        identity=("figure",),
        parameter=DAYS,
        takes_range=True,
        sums_up=True,
    ),
    Endpoint(
        name="headlines",
        schema=headline_schemas.Headline,
        order="place",
        parameter=DAYS,
        takes_range=True,
        sums_up=True,
    ),
    Endpoint(
        name="forecast",
        schema=forecast_schemas.ForecastDay,
        order="date, place",
        identity=("date", "series"),
        parameter=DAYS_AHEAD,
        condition="days_ahead <= $value",
        has_nested_rows=True,
    ),
    Endpoint(
        name="forecast_accuracy",
        schema=forecast_schemas.ForecastAccuracy,
        order="place, item, candidate",
        identity=("series", "item", "model"),
    ),
    Endpoint(
        name="campaigns",
        schema=campaign_schemas.Campaign,
        order="date_from desc, id",
        identity=("id",),
    ),
    # Exported bytes don't depend on earlier runs, which this tells of.
    Endpoint(
        name="restatements",
        schema=daily_schemas.Restatement,
        order="publication, date_from, date_to, figure",
        is_exported=False,
    ),
)

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
BY_WIDGET_TYPE = {endpoint.widget_type: endpoint for endpoint in ENDPOINTS if endpoint.widget_type}
