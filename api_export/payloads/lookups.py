"""What is looked up and has no file in the export: the rows behind a figure, and a client."""

from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from api_export.payloads.client_schemas import LifecycleState, Segment
from api_export.payloads.figures import FIGURES
from api_export.payloads.schemas import Id

Figure = Literal[tuple(FIGURES)]


class Question(NamedTuple):
    """Which figure to explain: of a website, or without one of all, in a range of dates."""

    figure: str
    website_id: int | None
    date_from: date
    date_to: date


class ExplainedRow(TypedDict):
    """A row that a figure is made of; the row of a client has the client's id twice."""

    entity: Literal["loyalty_transactions", "redemption_requests", "wallet_conversions", "clients"]
    id: Id
    client_id: Id
    date: date
    points: int


class Explanation(TypedDict):
    """A figure and the rows that make it, by date, entity and id; the website is null for all."""

    figure: Figure
    website: Id | None
    as_of: date
    date_from: date
    date_to: date
    value: int
    count: Annotated[int, Field(description="How many rows there are in all.")]
    total: Annotated[int, Field(description="The sum of their points.")]
    rows: list[ExplainedRow]


class Client(TypedDict):
    """All that is known of a client, as of as_of."""

    id: Id
    website: Id
    as_of: date | None
    member_since: date | None
    tier_id: Id | None
    tier: str | None
    balance: int
    next_tier_id: Id | None
    next_tier: str | None
    points_to_next_tier: int | None
    points_issued: int
    points_redeemed: int
    points_deducted: int
    transactions: int
    redemptions: int
    redemption_value: int
    segment: Segment | None
    lifecycle: LifecycleState | None
    recency_days: int | None
    frequency: int | None
    monetary_points: int | None
    last_transaction: date | None
    last_redemption: date | None
    last_conversion: date | None
    last_activity: date | None
