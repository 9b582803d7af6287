"""Values of databases and Parquet files: no type of theirs loses a digit, and a blank is null."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import databases
from support.database_servers import change, create
from support.databases import KINDS, Rows
from support.replay import DEFAULTS, Replay, execute, open_warehouse

from orchestration.errors import SourceError
from orchestration.pull.extract import ID
from orchestration.pull.load_raw import load_raw
from orchestration.sources import open_source

LEDGER = "loyalty_management_loyaltytransaction"
REQUESTS = "loyalty_management_redemptionrequest"
ITEMS = "loyalty_management_redemptionitem"
WIDGETS = "loyalty_management_dashboardwidget"
RETYPED = {
    "postgresql": [
        f"alter table {LEDGER} alter column id type numeric,"
        " alter column client_id type varchar(30), alter column points type float8,"
        " alter column transaction_type type kind using transaction_type::kind,"
        " alter column website_id type whole",
        f"alter table {REQUESTS} alter column id type varchar(30),"
        " alter column item_id type numeric(60, 3), alter column points_used type numeric(38, 1),"
        " alter column requested_at type varchar(40)"
        " using requested_at at time zone 'UTC' || '+00'",
        f"alter table {ITEMS} alter column is_active type bit(1) using is_active::int::bit(1)",
        f"alter table {WIDGETS} alter column is_visible type bit(1) using is_visible::int::bit(1)",
    ],
    "mysql": [
        f"alter table {LEDGER} modify id decimal(65), modify client_id varchar(30),"
        " modify points double",
        f"alter table {REQUESTS} modify id varchar(30), modify item_id decimal(65, 5),"
        " modify requested_at varchar(40)",
        f"alter table {ITEMS} modify is_active bit(1)",
        f"alter table {WIDGETS} modify is_visible bit(1)",
    ],
    "duckdb": [
        f"create or replace table {LEDGER} as select * replace ("
        " cast(id as hugeint) as id, cast(client_id as varchar) as client_id,"
        " cast(points as double) as points) from"
        f" {LEDGER}",
        f"create or replace table {REQUESTS} as select * replace ("
        " cast(id as varchar) as id, cast(item_id as bignum) as item_id,"
        " cast(requested_at as varchar) as requested_at)"
        f" from {REQUESTS}",
        f"create or replace table {ITEMS} as select * replace ("
        f" cast(cast(is_active as integer)::varchar as bit) as is_active) from {ITEMS}",
        f"create or replace table {WIDGETS} as select * replace ("
        f" cast(cast(is_visible as integer)::varchar as bit) as is_visible) from {WIDGETS}",
    ],
    "sqlite": [
        f"create table other as select id || '' as id, website_id, client_id || '' as client_id,"
        " points + 0.0 as points, transaction_type, reason, timestamp, redemption_request_id"
        f" from {LEDGER}",
        f"drop table {LEDGER}",
        f"alter table other rename to {LEDGER}",
    ],
}
"""The same values in other types that applications have for them."""
TWINS = {
    "postgresql": ("numeric", "numeric(50)", "varchar(30)"),
    "mysql": ("decimal(65)", "bigint unsigned", "varchar(30)"),
    "sqlite": ("", "text", "numeric"),
    "duckdb": ("hugeint", "uhugeint", "ubigint", "bignum", "decimal(38, 3)", "varchar"),
}
"""Types that keep apart what is one as a double."""

Twins = Callable[[str], str]
Marts = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def twins(
    programme: tuple[Path, Rows],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Twins:
    """The programme in a database of each kind, whose tiers the tests write."""
    folder = tmp_path_factory.mktemp("twins")
    return cache(lambda kind: create(kind, "twins", programme[1], folder, request))


@pytest.fixture(scope="module")
def marts(programme: tuple[Path, Rows], replay: Replay) -> Marts:
    """What the marts hold of the programme as files of the contract's types."""
    return read_marts(f"files:{programme[0]}", replay, programme[0])


@pytest.mark.parametrize("kind", KINDS)
def test_other_types_of_the_same_values_give_the_same_marts(
    kind: str,
    programme: tuple[Path, Rows],
    marts: Marts,
    replay: Replay,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    url = create(kind, "retyped", programme[1], tmp_path, request)
    with change(url) as execute_there:
        if kind == "postgresql":
            kinds = {row[4] for row in programme[1]["loyalty_transactions"]} - {None}
            labels = ", ".join("'" + label.replace("'", "''") + "'" for label in sorted(kinds))
            execute_there(f"create type kind as enum ({labels})")
            execute_there("create domain whole as bigint")
        for statement in RETYPED[kind]:
            execute_there(statement)
    for name, rows in read_marts(url, replay, tmp_path).items():
        assert rows == marts[name], name


@pytest.mark.parametrize(("kind", "type_name"), [(k, t) for k in KINDS for t in TWINS[k]])
def test_ids_that_are_one_as_a_double_stay_two(
    kind: str, type_name: str, twins: Twins, tmp_path: Path
) -> None:
    ids = ["9007199254740992", "9007199254740993"]
    assert read_tiers(twins(kind), type_name, ids, tmp_path) == ids


@pytest.mark.parametrize(
    ("kind", "type_name"), [("postgresql", "float8"), ("mysql", "double"), ("duckdb", "double")]
)
def test_a_double_is_a_whole_number_up_to_2_53(
    kind: str, type_name: str, twins: Twins, tmp_path: Path
) -> None:
    url = twins(kind)
    ids = ["1000000000000001", "9007199254740992", "9007199254740994", "1e300"]
    assert read_tiers(url, type_name, ids, tmp_path) == [*ids[:2], None, None]


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "duckdb"])
def test_a_float_is_a_whole_number_up_to_2_24(kind: str, twins: Twins, tmp_path: Path) -> None:
    url = twins(kind)
    type_name = "real" if kind == "postgresql" else "float"
    ids = ["16777213", "16777216", "16777218", "123456789"]
    assert read_tiers(url, type_name, ids, tmp_path) == [*ids[:2], None, None]


def test_sqlite_s_reals_are_read_with_all_digits(twins: Twins, tmp_path: Path) -> None:
    url = twins("sqlite")
    ids = ["1234567890123456", "9007199254740992", "9007199254740994"]
    assert read_tiers(url, "real", ids, tmp_path) == [*ids[:2], None]


def test_a_numeric_that_is_not_a_number_can_not_be_read(twins: Twins, tmp_path: Path) -> None:
    url = twins("postgresql")
    assert read_tiers(url, "numeric(12, 2)", ["NaN", "7"], tmp_path) == ["7", None]


@pytest.mark.parametrize(
    ("type_name", "reader"), [("bigint", "POSTGRES_SCAN"), ("numeric", "POSTGRES_QUERY")]
)
def test_a_table_is_scanned_in_parallel_where_its_types_allow(
    type_name: str, reader: str, twins: Twins, tmp_path: Path
) -> None:
    url = twins("postgresql")
    assert read_tiers(url, type_name, ["7"], tmp_path) == ["7"]
    source, tiers = open_source(url, tmp_path), databases.entity("loyalty_tiers")
    with duckdb.connect() as connection, source.reading(connection):
        assert reader in source.deliver(connection, tiers, ["id", "name", "threshold"]).explain()


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_bits_are_numbers_where_numbers_are_read(kind: str, twins: Twins, tmp_path: Path) -> None:
    url = twins(kind)
    assert read_tiers(url, "bit(8)", ["00000101"], tmp_path, mark="b'") == ["5"]


def test_a_parquet_id_that_is_a_double_is_a_whole_number_up_to_2_53(
    programme: tuple[Path, Rows], replay: Replay, tmp_path: Path
) -> None:
    write_tiers(programme[0], tmp_path, pa.array([7.0, 2.0**53, 2.0**53 + 2]))
    assert read_parquet_tiers(tmp_path, replay) == [7, 2**53, None]


