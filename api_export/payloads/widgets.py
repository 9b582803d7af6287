"""A widget beside what it shows: the endpoint of its type, and what it requests of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from api_export.payloads.date_ranges import DateRange
from api_export.payloads.endpoints import BY_WIDGET_TYPE, Choice, Endpoint


@dataclass(frozen=True)
class PlacedWidget:
    """A visible widget, and what its config requests (null where that is nothing valid)."""

    payload: dict[str, Any]
    requested_days: int | None
    requested_limit: int | None
    requested_range: DateRange | None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint whose payload the widget shows."""
        return BY_WIDGET_TYPE[self.payload["widget_type"]]

    def requested(self) -> Choice:
        """What its config requests of the endpoint: a range where there is one, else a value."""
        if self.endpoint.parameter is None:
            return None
        if self.endpoint.looks_back and self.requested_range is not None:
            return self.requested_range
        values = {"days": self.requested_days, "limit": self.requested_limit}
        return values[self.endpoint.parameter.name]

    def shown(self) -> Choice:
        """What it shows of the endpoint."""
        parameter = self.endpoint.parameter
        return None if parameter is None else self.requested() or parameter.default

    def with_data(self, as_of: date | None, data: Any) -> dict[str, Any]:
        """The payload of the widget with its data; a range is as of its last date."""
        shown = self.shown()
        if isinstance(shown, DateRange):
            as_of = shown.date_to
        return {"widget": self.payload, "as_of": as_of, "data": data}
