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

    entity: Annotated[
        Literal["loyalty_transactions", "redemption_requests", "wallet_conversions", "clients"],
        Field(description="What kind of row it is."),
    ]
    id: Annotated[Id, Field(description="The application's id of the row.")]
    client_id: Annotated[Id, Field(description="Client that it is of.")]
    date: Annotated[
        date,
        Field(description="Its business date; of a client's row that of its last transaction."),
    ]
    points: Annotated[
        int,
        Field(
            description="What it adds to the figure, where that is a sum; else the points that it"
            " uses, or of a client's row its balance, net points or points used."
        ),
    ]


class Explanation(TypedDict):
    """A figure and the rows that make it, by date, entity and id; the website is null for all."""

    figure: Annotated[Figure, Field(description="Name of the figure.")]
    website: Annotated[Id | None, Field(description="Whose figure it is; null for all together.")]
    as_of: Annotated[date, Field(description="Business date up to which everything is counted.")]
    date_from: Annotated[date, Field(description="First business date of the range.")]
    date_to: Annotated[date, Field(description="Last business date of the range.")]
    value: Annotated[int, Field(description="The figure: the sum of points, or the count.")]
    count: Annotated[int, Field(description="How many rows there are in all.")]
    total: Annotated[int, Field(description="The sum of their points.")]
    rows: Annotated[list[ExplainedRow], Field(description="As many of them as were asked for.")]


class Client(TypedDict):
    """All that is known of a client, as of as_of."""

    id: Annotated[Id, Field(description="The application's id of the client.")]
    website: Annotated[Id, Field(description="Website that the client is of.")]
    as_of: Annotated[
        date | None, Field(description="Business date up to which everything is counted.")
    ]
    member_since: Annotated[
        date | None,
        Field(description="Date of joining, else of the first transaction; null without either."),
    ]
    tier_id: Annotated[Id | None, Field(description="Tier that the client is in; null for none.")]
    tier: Annotated[str | None, Field(description="Its name as the source has it now.")]
    balance: Annotated[int, Field(description="Points of the client on as_of.")]
    next_tier_id: Annotated[
        Id | None,
        Field(description="Tier that fewest further points lead to; null at the top."),
    ]
    next_tier: Annotated[str | None, Field(description="Its name as the source has it now.")]
    points_to_next_tier: Annotated[int | None, Field(description="How many points lead to it.")]
    points_issued: Annotated[int, Field(description="Points ever issued to the client.")]
    points_redeemed: Annotated[
        int, Field(description="Points that the client ever redeemed, as a positive number.")
    ]
    points_deducted: Annotated[
        int, Field(description="Points ever deducted from the client, as a positive number.")
    ]
    transactions: Annotated[int, Field(description="Valid ledger rows of the client.")]
    redemptions: Annotated[int, Field(description="Requests of the client that are fulfilled now.")]
    redemption_value: Annotated[
        int, Field(description="Sum of the points that those redemptions use.")
    ]
    segment: Annotated[
        Segment | None,
        Field(description="Segment by recency and frequency; null without an activity date."),
    ]
    lifecycle: Annotated[
        LifecycleState | None,
        Field(description="State of the lifecycle; null for who joins after as_of."),
    ]
    recency_days: Annotated[
        int | None,
        Field(description="as_of less the last activity date; null without one, as are the next."),
    ]
    frequency: Annotated[
        int | None, Field(description="Activity dates in the 365 days that end on as_of.")
    ]
    monetary_points: Annotated[
        int | None, Field(description="Points issued less refunded in these 365 days.")
    ]
    last_transaction: Annotated[
        date | None, Field(description="Date of the last transaction; null without one.")
    ]
    last_redemption: Annotated[
        date | None, Field(description="Date of the last redemption; null without one.")
    ]
    last_conversion: Annotated[
        date | None, Field(description="Date of the last conversion; null without one.")
    ]
    last_activity: Annotated[
        date | None,
        Field(
            description="Last date with points issued beyond refunds, or redeemed; null without"
            " one."
        ),
    ]
