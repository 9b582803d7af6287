"""A widget beside what it shows: the endpoint of its type, and the parameter that it requests."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from api_export.payloads.endpoints import BY_WIDGET_TYPE, Endpoint


@dataclass(frozen=True)
class PlacedWidget:
    """A visible widget, and what its config requests (null where that is nothing valid)."""

    payload: dict[str, Any]
    requested_days: int | None
    requested_limit: int | None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint whose payload the widget shows."""
        return BY_WIDGET_TYPE[self.payload["widget_type"]]

    def requested_value(self) -> int | None:
        """The value that its config requests of the endpoint's parameter."""
        if self.endpoint.parameter is None:
            return None
        requested = {"days": self.requested_days, "limit": self.requested_limit}
        return requested[self.endpoint.parameter.name]

    def shown_value(self) -> int | None:
        """The value of the endpoint's parameter that it shows."""
        parameter = self.endpoint.parameter
        return None if parameter is None else self.requested_value() or parameter.default

    def with_data(self, as_of: date | None, data: Any) -> dict[str, Any]:
        """The payload of the widget with its data."""
        return {"widget": self.payload, "as_of": as_of, "data": data}
