"""A range's payload is its window's in a run whose as_of is the range's last date, always."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from support.datasets import mid_history, write_dataset
from support.recount.all_websites import together
from support.recount.endpoints import WINDOWED
from support.recount.sites import Site, all_sites, latest_date
from support.recount.validation import Validated, validate
from support.replay import DEFAULTS, Replay

from api_export.payloads.endpoints import ENDPOINTS, Endpoint

DATASETS = [(0, False), (3, True), (7, False)]
"""Seeds, and whether the run's as_of lies in the middle of the history."""
RANGES = 12
WINDOWS = (1, 2, 7, 30, 365, 3660)
MARGIN = Decimal("0.25")
AS_KNOWN_NOW = ("programme_value",)
"""Endpoints whose value of a point and results of campaigns are those of the run."""
LOOKING_BACK = [endpoint for endpoint in ENDPOINTS if endpoint.looks_back]
each_endpoint = pytest.mark.parametrize("endpoint", LOOKING_BACK, ids=lambda one: one.name)


@dataclass
class Counted:
    """The marts of a dataset, and what the recount knows of it."""

    marts: duckdb.DuckDBPyConnection
    validated: Validated
    as_of: date | None
    seed: int

    def sites(self, as_of: date | None) -> list[Site]:
        """The websites as a run with this as_of finds them."""
        return all_sites(self.validated, as_of, "balance", margin=MARGIN)

    def ranges(self) -> list[tuple[date, date]]:
        """Past ranges of every length, some that begin or end before the first event."""
        rng = random.Random(self.seed)
        days = sorted({row["date"] for site in self.sites(self.as_of) for row in site.transactions})
        ends = [*rng.choices(days, k=RANGES - 3), self.as_of, days[0] - timedelta(days=1)]
        ends.append(days[0] - timedelta(days=5000))
        lengths = (rng.choice((1, 7, 30, 400, 3660)) for _ in ends)
        return [
            (end - timedelta(days=length - 1), end)
            for end, length in zip(ends, lengths, strict=True)
        ]

    def asked(self, endpoint: Endpoint, website: int | None, first: date, last: date) -> Any:
        """The payload that the published table macro gives, null where it has no row."""
        keys = list(endpoint.schema.__annotations__)
        columns = ", ".join(f'"{key}"' for key in keys)
        order = f" order by {endpoint.order}" if endpoint.order else ""
        rows = self.marts.execute(
            f"select {columns} from main.{endpoint.name}(?, ?, ?){order}", [website, first, last]
        ).fetchall()
        payload = [dict(zip(keys, map(shown, row), strict=True)) for row in rows]
        return payload if endpoint.is_list else next(iter(payload), None)


def shown(value: Any) -> Any:
    """As the recount shows it."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class LookingBack(Site):
    """A website as the run knows it, whose windows end on an earlier date."""

    last: date | None = None

    def window(self, days: int) -> list[date]:
        return [self.last - timedelta(days=back) for back in reversed(range(days))]


@pytest.fixture(scope="module", params=DATASETS, ids=lambda one: str(one[0]))
def counted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, replay: Replay
) -> Iterator[Counted]:
    """A random dataset's marts."""
    seed, is_mid = request.param
    folder = tmp_path_factory.mktemp("ranges")
    source = folder / "source"
    source.mkdir()
    write_dataset(source, seed)
    chosen = mid_history() if is_mid else None
    inputs = replace(DEFAULTS, as_of=chosen, margin=MARGIN)
    replay.build(source, folder / "marts.duckdb", inputs)
    validated = validate(source)
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        yield Counted(marts, validated, chosen or latest_date(validated, clock=None), seed)


def expected_of(
    endpoint: Endpoint, recount: Callable[[Site, int], Any], site: Site, known: Site, days: int
) -> Any:
    """The recount of the window of a run at the range's end; money as the later run knows it."""
    if endpoint.name not in AS_KNOWN_NOW:
        return recount(site, days)
    looking_back = LookingBack(**vars(known), last=site.as_of)
    return recount(looking_back, days) | {"as_of": site.as_of.isoformat()}


@each_endpoint
def test_a_range_is_the_window_of_a_run_that_ended_with_it(
    counted: Counted, endpoint: Endpoint
) -> None:
    recount = WINDOWED[endpoint.name]
    known = {site.id: site for site in counted.sites(counted.as_of)}
    for first, last in counted.ranges():
        sites = counted.sites(last)
        days = (last - first).days + 1
        for site in sites:
            expected = expected_of(endpoint, recount, site, known[site.id], days)
            assert counted.asked(endpoint, site.id, first, last) == expected, (site.id, first, last)
        if endpoint.sums_up:
            expected = recount(together(sites, last), days)
            assert counted.asked(endpoint, None, first, last) == expected, (first, last)


@each_endpoint
def test_a_range_that_ends_on_as_of_is_the_report_of_its_window(
    counted: Counted, endpoint: Endpoint
) -> None:
    keys = list(endpoint.schema.__annotations__)
    columns = ", ".join(f'"{key}"' for key in keys)
    order = f" order by {endpoint.order}" if endpoint.order else ""
    last = counted.as_of
    for days in WINDOWS:
        first = last - timedelta(days=days - 1)
        condition = endpoint.condition.replace("$value", str(days))
        dates = f"(date '{first}', date '{last}')" if endpoint.takes_range else ""
        reports = [
            (site.id, f"reports.{endpoint.report}{dates}", f"website_id = {site.id} and")
            for site in counted.sites(last)
        ]
        if endpoint.sums_up:
            reports.append((None, f"reports.{endpoint.report_of_all}{dates}", ""))
        for website, report, chosen in reports:
            rows = counted.marts.execute(
                f"select {columns} from {report} where {chosen} {condition}{order}"
            ).fetchall()
            published = [dict(zip(keys, map(shown, row), strict=True)) for row in rows]
            payload = published if endpoint.is_list else next(iter(published), None)
            assert counted.asked(endpoint, website, first, last) == payload, (website, days)


@each_endpoint
@pytest.mark.parametrize(
    ("website", "first", "last"),
    [(1, 0, 1), (1, 0, -1), (-77, 0, 0)],
    ids=["ends after as_of", "ends before it begins", "unknown website"],
)
def test_what_is_no_range_has_no_rows(
    counted: Counted, endpoint: Endpoint, website: int, first: int, last: int
) -> None:
    begins, ends = (counted.as_of + timedelta(days=days) for days in (first, last))
    assert counted.asked(endpoint, website, begins, ends) in (None, [])


@each_endpoint
def test_websites_that_do_not_add_up_are_not_added_up(counted: Counted, endpoint: Endpoint) -> None:
    payload = counted.asked(endpoint, None, counted.as_of, counted.as_of)
    assert (payload not in (None, [])) == endpoint.sums_up
