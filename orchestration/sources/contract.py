"""The source contract: the twelve entities that a source delivers, and their columns.

Here alone they are stated: sources, pull and checks read them from here, and a test holds the dbt
project to them. What a value of each kind looks like is `docs/source-contract.md`'s to say.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["integer", "decimal", "share", "instant", "boolean", "json", "text"]

LEDGER = "loyalty_transactions"
"""The entity of the point transactions."""
TRANSACTION_TYPES = ("add", "redeem", "deduct")
STATUSES = ("pending", "approved", "fulfilled", "rejected", "cancelled")
ARMS = ("treatment", "control")


@dataclass(frozen=True)
class Field:
    """A column of the contract."""

    name: str
    kind: Kind
    """What its values are read as."""
    is_required: bool = True
    """Whether a delivery must have the column; one that may lack it counts as all null there."""


@dataclass(frozen=True)
class Entity:
    """A table of the contract."""

    name: str
    fields: tuple[Field, ...]
    """The columns in the contract's order."""
    is_optional: bool = False
    """Whether a source may lack the entity."""
    event_time: str | None = None
    """The column of an event's instant; None for an entity that isn't one of events."""
    key: tuple[str, ...] = ("id",)
    """The columns, of integers, by which rows are told apart; of events always `id`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in the contract's order."""
        return tuple(field.name for field in self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that a delivery must have."""
        return tuple(field.name for field in self.fields if field.is_required)

    def kind_of(self, column: str) -> Kind:
        """What the values of a column are read as."""
        return next(field.kind for field in self.fields if field.name == column)


ENTITIES = (
    Entity(
        "websites",
        (
            Field("id", "integer"),
            Field("name", "text"),
            Field("timezone", "text", is_required=False),
        ),
    ),
    Entity(
        "clients",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("loyalty_points", "integer", is_required=False),
            Field("tier_id", "integer", is_required=False),
            Field("date_joined", "instant", is_required=False),
        ),
    ),
    Entity(
        "loyalty_tiers",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("name", "text"),
            Field("threshold", "integer"),
        ),
    ),
    Entity(
        "loyalty_transactions",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("client_id", "integer"),
            Field("points", "integer"),
            Field("transaction_type", "text"),
            Field("reason", "text", is_required=False),
            Field("timestamp", "instant"),
            Field("redemption_request_id", "integer", is_required=False),
        ),
        event_time="timestamp",
    ),
    Entity(
        "redemption_categories",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("name", "text"),
        ),
    ),
    Entity(
        "redemption_items",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("category_id", "integer"),
            Field("name", "text"),
            Field("points_required", "integer"),
            Field("redemption_type", "text", is_required=False),
            Field("is_active", "boolean", is_required=False),
        ),
    ),
    Entity(
        "redemption_requests",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("client_id", "integer"),
            Field("item_id", "integer"),
            Field("points_used", "integer"),
            Field("status", "text"),
            Field("requested_at", "instant"),
            Field("approved_at", "instant", is_required=False),
            Field("fulfilled_at", "instant", is_required=False),
            Field("rejected_at", "instant", is_required=False),
        ),
        event_time="requested_at",
    ),
    Entity(
        "wallet_conversions",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("client_id", "integer"),
            Field("points", "integer"),
            Field("amount", "decimal"),
            Field("converted_at", "instant"),
        ),
        is_optional=True,
        event_time="converted_at",
    ),
    Entity(
        "dashboard_widgets",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("widget_type", "text"),
            Field("title", "text"),
            Field("position", "integer"),
            Field("is_visible", "boolean"),
            Field("config", "json"),
            Field("created_at", "instant", is_required=False),
        ),
        is_optional=True,
    ),
    Entity(
        "orders",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("client_id", "integer"),
            Field("ordered_at", "instant"),
            Field("amount", "decimal"),
            Field("margin", "decimal", is_required=False),
        ),
        is_optional=True,
        event_time="ordered_at",
    ),
    Entity(
        "campaigns",
        (
            Field("id", "integer"),
            Field("website_id", "integer"),
            Field("name", "text"),
            Field("starts_at", "instant"),
            Field("ends_at", "instant"),
            Field("cost", "decimal", is_required=False),
            Field("planned_treatment_share", "share", is_required=False),
        ),
        is_optional=True,
    ),
    Entity(
        "campaign_members",
        (
            Field("campaign_id", "integer"),
            Field("client_id", "integer"),
            Field("arm", "text", is_required=False),
        ),
        is_optional=True,
        key=("campaign_id", "client_id"),
    ),
)
