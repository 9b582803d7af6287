"""Names in databases: tables are found where their programs keep them, and errors say what failed.

What the application's tables hold is of no concern here: the rows that arrive are compared.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from support import database_servers, databases
from support.database_servers import Postgres, change, create
from support.databases import Rows
from support.replay import DEFAULTS

from orchestration.errors import SourceError
from orchestration.pull.load_raw import load_raw
from orchestration.sources import open_source
from orchestration.sources.contract import ENTITIES
from orchestration.sources.databases.django import TABLES

LEDGER = TABLES["loyalty_transactions"]
Raw = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def shop(programme: tuple[Path, Rows], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The programme in a DuckDB file."""
    return databases.make_duckdb(tmp_path_factory.mktemp("shop") / "shop.duckdb", programme[1])


@pytest.fixture(scope="module")
def rows(shop: str, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    """What arrives of it."""
    return pull(shop, tmp_path_factory.mktemp("pull"))


@pytest.fixture
def crm(shop: str, tmp_path: Path) -> str:
    """The same with every table in a schema of its own."""
    path = tmp_path / "crm shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema crm")
        connection.execute(f"attach '{shop.removeprefix('duckdb:///')}' as shop (read_only)")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'shop'"
        ).fetchall():
            connection.execute(f"create table crm.{table} as from shop.{table}")
    return f"duckdb:///{path}"


def test_a_schema_of_the_url_has_the_tables(crm: str, rows: Raw, tmp_path: Path) -> None:
    assert pull(f"{crm}?schema=crm", tmp_path) == rows


def test_a_table_of_the_mapping_may_lie_in_a_schema(crm: str, rows: Raw, tmp_path: Path) -> None:
    lines = [f"{name}: {{table: crm.{table}}}" for name, table in TABLES.items()]
    found = pull(crm, tmp_path, "\n".join(lines))
    assert found == {**rows, "wallet_conversions": []}


@pytest.mark.parametrize(
    "view",
    [
        'from "crm shop".crm.{table}',
        "from crm.{table}",
        "select columns(*) from (select * from crm.{table}) where crm.is_kept(id)",
    ],
)
def test_views_see_the_names_that_their_program_gave(
    view: str, crm: str, rows: Raw, tmp_path: Path
) -> None:
    with change(crm.replace("%20", " ")) as execute:
        execute("create macro crm.is_kept(id) as true")
        for table in (*TABLES.values(), "wallets_wallet", "wallets_wallet_entry"):
            execute(f"create view main.{table} as {view.format(table=table)}")
    assert pull(crm, tmp_path) == rows


def test_a_select_of_the_mapping_sees_them_too(crm: str, rows: Raw, tmp_path: Path) -> None:
    select = f'loyalty_transactions:\n  select: select * from "crm shop".crm.{LEDGER}'
    found = pull(f"{crm}?schema=crm", tmp_path, select)
    assert found["loyalty_transactions"] == rows["loyalty_transactions"]


def test_a_select_may_give_what_the_application_has_no_table_of(
    crm: str, rows: Raw, tmp_path: Path
) -> None:
    mapping = (
        "orders:\n"
        "  select: select id, website_id, client_id, ordered_at, amount from crm.orders_order\n"
        "campaigns: {table: crm.campaigns_campaign}\n"
        "campaign_members:\n"
        "  select: select campaign_id, client_id from crm.campaigns_campaignmember\n"
    )
    found = pull(f"{crm}?schema=crm", tmp_path, mapping)
    assert found["campaigns"] == rows["campaigns"]
    assert len(found["orders"]) == len(rows["orders"])
    assert {row[:2] for row in found["campaign_members"]} == {
        row[:2] for row in rows["campaign_members"]
    }


def test_a_source_s_schema_is_not_taken_for_the_warehouse_s(
    shop: str, rows: Raw, tmp_path: Path
) -> None:
    """Not even where a file has the warehouse's name and its schema `raw`."""
    path = tmp_path / "memory.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{shop.removeprefix('duckdb:///')}' as shop (read_only)")
        connection.execute("create schema raw")
        for table in (*TABLES.values(), "wallets_wallet", "wallets_wallet_entry"):
            connection.execute(f"create table raw.{table} as from shop.{table}")
            connection.execute(f"create view main.{table} as from memory.raw.{table}")
    assert pull(f"duckdb:///{path}", tmp_path) == rows


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["drop table websites_website"], "websites is missing: websites_website does not exist;"),
        (
            ["alter table websites_website rename to sites", "create view websites_website as"
             " from sites", "drop table sites"],
            "websites can't be read from websites_website: Catalog Error: Table with name sites",
        ),
        (
            ["create macro zone(id) as 'UTC'", "alter table websites_website rename to sites",
             "create view websites_website as select id, name, zone(id) as timezone from sites",
             "drop macro zone"],
            "websites can't be read from websites_website: Catalog Error: Scalar Function with name"
            " zone does not exist",
        ),
        (
            ["alter table websites_website alter timezone type varchar using 'x'",
             "alter table websites_website rename to sites",
             "create view websites_website as select id, name, timezone::int as timezone from"
             " sites"],
            "websites can't be read: Conversion Error: Could not convert string 'x' to INT32",
        ),
        (
            ["drop table wallets_wallet"],
            "wallet_conversions can't be read from wallets_wallet_entry: Catalog Error: Table with"
            " name wallets_wallet does not exist",
        ),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_what_is_told(
    statements: list[str], told: str, shop: str, tmp_path: Path
) -> None:
    path = tmp_path / "shop.duckdb"
    path.write_bytes(Path(shop.removeprefix("duckdb:///")).read_bytes())
    with change(f"duckdb:///{path}") as execute:
        for statement in statements:
            execute(statement)
    with pytest.raises(SourceError) as raised:
        pull(f"duckdb:///{path}", tmp_path)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


