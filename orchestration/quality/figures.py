"""Figures held to their thresholds, read from the published marts."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from api_export.marts_file import MartsFile
from api_export.payloads.endpoints import ALL_WEBSITES
from orchestration.quality.thresholds import EACH_WEBSITE, Threshold

NAME_CHARACTERS = 40
HARMLESS = " -'"
"""What names may have beside letters and digits: chat services read more into other signs, and a
link into a dot."""
OF_ALL = "select * from {name}(null, $first, $last)"
OF_EACH = (
    "select websites.website_id, payload.* from dim_websites as websites,"
    " lateral {name}(websites.website_id, $first, $last) as payload"
)
"""The payloads of any range, of all websites together and of each: a query for each would take a
while."""


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


def check_figures(marts: Path, thresholds: tuple[Threshold, ...]) -> list[Finding]:
    """What became of each threshold, on each website that it is for, in order."""
    if not thresholds:
        return []
    with _Reader(marts) as reader:
        return [
            _compare(threshold, website, reader)
            for threshold in thresholds
            for website in reader.websites(threshold.website)
        ]


class _Reader(MartsFile):
    """Reads payloads, those of all websites at once, and each once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        (run,) = self._rows("select as_of from dim_run")
        self.as_of: date | None = run["as_of"]
        self._websites = [
            _Website(website["website_id"], _harmless(website["website_name"]))
            for website in self._rows(
                "select website_id, website_name from dim_websites order by 1"
            )
        ]
        self._read: dict[tuple, dict[int | None, dict[str, Any]]] = {}

    def websites(self, wanted: int | str) -> list[_Website]:
        """Those that a threshold is for; one that isn't there has no name and no figures."""
        if wanted == EACH_WEBSITE:
            return self._websites
        if wanted == ALL_WEBSITES:
            return [_Website(None, "")]
        return [each for each in self._websites if each.id == wanted] or [_Website(wanted, "")]

    def figure(self, threshold: Threshold, website: _Website, last: date | None) -> Decimal | None:
        """A figure of the window that ends on a date; null where it isn't known."""
        endpoint, is_all, values = threshold.endpoint, website.id is None, {}
        if threshold.days is None:
            sql = f"select * from reports.{endpoint.report_of_all if is_all else endpoint.report}"
        elif last is None:
            return None
        else:
            sql = OF_ALL if is_all else OF_EACH
            values = {"first": last - timedelta(days=threshold.days - 1), "last": last}
        payload = self._by_website(sql.format(name=endpoint.name), values).get(website.id)
        value = None if payload is None else payload[threshold.key]
        return None if value is None else Decimal(value)

    def has_before(self, days: int, website: _Website) -> bool:
        """Whether as many dates just before the window that ends on as_of count, by `comparison`.

        They do where they begin on or after the first event.
        """
        report = "rpt_all_comparison" if website.id is None else "rpt_comparison"
        sql = f"select * from reports.{report}($first, $last) where place = 1"
        values = {"first": self.as_of - timedelta(days=days - 1), "last": self.as_of}
        compared = self._by_website(sql, values).get(website.id)
        return compared is not None and compared["status"] == "ok"

    def _by_website(self, sql: str, values: dict[str, date]) -> dict[int | None, dict[str, Any]]:
        """The row of each website, or of all together, whose id is null."""
        wanted = (sql, *values.values())
        if wanted not in self._read:
            rows = self._rows(sql, **values)
            self._read[wanted] = {row.get("website_id"): row for row in rows}
        return self._read[wanted]


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
    if threshold.days is not None and reader.as_of is not None:
        dates = f"the {threshold.days} days to " if threshold.days > 1 else ""
        what += f" of {dates}{reader.as_of}"
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
    last_before = reader.as_of - timedelta(days=threshold.days)
    is_whole = reader.has_before(threshold.days, website)
    before = reader.figure(threshold, website, last_before) if is_whole else None
    if not before:
        why = "was 0" if before is not None else "isn't known"
        sentence = f"{what} is {_shown(value)}, and in the window before it {why}: no change"
        return Finding(key, "unknown", f"{sentence} can be known")
    change = value - before
    percent = abs(change) * 100 / abs(before)
    size = f"{percent:,.1f} %" if percent >= Decimal("0.05") else "under 0.1 %"
    compared = f"{size} {'more' if change > 0 else 'less'} than {_shown(before)}"
    told = f"{what} is {_shown(value)}, {compared if change else 'the same as'} before"
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
