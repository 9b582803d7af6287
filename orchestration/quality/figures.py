"""Figures held to their thresholds, read from the published marts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb

from api_export.payloads.endpoints import ALL_WEBSITES
from orchestration.quality.thresholds import EACH_WEBSITE, Threshold

NAME_CHARACTERS = 40
HARMLESS = " -.'"
"""What names may have beside letters and digits: chat services read more into other signs."""


@dataclass(frozen=True)
class Finding:
    """What became of a threshold on a website, or on all together."""

    key: str
    """Tells the threshold from others, the same in each run."""
    state: Literal["kept", "crossed", "unknown"]
    sentence: str


@dataclass(frozen=True)
class _Website:
    """Whose figures are looked at: a website's, or those of all together."""

    id: int | None
    name: str
    first_event: date | None


def check_figures(marts: Path, thresholds: tuple[Threshold, ...]) -> list[Finding]:
    """What became of each threshold, on each website that it is for, in order."""
    if not thresholds:
        return []
    with duckdb.connect(str(marts), read_only=True) as connection:
        reader = _Reader(connection)
        return [
            _compare(threshold, website, reader)
            for threshold in thresholds
            for website in reader.websites(threshold.website)
        ]


class _Reader:
    """Reads payloads, each once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        (self.as_of,) = connection.execute("select as_of from dim_run").fetchone()
        self._websites = [
            _Website(id, _harmless(name), first_event)
            for id, name, first_event in connection.execute(
                "select website_id, website_name, first_event_date from dim_websites order by all"
            ).fetchall()
        ]
        self._payloads: dict[tuple, dict[str, Any] | None] = {}

    def websites(self, wanted: int | str) -> Iterator[_Website]:
        """Those that a threshold is for; one that isn't there has no name and no event."""
        known = {website.id: website for website in self._websites}
        if wanted == EACH_WEBSITE:
            yield from self._websites
        elif wanted == ALL_WEBSITES:
            events = [each.first_event for each in self._websites if each.first_event is not None]
            yield _Website(None, "", min(events, default=None))
        else:
            yield known.get(wanted, _Website(wanted, "", None))

    def figure(self, threshold: Threshold, website: _Website, last: date | None) -> Decimal | None:
        """A figure of the window that ends on a date; null where it isn't known."""
        wanted = (threshold.endpoint, website.id, threshold.days, last)
        if wanted not in self._payloads:
            self._payloads[wanted] = self._read(threshold, website.id, last)
        payload = self._payloads[wanted]
        value = None if payload is None else payload[threshold.key]
        return None if value is None else Decimal(value)

    def _read(
        self, threshold: Threshold, website_id: int | None, last: date | None
    ) -> dict[str, Any] | None:
        endpoint = threshold.endpoint
        if threshold.days is None:
            report = endpoint.report_of_all if website_id is None else endpoint.report
            where = "true" if website_id is None else "website_id = $website_id"
            sql = f"select * from reports.{report} where {where}"
            values = {} if website_id is None else {"website_id": website_id}
        elif last is None:
            return None
        else:
            sql = f"select * from {endpoint.name}($website_id, $first, $last)"
            first = last - timedelta(days=threshold.days - 1)
            values = {"website_id": website_id, "first": first, "last": last}
        done = self._connection.execute(sql, values)
        names = [column[0] for column in done.description]
        row = done.fetchone()
        return None if row is None else dict(zip(names, row, strict=True))


def _compare(threshold: Threshold, website: _Website, reader: _Reader) -> Finding:
    value = reader.figure(threshold, website, reader.as_of)
    where = "all websites" if website.id is None else f"website {website.id}"
    if website.name:
        where += f" ({website.name})"
    key = (
        f"{threshold.figure} of {'all' if website.id is None else website.id},"
        f" {threshold.days} days, {threshold.condition} {threshold.limit}"
    )
    what = f"{where}: {threshold.figure}"
    if threshold.days is not None:
        what += f" of the {threshold.days} days to {reader.as_of}"
    if value is None:
        return Finding(key, "unknown", f"{what} can't be known")
    if threshold.condition == "changed_by":
        return _compare_change(threshold, website, reader, key, what, value)
    is_above = threshold.condition == "above"
    is_crossed = value > threshold.limit if is_above else value < threshold.limit
    bound = f"{threshold.condition} {_shown(threshold.limit)}"
    if is_crossed:
        return Finding(key, "crossed", f"{what} is {_shown(value)}, {bound}")
    return Finding(key, "kept", f"{what} is {_shown(value)}, not {bound}")


def _compare_change(
    threshold: Threshold,
    website: _Website,
    reader: _Reader,
    key: str,
    what: str,
    value: Decimal,
) -> Finding:
    """Hold a figure to that of the window just before, which must lie after the first event."""
    length = timedelta(days=threshold.days)
    last_before = reader.as_of - length
    first_before = last_before - length + timedelta(days=1)
    is_whole = website.first_event is not None and website.first_event <= first_before
    before = reader.figure(threshold, website, last_before) if is_whole else None
    if not before:
        why = "was 0" if before is not None else "isn't known"
        sentence = f"{what} is {_shown(value)}, and in the window before it {why}: no change"
        return Finding(key, "unknown", f"{sentence} can be known")
    change = value - before
    percent = abs(change) * 100 / abs(before)
    direction = "more" if change > 0 else "less"
    told = f"{what} is {_shown(value)}, {percent:,.1f} % {direction} than {_shown(before)} before"
    is_crossed = abs(change) * 100 >= threshold.limit * abs(before)
    reached = "at or beyond" if is_crossed else "within"
    sentence = f"{told}, {reached} {_shown(threshold.limit)} %"
    return Finding(key, "crossed" if is_crossed else "kept", sentence)


def _shown(number: Decimal) -> str:
    return f"{number:,f}"


def _harmless(name: str) -> str:
    """A name as it may stand in a text for people and chat services: no markup, no mention."""
    letters = [sign if sign.isalnum() or sign in HARMLESS else "_" for sign in name]
    return "".join(letters)[:NAME_CHARACTERS].strip()
