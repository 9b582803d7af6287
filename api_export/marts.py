"""Reading the published marts: plain selects from their reports, as the payloads' Python values."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import simplejson

from api_export.errors import NotFoundError, UsageError
from api_export.marts_file import MartsFile
from api_export.payloads import lookups, schemas
from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.date_ranges import DateRange
from api_export.payloads.endpoints import Choice, Endpoint
from api_export.payloads.limits import LAST_DATE
from api_export.payloads.lookups import Question
from api_export.payloads.strict_json import loads_strict
from api_export.payloads.widgets import PlacedWidget

EXPLAIN = "explain($figure, $website_id, $date_from, $date_to)"
ROWS_AT_A_TIME = 10_000


class PublishedMarts(MartsFile):
    """The published marts, read as payloads."""

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
        self, endpoint: Endpoint, value: Choice, website_id: int | None = None
    ) -> dict[int, Any]:
        """The payload for a value of the parameter, or for a range (`takes_range`), by website.

        A website is missing where its list is empty. With `website_id` only that one is read.
        """
        keys = f"website_id, {_keys(endpoint.schema)}"
        rows = self._report_rows(endpoint, endpoint.report, keys, value, website_id)
        grouped = _group_by(rows, "website_id")
        for row in rows:
            del row["website_id"]
        return grouped if endpoint.is_list else {key: group[0] for key, group in grouped.items()}

    def payload(self, endpoint: Endpoint, choice: Choice, website_id: int | None) -> Any:
        """The payload of a website, or without one of all together where the endpoint sums up."""
        if isinstance(choice, DateRange):
            return self._payload_of_range(endpoint, choice, website_id)
        if website_id is None:
            return self.payload_of_all(endpoint, choice)
        return self.payloads(endpoint, choice, website_id).get(website_id, [])

    def _payload_of_range(
        self, endpoint: Endpoint, dates: DateRange, website_id: int | None
    ) -> Any:
        rows = self._calculated_rows(
            f"select {_keys(endpoint.schema)}"
            f" from {endpoint.name}($website_id, $date_from, $date_to) {_order(endpoint)}",
            website_id=website_id,
            **dates._asdict(),
        )
        return rows if endpoint.is_list else rows[0]

    def payload_of_all(self, endpoint: Endpoint, value: Choice) -> Any:
        """The payload of all websites together, of an endpoint that sums up."""
        keys = _keys(endpoint.schema)
        rows = self._report_rows(endpoint, endpoint.report_of_all, keys, value)
        return rows if endpoint.is_list else rows[0]

    def _report_rows(
        self,
        endpoint: Endpoint,
        report: str,
        keys: str,
        value: Choice,
        website_id: int | None = None,
    ) -> list[dict[str, Any]]:
        """The rows of an endpoint's report for a value of its parameter, or for a range."""
        read, condition = self._rows, endpoint.condition
        parameters = {} if endpoint.parameter is None else {"value": value}
        if endpoint.takes_range:
            read, report = self._calculated_rows, f"{report}($date_from, $date_to)"
            parameters = self._window(value)
        if website_id is not None:
            condition += " and website_id = $website_id"
            parameters["website_id"] = website_id
        return read(
            f"select {keys} from reports.{report} where {condition} {_order(endpoint)}",
            **parameters,
        )

    def _window(self, days: int | DateRange) -> dict[str, date]:
        """First and last date of a window; without as_of one of that length, as empty as any."""
        if isinstance(days, DateRange):
            return days._asdict()
        last = self.run()["as_of"] or LAST_DATE
        return {"date_from": last - timedelta(days=days - 1), "date_to": last}

    def widgets(self, edits: tuple[WidgetEdit, ...] = ()) -> dict[int, list[PlacedWidget]]:
        """Each website's visible widgets, by position, with edits laid over them."""
        rows = self._edited_rows(
            f"select {_keys(schemas.Widget)},"
            " requested_days, requested_limit, range_from, range_to",
            "reports.rpt_dashboard_widgets",
            "reports.edited_dashboard_widgets",
            edits,
            "where is_visible order by website, position, id",
        )
        widgets = defaultdict(list)
        for row in rows:
            days, limit = row.pop("requested_days"), row.pop("requested_limit")
            dates = DateRange(row.pop("range_from"), row.pop("range_to"))
            row["config"] = loads_strict(row["config"])
            shown = PlacedWidget(row, days, limit, dates if dates.date_to else None)
            widgets[row["website"]].append(shown)
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

    def quarantined(self) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
        """Quarantined rows by entity and reason, where there are any, and the points on them."""
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        points: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self._rows("select * from reports.rpt_manifest_quarantined order by all"):
            counts[row["entity"]][row["reason"]] = row["row_count"]
            if row["points"] is not None:
                points[row["entity"]][row["reason"]] = row["points"]
        return dict(counts), dict(points)

    def drift(self) -> dict[str, int]:
        """Clients checked and drifted, and the points between."""
        (drift,) = self._rows("select * from reports.rpt_manifest_drift")
        return drift

    def warnings(self, edits: tuple[WidgetEdit, ...] = ()) -> list[str]:
        """What a person should know of the data, a sentence each."""
        return [row["warning"] for row in self.warning_rows(edits)]

    def warning_rows(self, edits: tuple[WidgetEdit, ...] = ()) -> list[dict[str, Any]]:
        """The same, each with the website that it is about; null where it is about all."""
        return self._edited_rows(
            "select website_id, warning",
            "reports.rpt_manifest_warnings",
            "reports.edited_manifest_warnings",
            edits,
            "order by place, website_id, widget_id, subject",
        )

    def redeemed_items(self, dates: DateRange, limit: int) -> dict[int, list[dict[str, Any]]]:
        """The items that each website redeemed most in a range, most first, so many at most."""
        rows = self._calculated_rows(
            "select * from reports.rpt_redeemed_items($date_from, $date_to)"
            " where place <= $limit order by website_id, place",
            limit=limit,
            **dates._asdict(),
        )
        return _group_by(rows, "website_id")

    def _edited_rows(
        self, select: str, report: str, edited: str, edits: tuple[WidgetEdit, ...], rest: str
    ) -> list[dict[str, Any]]:
        """Rows of a report, or with edits those of the table macro that lays them over it."""
        if not edits:
            return self._rows(f"{select} from {report} {rest}")
        return self._rows(f"{select} from {edited}($edits) {rest}", edits=_as_json(edits))


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
