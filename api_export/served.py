"""What the server reads: the published marts, opened anew when a run or a request replaces them."""

import threading
from datetime import date
from typing import Any

from api_export.endpoints import Endpoint
from api_export.errors import NotFoundError
from api_export.published import Published
from api_export.reports import PlacedWidget, Reports


class Version:
    """The marts as they were published at one moment, and what had been asked for by then.

    Every answer is made of one version, so it never mixes figures of two runs.
    """

    def __init__(self, published: Published) -> None:
        """Open the marts."""
        self._reports = Reports(published.marts)
        self._records = self._reports.records(published.asked_ranges())
        self._widgets = self._reports.widgets(published.widget_edits())
        self._website_ids = [website["id"] for website in self._reports.websites()]
        self._as_of: date | None = self._reports.run()["as_of"]

    def website(self, website_id: int | None) -> "Website":
        """A website's answers; the first one's where none is named."""
        if website_id is None and self._website_ids:
            website_id = self._website_ids[0]
        if website_id not in self._website_ids:
            raise NotFoundError
        return Website(
            website_id,
            self._as_of,
            self._reports,
            self._records.get(website_id, []),
            self._widgets.get(website_id, []),
        )


class Website:
    """A website's payloads, as the export writes them."""

    def __init__(
        self,
        website_id: int,
        as_of: date | None,
        reports: Reports,
        records: list[dict[str, Any]],
        widgets: list[PlacedWidget],
    ) -> None:
        """Payloads of one version."""
        self.id = website_id
        self.records = records
        self._as_of = as_of
        self._reports = reports
        self._placed = widgets

    @property
    def widgets(self) -> list[dict[str, Any]]:
        """The visible widgets, by position."""
        return [widget.payload for widget in self._placed]

    def record(self, record_id: int) -> dict[str, Any]:
        """A stored record; raises `NotFoundError`."""
        return _find(record_id, {record["id"]: record for record in self.records})

    def widget(self, widget_id: int) -> dict[str, Any]:
        """A visible widget; raises `NotFoundError`."""
        return self._find_widget(widget_id).payload

    def widget_data(self, widget_id: int) -> dict[str, Any]:
        """A visible widget with what it shows; raises `NotFoundError`."""
        widget = self._find_widget(widget_id)
        data = self.payload(widget.endpoint, widget.shown_value())
        return widget.with_data(self._as_of, data)

    def payload(self, endpoint: Endpoint, value: int | None) -> Any:
        """An endpoint's payload for a value of its parameter."""
        return self._reports.payloads(endpoint, value, self.id).get(self.id, [])

    def _find_widget(self, widget_id: int) -> PlacedWidget:
        return _find(widget_id, {widget.payload["id"]: widget for widget in self._placed})


class Served:
    """The version to answer from now."""

    def __init__(self, published: Published) -> None:
        """Open what is published; raises `OSError` or `duckdb.Error` where nothing is."""
        self._published = published
        self._opening = threading.Lock()
        self._mark = self._read_mark()
        self._version = Version(published)

    def website(self, website_id: int | None) -> Website:
        """A website's answers by what is published now; raises `NotFoundError`."""
        return self.current().website(website_id)

    def current(self) -> Version:
        """The version that is published now."""
        with self._opening:
            mark = self._read_mark()
            if mark != self._mark:
                self._version, self._mark = Version(self._published), mark
            return self._version

    def _read_mark(self) -> tuple[int, ...]:
        """Other numbers once the marts are replaced or the export switched: both are renames."""
        files = (self._published.marts.stat(), self._published.current_export.lstat())
        return tuple(number for file in files for number in (file.st_ino, file.st_mtime_ns))


def _find(key: int, found: dict[int, Any]) -> Any:
    if key not in found:
        raise NotFoundError
    return found[key]