WITHOUT = {
    "postgresql": 'relation "nowhere" does not exist',
    "mysql": "Table 'without.nowhere' doesn't exist",
    "sqlite": "no such table: nowhere",
    "duckdb": "Catalog Error: Table with name nowhere does not exist!",
}


@pytest.mark.parametrize("kind", WITHOUT)
def test_a_select_without_its_table_is_told_in_the_database_s_words(
    kind: str, programme: tuple[Path, Rows], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = create(kind, "without", programme[1], tmp_path, request)
    with pytest.raises(SourceError) as raised:
        pull(url, tmp_path, "websites: {select: select * from nowhere}")
    assert f"websites can't be read from SELECT of the mapping: {WITHOUT[kind]}" in str(
        raised.value
    )
    with pytest.raises(SourceError, match="websites is missing: sites does not exist;"):
        pull(url, tmp_path, "websites: {table: sites}")


def test_postgresql_s_schema_may_need_quoting(
    postgres: Postgres, programme: tuple[Path, Rows], rows: Raw, tmp_path: Path
) -> None:
    url = postgres.create("schemas", programme[1])
    with postgres.connect("schemas") as owner:
        owner.execute(r"""alter schema public rename to "My ""crm\ schema" """)
        owner.execute(r"""grant usage on schema "My ""crm\ schema" to reader""")
    with pytest.raises(SourceError, match="websites is missing: websites_website does not exist;"):
        pull(url, tmp_path)
    with pytest.raises(SourceError, match="websites_website does not exist in other;"):
        pull(f"{url}?schema=other", tmp_path)
    found = pull(f"{url}?schema=My%20%22crm%5C%20schema&sslmode=prefer", tmp_path)
    assert {name: len(of) for name, of in found.items()} == {
        name: len(of) for name, of in rows.items()
    }
    assert open_source(url.replace("postgresql:", "postgresql+psycopg2:"), tmp_path)


def test_mysql_s_schema_is_a_database(
    mariadb: database_servers.Mariadb, programme: tuple[Path, Rows], rows: Raw, tmp_path: Path
) -> None:
    url = mariadb.create("schema_of_mysql", programme[1])
    other = url.replace("/schema_of_mysql", "/?schema=schema_of_mysql&charset=utf8mb4")
    found = pull(other.replace("mysql:", "mysql+pymysql:"), tmp_path)
    assert len(found["loyalty_transactions"]) == len(rows["loyalty_transactions"])


@pytest.mark.parametrize(
    ("host", "options", "told"),
    [
        ("localhost", "ssl_ca={ca}", None),
        ("localhost", "sslrootcert={ca}&ssl-mode=VERIFY_IDENTITY", None),
        ("127.0.0.1", "ssl_ca={ca}&sslmode=verify-ca", None),
        ("127.0.0.1", "ssl-mode=REQUIRED", None),
        ("127.0.0.1", "ssl-mode=DISABLED", None),
        ("127.0.0.1", "ssl_ca={ca}", "IP address mismatch"),
        ("127.0.0.1", "ssl_ca={ca}&sslmode=require", "IP address mismatch"),
        ("localhost", "sslmode=verify-full", "self-signed certificate"),
        ("localhost", "ssl_ca=/nowhere.pem", "ssl_ca: there is no file /nowhere.pem"),
    ],
)
def test_tls_checks_the_host_s_name_where_a_ca_is_given(
    host: str, options: str, told: str | None, mariadb: database_servers.Mariadb, tmp_path: Path
) -> None:
    url = mariadb.url("information_schema").replace("127.0.0.1", host)
    source = open_source(f"{url}?{options.format(ca=mariadb.authority)}", tmp_path)
    with duckdb.connect() as connection:
        if told is None:
            with source.reading(connection):
                status = source._read("show status like 'Ssl_cipher'", ["name", "cipher"])
                is_encrypted = [bool(row["cipher"]) for row, _ in status] == [True]
                assert is_encrypted is ("DISABLED" not in options)
                return
        with pytest.raises(SourceError, match=told), source.reading(connection):
            pass


def pull(url: str, scratch: Path, mapping: str = "") -> Raw:
    """What arrives in raw."""
    path = scratch / "mapping.yaml"
    path.write_text(mapping)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        load_raw(connection, open_source(url, scratch, path), DEFAULTS)
        return {
            entity.name: connection.execute(f"from raw.{entity.name} order by all").fetchall()
            for entity in ENTITIES
        }
