"""The registry: each endpoint, how it is selected from its report, and where its files go."""

from dataclasses import dataclass
from typing import Any

from api_export.payloads import client_schemas, schemas
from api_export.payloads.limits import DEFAULT_DAYS, DEFAULT_LIMIT, MAX_DAYS, MAX_LIMIT

API_ROOT = "api/v1/loyalty-management"


@dataclass(frozen=True)
class Parameter:
    """What a request may choose of an endpoint, from 1 to `highest`; `default` where it doesn't."""

    name: str
    default: int
    highest: int


DAYS = Parameter("days", DEFAULT_DAYS, MAX_DAYS)
LIMIT = Parameter("limit", DEFAULT_LIMIT, MAX_LIMIT)


@dataclass(frozen=True)
class Endpoint:
    """A payload under `analytics/`: a plain select from the report of its name."""

    name: str
    schema: type
    """The object, or the row of the list, that the payload is made of."""
    order: str = ""
    """Columns that order the rows of a list; an object has none."""
    parameter: Parameter | None = None
    condition: str = "true"
    """Which rows of the report belong to a value of the parameter, `$value`."""
    widget_type: str | None = None
    """The type of widget that shows this payload."""

    @property
    def report(self) -> str:
        """The dbt model that has its rows, a column for each key of the schema."""
        return f"rpt_{self.name}"

    @property
    def is_list(self) -> bool:
        """Whether the payload is a list of rows."""
        return bool(self.order)

    @property
    def payload_type(self) -> Any:
        """The type of the whole payload."""
        return list[self.schema] if self.is_list else self.schema

    def path(self, value: int | None = None) -> str:
        """The file of a parameter's value, or of the default, below a website's API root."""
        file = (
            "index" if value is None or self.parameter is None else f"{self.parameter.name}={value}"
        )
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
        widget_type="points_issued",
    ),
    Endpoint(
        name="top_redemptions",
        schema=schemas.TopRedemption,
        order="item_rank",
        parameter=LIMIT,
        condition="item_rank <= $value",
        widget_type="top_redemptions",
    ),
    Endpoint(
        name="tier_distribution",
        schema=schemas.TierShare,
        order="threshold, tier_id",
        widget_type="tier_distribution",
    ),
    Endpoint(
        name="engagement_stats",
        schema=schemas.EngagementStats,
        parameter=DAYS,
        condition=OF_WINDOW,
        widget_type="engagement_rate",
    ),
    Endpoint(
        name="overview",
        schema=schemas.Overview,
        parameter=DAYS,
        condition=OF_WINDOW,
    ),
    Endpoint(
        name="redemption_trend",
        schema=schemas.RedemptionTrendRow,
        order="date",
        parameter=DAYS,
        condition=IN_WINDOW,
        widget_type="redemptions_trend",
    ),
    Endpoint(
        name="engagement_trend",
        schema=schemas.EngagementTrendRow,
        order="date",
        parameter=DAYS,
        condition=IN_WINDOW,
    ),
    Endpoint(
        name="redemption_categories",
        schema=schemas.CategoryShare,
        order="redemptions desc, category, category_id",
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
    ),
    Endpoint(
        name="lifecycle",
        schema=client_schemas.LifecycleShare,
        order="place",
    ),
    Endpoint(
        name="lifecycle_moves",
        schema=client_schemas.LifecycleMove,
        order="from_place, to_place",
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
)

BY_WIDGET_TYPE = {endpoint.widget_type: endpoint for endpoint in ENDPOINTS if endpoint.widget_type}
