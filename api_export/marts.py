"""Reading the published marts: plain selects from their reports, as the payloads' Python values."""

import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import simplejson

from api_export.errors import NotFoundError, UsageError
from api_export.payloads import lookups, schemas
from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.endpoints import Endpoint
from api_export.payloads.limits import LAST_DATE
from api_export.payloads.lookups import Question
from api_export.payloads.strict_json import loads_strict
from api_export.payloads.widgets import PlacedWidget

READER = {"memory_limit": "512MB", "threads": 1}
"""DuckDB's settings: reports are small, and one thread reads them as fast as many."""

EXPLAIN = "explain($figure, $website_id, $date_from, $date_to)"
ROWS_AT_A_TIME = 10_000


class PublishedMarts:
    """A published `marts.duckdb`, opened for reading only; leaving its context closes it.

    What it reads stays as it was opened while a run replaces the file. Threads may share it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; raises `duckdb.Error` where it can't be read."""
        # The folder comes to be, and goes, where a range has more rows than memory holds.
        spill = Path(tempfile.gettempdir(), f"loyalty-{uuid4().hex}")
        self.connection = duckdb.connect(config=READER | {"temp_directory": str(spill)})
        # Attached, because DuckDB opens a path once in a process: connecting to it again would
        # give the file that was there before it was replaced.
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"attach '{quoted}' as published (read_only)")
        self.connection.execute("use published")
        self._in_use = threading.Lock()

    def __enter__(self) -> "PublishedMarts":
        """Give the open marts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.connection.close()

    def run(self) -> dict[str, Any]:
        """as_of and the settings, the one row of `dim_run`."""
        (run,) = self._rows("select * from dim_run")
        return run

    def websites(self) -> list[dict[str, Any]]:
        """The payload of each website, by id."""
        return self._rows(f"select {_keys(schemas.Website)} from reports.rpt_websites order by id")

    def website_ids(self) -> list[int]:
        """The ids of all websites in order, except that the first one with events leads."""
        ids = [website["id"] for website in self.websites()]
        totals = self.totals()

        def has_events(website_id: int) -> bool:
            counts = totals.get(str(website_id), {})
            return any(counts.get(rows) for rows in ("transactions", "requests"))

        default = next(filter(has_events, ids), None)
        return sorted(ids, key=lambda website_id: (website_id != default, website_id))

    def check_website(self, website_id: int) -> None:
        """Raise `UsageError` where there is no such website."""
        websites = {website["id"]: website["name"] for website in self.websites()}
        if website_id not in websites:
            known = ", ".join(f"{key} ({name!r})" for key, name in websites.items())
            raise UsageError(
                f"there is no website {website_id}; there are: {known or 'none'}", "website"
            )

    def records(
        self, requested_ranges: tuple[RequestedRange, ...]
    ) -> dict[int, list[dict[str, Any]]]:
        """Each website's stored records and those of the requested ranges, newest first."""
        keys = _keys(schemas.AnalyticsRecord)
        rows = self._rows(f"select {keys} from reports.rpt_analytics")
        stored = {(row["website"], row["date_from"], row["date_to"]) for row in rows}
        for requested in requested_ranges:
            if requested not in stored:
                rows += self.calculate(requested)
        rows.sort(key=lambda row: (row["date_to"], row["date_from"]), reverse=True)
        return _group_by(rows, "website")

    def calculate(self, requested: RequestedRange) -> list[dict[str, Any]]:
        """The record of any range; an empty list where there is no such website or range."""
        return self._calculated_rows(
            f"select {_keys(schemas.AnalyticsRecord)}"
            " from calculate_analytics($website_id, $date_from, $date_to)",
            **requested._asdict(),
        )

    def explained_dates(self, question: Question) -> list[tuple[date, int, int]]:
        """Each date with rows of a figure, oldest first: how many, and the sum of their points."""
        with self._cursor() as cursor:
            return cursor.execute(
                f"select date, count(*), cast(sum(points) as bigint) from {EXPLAIN}"
                " group by date order by date",
                question._asdict(),
            ).fetchall()

    def explained_rows(
        self,
        question: Question,
        first: date,
        last: date,
        offset: int = 0,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a figure from one date to another, by date, entity and id: all, or some."""
        keys = tuple(lookups.ExplainedRow.__annotations__)
        with self._cursor() as cursor:
            found = cursor.execute(
                f"select {_keys(lookups.ExplainedRow)} from {EXPLAIN}"
                " where date between $first and $last order by date, entity, id"
                " limit $limit offset $offset",
                question._asdict()
                | {"first": first, "last": last, "limit": limit, "offset": offset},
            )
            while rows := found.fetchmany(ROWS_AT_A_TIME):
                yield from (dict(zip(keys, row, strict=True)) for row in rows)

    def client(self, client_id: int) -> dict[str, Any]:
        """The payload of a client. Raises `NotFoundError`."""
        rows = self._calculated_rows(
            f"select {_keys(lookups.Client)} from client($client_id)", client_id=client_id
        )
        if not rows:
            raise NotFoundError(f"There is no client {client_id}.")
        return rows[0]

    def payloads(
        self, endpoint: Endpoint, value: int | None, website_id: int | None = None
    ) -> dict[int, Any]:
        """The payload for a value of the parameter, by website.

        A website is missing where its list is empty. With `website_id` only that one is read.
        """
        read, report, condition = self._rows, f"reports.{endpoint.report}", endpoint.condition
        parameters = {} if endpoint.parameter is None else {"value": value}
        if endpoint.takes_range:
            read, report = self._calculated_rows, f"{report}($date_from, $date_to)"
            parameters = self._window(value)
        if website_id is not None:
            condition += " and website_id = $website_id"
            parameters["website_id"] = website_id
        rows = read(
            f"select website_id, {_keys(endpoint.schema)} from {report}"
            f" where {condition} {_order(endpoint)}",
            **parameters,
        )
        grouped = _group_by(rows, "website_id")
        for row in rows:
            del row["website_id"]
        return grouped if endpoint.is_list else {key: group[0] for key, group in grouped.items()}

    def payload_of_all(self, endpoint: Endpoint, value: int | None) -> Any:
        """The payload of all websites together, of an endpoint that sums up."""
        read, report = self._rows, f"reports.{endpoint.report_of_all}"
        parameters = {} if endpoint.parameter is None else {"value": value}
        if endpoint.takes_range:
            read, report = self._calculated_rows, f"{report}($date_from, $date_to)"
            parameters = self._window(value)
        rows = read(
            f"select {_keys(endpoint.schema)} from {report}"
            f" where {endpoint.condition} {_order(endpoint)}",
            **parameters,
        )
        return rows if endpoint.is_list else rows[0]

    def _window(self, days: int) -> dict[str, date]:
        """First and last date of a window; without as_of one of that length, as empty as any."""
        last = self.run()["as_of"] or LAST_DATE
        return {"date_from": last - timedelta(days=days - 1), "date_to": last}

    def widgets(self, edits: tuple[WidgetEdit, ...] = ()) -> dict[int, list[PlacedWidget]]:
        """Each website's visible widgets, by position, with edits laid over them."""
        rows = self._edited_rows(
            f"select {_keys(schemas.Widget)}, requested_days, requested_limit",
            "reports.rpt_dashboard_widgets",
            "reports.edited_dashboard_widgets",
            edits,
            "where is_visible order by website, position, id",
        )
        widgets = defaultdict(list)
        for row in rows:
            days, limit = row.pop("requested_days"), row.pop("requested_limit")
            row["config"] = loads_strict(row["config"])
            widgets[row["website"]].append(PlacedWidget(row, days, limit))
        return widgets

    def configured_widget(
        self, website_id: int | None, widget_id: int, edits: tuple[WidgetEdit, ...]
    ) -> dict[str, Any] | None:
        """A widget, visible or hidden, with edits laid over it; `None` where there isn't one.

        Without a website, the first of `website_ids` that has one of this id.
        """
        rows = self._rows(
            f"select {_keys(schemas.Widget)} from reports.edited_dashboard_widgets($edits)"
            " where website = coalesce($website_id, website) and id = $widget_id",
            edits=_as_json(edits),
            website_id=website_id,
            widget_id=widget_id,
        )
        ranks = {key: rank for rank, key in enumerate(self.website_ids())}
        rows.sort(key=lambda row: ranks[row["website"]])
        for row in rows[:1]:
            row["config"] = loads_strict(row["config"])
        return rows[0] if rows else None

    def totals(self) -> dict[str, dict[str, int]]:
        """Valid rows up to as_of and outstanding points, by website."""
        rows = self._rows("select * from reports.rpt_manifest_totals order by website_id")
        return {str(row.pop("website_id")): row for row in rows}

    def quarantined(self) -> dict[str, dict[str, int]]:
        """Quarantined rows by entity and reason, where there are any."""
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self._rows("select * from reports.rpt_manifest_quarantined order by all"):
            counts[row["entity"]][row["reason"]] = row["row_count"]
        return dict(counts)

    def drift(self) -> dict[str, int]:
        """Clients checked and drifted, and the points between."""
        (drift,) = self._rows("select * from reports.rpt_manifest_drift")
        return drift

    def warnings(self, edits: tuple[WidgetEdit, ...] = ()) -> list[str]:
        """What a person should know of the data, a sentence each."""
        rows = self._edited_rows(
            "select warning",
            "reports.rpt_manifest_warnings",
            "reports.edited_manifest_warnings",
            edits,
            "order by place, website_id, widget_id, subject",
        )
        return [row["warning"] for row in rows]

    def _edited_rows(
        self, select: str, report: str, edited: str, edits: tuple[WidgetEdit, ...], rest: str
    ) -> list[dict[str, Any]]:
        """Rows of a report, or with edits those of the table macro that lays them over it."""
        if not edits:
            return self._rows(f"{select} from {report} {rest}")
        return self._rows(f"{select} from {edited}($edits) {rest}", edits=_as_json(edits))

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to the same file: what takes its time keeps nobody waiting."""
        with self.connection.cursor() as cursor:
            cursor.execute("use published")
            yield cursor

    def _rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of what is stored: at once, so that readers may wait for one another."""
        with self._in_use:
            return _all_rows(self.connection.execute(query, parameters))

    def _calculated_rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of what is calculated for whoever asks."""
        with self._cursor() as cursor:
            return _all_rows(cursor.execute(query, parameters))


def _all_rows(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _as_json(edits: tuple[WidgetEdit, ...]) -> str:
    return simplejson.dumps(edits, namedtuple_as_object=True)


def _keys(schema: type) -> str:
    """A payload's keys as the columns of a select."""
    return ", ".join(f'"{key}"' for key in schema.__annotations__)


def _order(endpoint: Endpoint) -> str:
    return f"order by {endpoint.order}" if endpoint.is_list else ""


def _group_by(rows: list[dict[str, Any]], key: str) -> dict[int, list[dict[str, Any]]]:
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups
