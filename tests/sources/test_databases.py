"""Databases as sources: real servers, one snapshot, and the same export whatever they are."""

from pathlib import Path

import duckdb
import pytest
from support import database_servers, databases
from support.commands import Loyalty
from support.database_servers import Postgres, change, create
from support.databases import KINDS, Rows, quoted
from support.replay import DEFAULTS, Replay, open_warehouse

from api_export.export.versions import write_export
from orchestration.errors import SourceError
from orchestration.pull.load_raw import EarlierRuns, load_raw
from orchestration.pull.run_progress import finish
from orchestration.sources import open_source
from orchestration.sources.base import Source
from orchestration.sources.blocks import ALL_BLOCKS, BLOCK_IDS
from orchestration.sources.contract import Entity

UNEXPORTED = ("orders", "campaigns", "campaign_members")
"""Entities of which no file tells each row."""


@pytest.fixture(scope="module", params=KINDS)
def url(
    request: pytest.FixtureRequest,
    programme: tuple[Path, Rows],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The same programme in each kind of database."""
    folder = tmp_path_factory.mktemp("database")
    return create(request.param, "shop", programme[1], folder, request)


def test_every_kind_gives_the_same_export(
    url: str, programme: tuple[Path, Rows], replay: Replay, tmp_path: Path
) -> None:
    exports, validated = [], []
    for name, source in (("files", f"files:{programme[0]}"), ("database", url)):
        folder = tmp_path / name
        folder.mkdir()
        with open_warehouse(":memory:", folder / "marts.duckdb") as connection:
            load_raw(connection, open_source(source, folder), DEFAULTS)
            build(connection, replay)
            validated.append({entity: validated_rows(connection, entity) for entity in UNEXPORTED})
        export = write_export(folder / "marts.duckdb", folder / "export")
        exports.append(
            {
                path.relative_to(export.version): path.read_bytes()
                for path in export.version.rglob("*.json")
            }
        )
    assert exports[0] == exports[1]
    assert len(exports[0]) > 100
    assert validated[0] == validated[1]
    assert all(len(rows) > 100 for entity, rows in validated[0].items() if entity != "campaigns")


def test_only_differing_blocks_travel_and_every_change_is_found(
    url: str, programme: tuple[Path, Rows], replay: Replay, tmp_path: Path
) -> None:
    source = open_source(url, tmp_path)
    edited, gone = [row[0] for row in programme[1]["loyalty_transactions"] if row[3] == 50][:2]
    with open_warehouse(":memory:", ":memory:") as connection, change(url) as execute:
        load_raw(connection, source, DEFAULTS)
        build(connection, replay)
        assert load_raw(connection, source, DEFAULTS).mode == "nothing"
        ledger = quoted(url, "loyalty_management_loyaltytransaction")
        stamp = quoted(url, "timestamp")
        far = 7 * BLOCK_IDS + 5
        execute(
            f"insert into {ledger} (id, website_id, client_id, points, transaction_type, {stamp})"
            f" values ({far}, 1, 1, 10, 'add', '2024-03-01 10:00:00')"
        )
        pull = load_raw(connection, source, DEFAULTS)
        finish(connection)
        compared = pull.entities["loyalty_transactions"]
        assert (compared.added, compared.changed, compared.removed) == (1, 0, 0)
        if source.computes_fingerprints(databases.entity("loyalty_transactions")):
            assert compared.read == 1
        execute(f"update {ledger} set points = points + 1 where id in ({far}, {edited})")
        execute(f"delete from {ledger} where id = {gone}")
        compared = load_raw(connection, source, DEFAULTS).entities["loyalty_transactions"]
        assert (compared.added, compared.changed, compared.removed) == (0, 2, 1)
        with duckdb.connect() as fresh:
            fresh.execute("set timezone = 'UTC'")
            load_raw(fresh, source, DEFAULTS)
            columns = "id, points, transaction_type, timestamp, reason"
            rows = f"select {columns} from raw.loyalty_transactions order by all"
            assert connection.execute(rows).fetchall() == fresh.execute(rows).fetchall()
        execute(f"delete from {ledger} where id = {far}")


def test_orders_and_members_that_changed_are_found(
    url: str, programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    """Orders by their blocks; members, who have no id that counts, all together."""
    source = open_source(url, tmp_path)
    orders, members = quoted(url, "orders_order"), quoted(url, "campaigns_campaignmember")
    far = 7 * BLOCK_IDS + 5
    changes = [
        f"insert into {orders} (id, website_id, client_id, ordered_at, amount)"
        f" values ({far}, 1, 1, '2024-03-01 10:00:00', -10.5)",
        f"insert into {members} (id, campaign_id, client_id, arm)"
        f" select id + {far}, campaign_id, client_id, arm from {members} where id <= 50",
        f"update {orders} set margin = 1.25 where id = {far}",
        f"update {members} set arm = case arm when 'control' then 'treatment' else 'control' end"
        f" where id = {far + 1}",
        f"delete from {orders} where id = {far}",
        f"delete from {members} where id > {far}",
    ]
    with open_warehouse(":memory:", ":memory:") as connection, change(url) as execute:
        load_raw(connection, source, DEFAULTS)
        finish(connection)
        for statement in changes:
            execute(statement)
            pull = load_raw(connection, source, DEFAULTS)
            finish(connection)
            found = {name for name, compared in pull.entities.items() if compared.has_changed}
            assert found == {"orders" if orders in statement else "campaign_members"}
            with duckdb.connect() as fresh:
                fresh.execute("set timezone = 'UTC'")
                load_raw(fresh, source, DEFAULTS)
                for entity in UNEXPORTED:
                    rows = f"from raw.{entity} order by all"
                    assert connection.execute(rows).fetchall() == fresh.execute(rows).fetchall()


def test_a_neighbour_s_table_is_no_entity_that_was_only_looked_for(
    postgres: Postgres,
    programme: tuple[Path, Rows],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = postgres.create("neighbours", programme[1])
    with postgres.connect("neighbours") as owner:
        owner.execute("revoke select on campaigns_campaign from reader")
        owner.execute("alter table orders_order drop column amount, drop column ordered_at")
        owner.execute("drop table campaigns_campaignmember")
    absent = {}
    with open_warehouse(":memory:", ":memory:") as connection:
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)
        for entity in UNEXPORTED:
            absent[entity] = connection.execute(
                f"select is_delivered, (select count(*) from raw.{entity})"
                " from raw.deliveries where entity = ?",
                [entity],
            ).fetchone()
    assert absent == dict.fromkeys(UNEXPORTED, (False, 0))
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "orders_order has no ordered_at, amount, unlike the contract's orders" in told[0]
    assert "permission denied for table campaigns_campaign; campaigns counts as absent" in told[1]
    assert len(told) == 2

    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("orders: {table: orders_order}")
    with (
        duckdb.connect() as connection,
        pytest.raises(SourceError, match="orders lacks the required columns ordered_at, amount"),
    ):
        load_raw(connection, open_source(url, tmp_path, mapping), DEFAULTS)


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "sqlite"])
def test_all_entities_are_of_one_moment(
    kind: str, programme: tuple[Path, Rows], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = create(kind, "moment", programme[1], tmp_path, request)
    source = open_source(url, tmp_path / "scratch")
    requests, ledger = (
        databases.entity(name) for name in ("redemption_requests", "loyalty_transactions")
    )
    with duckdb.connect() as connection, source.reading(connection), change(url) as execute:
        connection.begin()
        count_rows(source, connection, requests)
        before = count_rows(source, connection, ledger)
        execute(f"delete from {quoted(url, 'loyalty_management_loyaltytransaction')}")
        assert count_rows(source, connection, ledger) == before
        if source.computes_fingerprints(ledger):
            told = source.fingerprints(connection, ledger, ["id", "points"], ALL_BLOCKS)
            assert told.sum("row_count").fetchone()[0] == before
        connection.commit()
    with duckdb.connect() as connection, source.reading(connection):
        assert count_rows(source, connection, ledger) == 0


WIPE = {
    "postgresql": (
        "create function wipe() returns boolean security definer language sql"
        " as 'delete from loyalty_management_redemptionitem; select true'",
    ),
    "mysql": (
        "create function wipe() returns int modifies sql data begin"
        " delete from loyalty_management_redemptionitem; return 1; end",
        "grant execute on wipes.* to reader@'127.0.0.1'",
    ),
}


@pytest.mark.parametrize("kind", WIPE)
def test_a_select_of_a_mapping_can_not_write(
    kind: str, programme: tuple[Path, Rows], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = create(kind, "wipes", programme[1], tmp_path, request)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("websites:\n  select: select id, name from websites_website where wipe()\n")
    with change(url) as execute:
        for statement in WIPE[kind]:
            execute(statement)
    with duckdb.connect() as connection, pytest.raises(SourceError, match=r"(?i)read.only"):
        load_raw(connection, open_source(url, tmp_path, mapping), DEFAULTS)
    with duckdb.connect() as connection:
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)
        assert len(connection.table("raw.redemption_items")) == len(
            programme[1]["redemption_items"]
        )


def test_a_connection_that_is_cut_leaves_raw_as_it_was(
    postgres: Postgres, programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    url = postgres.create("cut", programme[1])
    with duckdb.connect() as connection:
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)
        before = connection.execute("from raw.loyalty_transactions order by all").fetchall()
        source = open_source(url, tmp_path)
        deliver = source.deliver

        def cut(*arguments: object) -> duckdb.DuckDBPyRelation:
            if arguments[1] == databases.entity("redemption_requests"):
                with postgres.connect() as killer:
                    killer.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where application_name = 'loyalty-analytics'"
                    )
            return deliver(*arguments)

        source.deliver = cut
        with postgres.connect("cut") as owner:
            owner.execute("update loyalty_management_loyaltytransaction set points = 0")
        with pytest.raises(SourceError):
            load_raw(connection, source, DEFAULTS, full_reason="asked for")
        assert connection.execute("from raw.loyalty_transactions order by all").fetchall() == before
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)
        assert connection.table("raw.loyalty_transactions").sum("abs(points)").fetchone() == (0,)


def test_a_new_column_is_told_of_and_not_read(
    postgres: Postgres, programme: tuple[Path, Rows], replay: Replay, tmp_path: Path
) -> None:
    url = postgres.create("drift", programme[1])
    with open_warehouse(":memory:", ":memory:") as connection:
        first = load_raw(connection, open_source(url, tmp_path), DEFAULTS)
        build(connection, replay)
        assert first.extra_columns["clients"] == ["user_id"]
        with postgres.connect("drift") as owner:
            owner.execute("alter table client_management_clientprofile add nickname text")
        second = load_raw(
            connection,
            open_source(url, tmp_path),
            DEFAULTS,
            EarlierRuns(known_columns=first.extra_columns),
        )
        assert second.mode == "incremental"
        build(connection, replay)
        warnings = connection.table("marts.reports.rpt_manifest_warnings").select("warning")
        told = "the source has the new column clients.nickname, which is not read"
        assert (told,) in warnings.fetchall()


WRONG = {
    "no server": ("", "Connection refused"),
    "password": ("", "password authentication failed"),
    "database": ("", 'database "nope" does not exist'),
    "table": (
        "drop table loyalty_management_redemptionitem",
        "redemption_items is missing: loyalty_management_redemptionitem does not exist",
    ),
    "column": (
        "alter table loyalty_management_loyaltytransaction drop column points",
        "loyalty_transactions lacks the required column points",
    ),
    "type": (
        "alter table loyalty_management_loyaltytransaction"
        " alter column points type uuid using null",
        "points of loyalty_transactions has the wrong type UUID",
    ),
    "permission": (
        "revoke select on client_management_clientprofile from reader",
        "permission denied for table client_management_clientprofile",
    ),
    "what a view needs": (
        "alter table websites_website rename to sites;"
        " create function zones() returns text language plpgsql as"
        " 'begin return (select zone from zones limit 1); end';"
        " create view websites_website as select id, name, zones() as timezone from sites;"
        " grant select on websites_website to reader",
        'websites can\'t be read: relation "zones" does not exist',
    ),
    "what the application's SELECT needs": (
        "drop table wallets_wallet",
        "wallet_conversions can't be read from wallets_wallet_entry:"
        ' relation "wallets_wallet" does not exist',
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_one_line_without_the_password(
    what: str, postgres: Postgres, programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    mischief, told = WRONG[what]
    database = f"wrong {what}"
    url = postgres.create(database, programme[1]).replace(" ", "%20")
    if what == "no server":
        url = url.replace(str(postgres.port), "1")
    if what == "password":
        url = url.replace(database_servers.QUOTED_PASSWORD, "wr0ng")
    if what == "database":
        url = postgres.url("nope")
    if mischief:
        with postgres.connect(database) as owner:
            owner.execute(mischief.format(database=database))
    with duckdb.connect() as connection, pytest.raises(SourceError) as raised:
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)
    message = str(raised.value)
    assert told in message
    assert "\n" not in message
    for secret in (database_servers.PASSWORD, database_servers.QUOTED_PASSWORD, "wr0ng"):
        assert secret not in message
    assert not duckdb.connect().execute("from duckdb_tables()").fetchall()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://reader:s3cret@127.0.0.1:99999999/shop", "Port out of range"),
        ("postgresql://reader:s3cret@[::1/shop", "Invalid IPv6 URL"),
        ("mysql://reader:s3cret@127.0.0.1/shop?connect_timeout=soon", "'soon'"),
        ("mysql://reader:s3cret@127.0.0.1/shop?colour=red", "unknown options colour"),
    ],
)
def test_a_url_that_can_not_be_read_is_told_without_its_password(
    url: str, told: str, tmp_path: Path
) -> None:
    with duckdb.connect() as connection, pytest.raises(SourceError, match=told) as raised:
        load_raw(connection, open_source(url, tmp_path), DEFAULTS)
    assert "s3cret" not in str(raised.value)


def test_the_password_is_nowhere_after_a_run(
    postgres: Postgres,
    programme: tuple[Path, Rows],
    tmp_path: Path,
    loyalty: Loyalty,
) -> None:
    url = postgres.create("secret", programme[1])
    done = loyalty("run", "--workspace", tmp_path / "run", LOYALTY_SOURCE=url)
    assert done.returncode == 0, done.stderr
    with postgres.connect("secret") as owner:
        owner.execute("alter table loyalty_management_loyaltytransaction drop column points")
    failed = loyalty("run", "--workspace", tmp_path / "run", LOYALTY_SOURCE=url)
    assert failed.returncode == 2
    described = loyalty("source", "--source", url)
    assert described.returncode == 2
    written = [path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()]
    written += [
        text.encode() for one in (done, failed, described) for text in (one.stdout, one.stderr)
    ]
    for secret in (database_servers.PASSWORD, database_servers.QUOTED_PASSWORD):
        assert not [content for content in written if secret.encode() in content]


def test_source_shows_where_each_entity_comes_from_and_what_is_wrong_there(
    programme: tuple[Path, Rows], tmp_path: Path, loyalty: Loyalty
) -> None:
    url = databases.make_sqlite(tmp_path / "shop.sqlite", programme[1])
    before = (tmp_path / "shop.sqlite").read_bytes()
    done = loyalty("source", "--source", url, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert "loyalty_management_loyaltytransaction" in done.stdout
    assert f"{len(programme[1]['loyalty_transactions']):,}" in done.stdout
    assert "unknown_client" in done.stdout
    assert (tmp_path / "shop.sqlite").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["shop.sqlite"]


def count_rows(source: Source, connection: duckdb.DuckDBPyConnection, entity: Entity) -> int:
    return len(source.deliver(connection, entity, ["id"]).fetchall())


def validated_rows(connection: duckdb.DuckDBPyConnection, entity: str) -> list[tuple]:
    database = "marts" if entity == "orders" else "warehouse"
    rows = f"from {database}.intermediate.int_{entity}_validated order by all"
    return connection.execute(rows).fetchall()


def build(connection: duckdb.DuckDBPyConnection, replay: Replay) -> None:
    """Build the models of what was pulled, and finish the run."""
    for statement in replay.full:
        connection.execute(statement)
    finish(connection)
