"""Reading the published marts: plain selects from the reports, as the payloads' Python values."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from api_export import schemas
from api_export.endpoints import Endpoint
from api_export.strict_json import loads_strict

AskedRange = tuple[int, date, date]
"""website_id, date_from, date_to (inclusive)."""


@dataclass(frozen=True)
class PlacedWidget:
    """A visible widget, and what its config asks for (null where it asks for nothing valid)."""

    payload: dict[str, Any]
    asked_days: int | None
    asked_limit: int | None

    def asked(self, parameter: str) -> int | None:
        """The value asked for of `days` or `limit`."""
        return {"days": self.asked_days, "limit": self.asked_limit}[parameter]


class Reports:
    """A published `marts.duckdb`, opened for reading only. Use as a context manager."""

    def __init__(self, marts: Path) -> None:
        """Open the file; raises `duckdb.Error` where it can't be read."""
        self.connection = duckdb.connect(str(marts), read_only=True)

    def __enter__(self) -> "Reports":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.connection.close()

    def run(self) -> dict[str, Any]:
        """as_of and the settings, the one row of `dim_run`."""
        (run,) = self._rows("select * from dim_run")
        return run

    def websites(self) -> list[dict[str, Any]]:
        """All websites, by id."""
        return self._rows(f"select {_keys(schemas.Website)} from reports.rpt_websites order by id")

    def records(self, asked_ranges: tuple[AskedRange, ...]) -> dict[int, list[dict[str, Any]]]:
        """Each website's stored records and those of the ranges asked for, the newest first."""
        keys = _keys(schemas.AnalyticsRecord)
        rows = self._rows(f"select {keys} from reports.rpt_analytics")
        stored = {row["id"] for row in rows}
        for asked in asked_ranges:
            rows += [row for row in self.calculate(*asked) if row["id"] not in stored]
        rows.sort(key=lambda row: (row["date_to"], row["date_from"]), reverse=True)
        return _by(rows, "website")

    def calculate(self, website_id: int, date_from: date, date_to: date) -> list[dict[str, Any]]:
        """The record of any range; none where the range or the website is none."""
        return self._rows(
            f"select {_keys(schemas.AnalyticsRecord)}"
            " from calculate_analytics($website_id, $date_from, $date_to)",
            website_id=website_id,
            date_from=date_from,
            date_to=date_to,
        )

    def payloads(self, endpoint: Endpoint, value: int | None) -> dict[int, Any]:
        """The payload for a value of the parameter, by website; none for an empty list."""
        keys = _keys(endpoint.schema)
        order = f"order by {endpoint.order}" if endpoint.is_list else ""
        rows = self._rows(
            f"select website_id, {keys} from reports.{endpoint.report}"
            f" where {endpoint.condition} {order}",
            **({} if endpoint.parameter is None else {"value": value}),
        )
        grouped = _by(rows, "website_id")
        for row in rows:
            del row["website_id"]
        return grouped if endpoint.is_list else {key: group[0] for key, group in grouped.items()}

    def widgets(self) -> dict[int, list[PlacedWidget]]:
        """Each website's visible widgets, by position."""
        keys = _keys(schemas.Widget)
        rows = self._rows(
            f"select {keys}, asked_days, asked_limit from reports.rpt_dashboard_widgets"
            " order by website, position, id"
        )
        widgets = defaultdict(list)
        for row in rows:
            days, limit = row.pop("asked_days"), row.pop("asked_limit")
            row["config"] = loads_strict(row["config"])
            widgets[row["website"]].append(PlacedWidget(row, days, limit))
        return widgets

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

    def warnings(self) -> list[str]:
        """What a person should know of the data, a sentence each."""
        rows = self._rows(
            "select warning from reports.rpt_manifest_warnings"
            " order by website_id, widget_id, config_key"
        )
        return [row["warning"] for row in rows]

    def _rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        result = self.connection.execute(query, parameters)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _keys(schema: type) -> str:
    """A payload's keys as the columns of a select."""
    return ", ".join(f'"{key}"' for key in schema.__annotations__)


def _by(rows: list[dict[str, Any]], key: str) -> dict[int, list[dict[str, Any]]]:
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups
