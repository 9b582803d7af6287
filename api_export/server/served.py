"""What the server reads: the published marts, opened anew when a run or a request replaces them."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from api_export.additions.published import Published
from api_export.errors import NotFoundError
from api_export.explanations import ExplainedFigure, explain
from api_export.marts import PublishedMarts
from api_export.payloads.date_ranges import complete_window
from api_export.payloads.endpoints import ALL_WEBSITES, Choice, Endpoint
from api_export.payloads.widgets import PlacedWidget


@dataclass(frozen=True)
class Website:
    """A website's payloads of one version, as the export writes them."""

    id: int
    as_of: date | None
    marts: PublishedMarts
    records: dict[int, dict[str, Any]]
    """The stored records by id, the newest first."""
    placed: dict[int, PlacedWidget]
    """The visible widgets by id, in the order of their positions."""

    def widget_data(self, widget_id: int) -> dict[str, Any]:
        """The payload of a visible widget with its data."""
        widget = self.placed[widget_id]
        data = self.marts.payload(widget.endpoint, widget.shown(), self.id)
        return widget.with_data(self.as_of, data)


class Version:
    """The marts as they were published at one moment, with what had been added by then.

    Every answer is made of one version, so it never mixes figures of two runs.
    """

    def __init__(self, published: Published) -> None:
        """Open the marts."""
        self.marts = marts = PublishedMarts(published.marts)
        records = marts.records(published.requested_ranges())
        widgets = marts.widgets(published.widget_edits())
        self._as_of = marts.run()["as_of"]
        self._websites = {
            website_id: Website(
                website_id,
                self._as_of,
                marts,
                {record["id"]: record for record in records.get(website_id, [])},
                {widget.payload["id"]: widget for widget in widgets.get(website_id, [])},
            )
            for website_id in marts.website_ids()
        }

    def website(self, website_id: int | None) -> Website:
        """A website, without an id the first one with events. Raises `NotFoundError`."""
        return self._candidates(website_id)[0]

    def payload(
        self,
        endpoint: Endpoint,
        website: int | str | None,
        value: int | None,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> Any:
        """An endpoint's payload of a website, or of all together where it sums up.

        It is that of a value of the parameter, or of a range where a date of one is given. Raises
        `NotFoundError` and `UsageError`.
        """
        website_id = None if website == ALL_WEBSITES else self.website(website).id
        choice: Choice = value
        if date_from or date_to:
            choice = complete_window(self._as_of, value, date_from, date_to)
        elif value is None and endpoint.parameter is not None:
            choice = endpoint.parameter.default
        return self.marts.payload(endpoint, choice, website_id)

    def explain(
        self,
        figure: str,
        website: int | str | None,
        date_from: date | None,
        date_to: date | None,
    ) -> ExplainedFigure:
        """A figure and its rows, of a website or of all together.

        Raises `NotFoundError` and `UsageError`.
        """
        website_id = None if website == ALL_WEBSITES else self.website(website).id
        return explain(self.marts, figure, website_id, date_from, date_to)

    def client(self, client_id: int, website_id: int | None) -> dict[str, Any]:
        """The payload of a client: of the named website, or of any. Raises `NotFoundError`."""
        if website_id is not None:
            self.website(website_id)
        client = self.marts.client(client_id)
        if website_id not in (None, client["website"]):
            raise NotFoundError(f"There is no client {client_id} of the website {website_id}.")
        return client

    def with_record(self, record_id: int, website_id: int | None) -> Website:
        """The website that has a record: the named one, or any. Raises `NotFoundError`."""
        return _first(
            website for website in self._candidates(website_id) if record_id in website.records
        )

    def with_widget(self, widget_id: int, website_id: int | None) -> Website:
        """The website that has a visible widget: the named one, or any. Raises `NotFoundError`."""
        return _first(
            website for website in self._candidates(website_id) if widget_id in website.placed
        )

    def _candidates(self, website_id: int | None) -> list[Website]:
        if website_id is None and self._websites:
            return list(self._websites.values())
        if website_id not in self._websites:
            raise NotFoundError
        return [self._websites[website_id]]


class Served:
    """The version to answer from now."""

    def __init__(self, published: Published) -> None:
        """Open what is published; raises `OSError` or `duckdb.Error` where that can't be read."""
        self._published = published
        self._opening = threading.Lock()
        self._mark = self._read_mark()
        self._version = Version(published)

    def current(self) -> Version:
        """The version that is published now."""
        with self._opening:
            mark = self._read_mark()
            if mark != self._mark:
                self._version, self._mark = Version(self._published), mark
            return self._version

    def _read_mark(self) -> tuple[int, ...]:
        """Numbers that change once the marts are replaced or the export switched, by a rename."""
        files = (self._published.marts.stat(), self._published.current_export.lstat())
        return tuple(number for file in files for number in (file.st_ino, file.st_mtime_ns))


def _first(websites: Iterator[Website]) -> Website:
    website = next(websites, None)
    if website is None:
        raise NotFoundError
    return website
