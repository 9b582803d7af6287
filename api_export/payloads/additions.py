"""What people add to the published figures, as it is kept: requested ranges and widget edits."""

from datetime import date
from typing import NamedTuple


class RequestedRange(NamedTuple):
    """A range of dates, both inclusive, that every export has an analytics record of."""

    website_id: int
    date_from: date
    date_to: date


class WidgetEdit(NamedTuple):
    """A widget as the API left it, in the columns of `stg_pipeline__widget_edits`."""

    website_id: int
    widget_id: int
    is_deleted: bool
    widget_type: str | None = None
    title: str | None = None
    position: int | None = None
    is_visible: bool | None = None
    config: str | None = None
    created_at: str | None = None
    """Only a widget that the source doesn't have has it."""