def test_parquet_decimals_of_more_than_38_digits_are_refused(
    programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    write_tiers(programme[0], tmp_path, pa.array([Decimal(7)], pa.decimal256(50)))
    told = "loyalty_tiers.parquet can't be read: id has 50 digits, of which 38 can be read"
    with duckdb.connect() as connection, pytest.raises(SourceError, match=told):
        load_raw(connection, open_source(f"files:{tmp_path}", tmp_path), DEFAULTS)


@pytest.mark.parametrize("type_name", ["decimal128", "uint64", "string"])
def test_parquet_ids_that_are_one_as_a_double_stay_two(
    type_name: str, programme: tuple[Path, Rows], replay: Replay, tmp_path: Path
) -> None:
    digits = (38,) if type_name == "decimal128" else ()
    texts = pa.array(["9007199254740992", "9007199254740993"])
    write_tiers(programme[0], tmp_path, texts.cast(getattr(pa, type_name)(*digits)))
    assert read_parquet_tiers(tmp_path, replay) == [2**53, 2**53 + 1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_timezone_of_a_database_is_null(
    kind: str, programme: tuple[Path, Rows], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = create(kind, "blanks", programme[1], tmp_path, request)
    with change(url) as execute_there:
        execute_there("update websites_website set timezone = ''")
    with duckdb.connect() as connection:
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_a_blank_is_null(
    form: str, programme: tuple[Path, Rows], replay: Replay, tmp_path: Path
) -> None:
    with_blanks(form, programme[0], tmp_path)
    with open_warehouse(":memory:", ":memory:") as connection:
        replay.run(connection, tmp_path)
        zones = connection.execute("select distinct timezone from marts.dim_websites").fetchall()
        assert zones == [("UTC",)]
        named = (
            "select count(*) from intermediate.int_loyalty_tiers_validated where quarantine_reason"
        )
        assert connection.execute(f"{named} is null").fetchone() == (0,)


def with_blanks(form: str, programme: Path, folder: Path) -> None:
    """The programme with blanks for every website's timezone and every tier's name."""
    for path in programme.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    for entity, column in (("websites", "timezone"), ("loyalty_tiers", "name")):
        table = pq.read_table(folder / f"{entity}.parquet")
        blanks = pa.array([""] * len(table))
        table = table.set_column(table.column_names.index(column), column, blanks)
        (folder / f"{entity}.parquet").unlink()
        with duckdb.connect() as connection:
            connection.register("rows", table)
            options = {"parquet": "parquet", "jsonl": "json", "csv": "csv, header"}[form]
            connection.execute(f"copy rows to '{folder}/{entity}.{form}' (format {options})")


def read_tiers(
    url: str, type_name: str, values: list[str], scratch: Path, mark: str = "'"
) -> list[str | None]:
    """The ids of tiers as the contract reads them, from a column of this type."""
    table = "loyalty_management_loyaltytier"
    with change(url) as execute_there:
        execute_there(f"drop table {table}")
        execute_there(
            f"create table {table} (id {type_name}, website_id integer, name varchar(9),"
            " threshold integer)"
        )
        for value in values:
            execute_there(f"insert into {table} values ({mark}{value}{mark[-1]}, 1, 'Gold', 0)")
        if url.startswith("postgresql"):
            execute_there(f"grant select on {table} to reader")
    source, tiers = open_source(url, scratch), databases.entity("loyalty_tiers")
    with duckdb.connect() as connection, source.reading(connection):
        source.deliver(connection, tiers, ["id"]).create_view("delivered")
        ids = f"select cast({ID} as varchar) from delivered order by {ID} nulls last"
        return [read for (read,) in connection.execute(ids).fetchall()]


def read_marts(url: str, replay: Replay, scratch: Path) -> Marts:
    """What a build from nothing makes of a source."""
    tables = ("fct_client_days", "fct_redemption_requests", "dim_redemption_items")
    with open_warehouse(":memory:", ":memory:") as connection:
        load_raw(connection, open_source(url, scratch), DEFAULTS)
        execute(connection, replay.full)
        return {
            name: connection.execute(f"from marts.{name} order by all").fetchall()
            for name in (*tables, "dashboard_widgets")
        } | {
            "quarantined_rows": connection.execute(
                "select entity, reason, delivered_row ->> 'id' as id"
                " from marts.quarantined_rows order by all"
            ).fetchall()
        }


def write_tiers(programme: Path, folder: Path, ids: pa.Array) -> None:
    """The programme in a folder, with tiers of these ids."""
    for path in programme.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    same = {"website_id": [1] * len(ids), "name": ["Gold"] * len(ids), "threshold": [0] * len(ids)}
    pq.write_table(pa.table({"id": ids} | same), folder / "loyalty_tiers.parquet")


def read_parquet_tiers(folder: Path, replay: Replay) -> list[int | None]:
    """The ids of a folder's tiers as the models read them."""
    with open_warehouse(":memory:", ":memory:") as connection:
        replay.run(connection, folder)
        ids = "select tier_id from intermediate.int_loyalty_tiers_validated order by all nulls last"
        return [read for (read,) in connection.execute(ids).fetchall()]
