"""The source contract: the nine entities that every source delivers, and their columns."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["integer", "decimal", "instant", "boolean", "json", "text"]

TRANSACTION_TYPES = ("add", "redeem", "deduct")
STATUSES = ("pending", "approved", "fulfilled", "rejected", "cancelled")


@dataclass(frozen=True)
class Entity:
    """A table of the contract: its columns in the contract's order."""

    name: str
    required: tuple[str, ...]
    """Columns that a delivery must have."""
    columns: tuple[str, ...]
    """All columns; those that may be absent are delivered as nulls then."""
    is_optional: bool = False
    """Whether a source may lack the entity."""
    event_time: str | None = None
    """The instant of an event's row; none for an entity that is no event and stays small."""


def kind_of(column: str) -> Kind:
    """What a column of the contract holds: a name means the same in every entity."""
    if column.endswith("_at") or column in ("timestamp", "date_joined"):
        return "instant"
    if column.endswith("id") or "points" in column or column in ("threshold", "position"):
        return "integer"
    if column.startswith("is_"):
        return "boolean"
    return {"amount": "decimal", "config": "json"}.get(column, "text")


def _entity(
    name: str, columns: str, *, is_optional: bool = False, event_time: str | None = None
) -> Entity:
    """An entity from its columns in a line; `?` marks the ones that may be absent."""
    names = columns.split()
    return Entity(
        name=name,
        required=tuple(column for column in names if not column.endswith("?")),
        columns=tuple(column.removesuffix("?") for column in names),
        is_optional=is_optional,
        event_time=event_time,
    )


ENTITIES = (
    _entity("websites", "id name timezone?"),
    _entity("clients", "id website_id loyalty_points? tier_id? date_joined?"),
    _entity("loyalty_tiers", "id website_id name threshold"),
    _entity(
        "loyalty_transactions",
        "id website_id client_id points transaction_type reason? timestamp redemption_request_id?",
        event_time="timestamp",
    ),
    _entity("redemption_categories", "id website_id name"),
    _entity(
        "redemption_items",
        "id website_id category_id name points_required redemption_type? is_active?",
    ),
    _entity(
        "redemption_requests",
        "id website_id client_id item_id points_used status requested_at"
        " approved_at? fulfilled_at? rejected_at?",
        event_time="requested_at",
    ),
    _entity(
        "wallet_conversions",
        "id website_id client_id points amount converted_at",
        is_optional=True,
        event_time="converted_at",
    ),
    _entity(
        "dashboard_widgets",
        "id website_id widget_type title position is_visible config created_at?",
        is_optional=True,
    ),
)
