"""Conventions of a programme, told in a mapping: the figures are those of the contract's rows."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from support import database_servers, databases
from support.databases import Rows
from support.replay import DEFAULTS, Replay, open_warehouse

from orchestration.errors import SourceError
from orchestration.pull.load_raw import load_raw
from orchestration.pull.run_progress import finish
from orchestration.sources import open_source
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES
from orchestration.transform.compiled_models import full_build

MAPPING = """\
loyalty_transactions:
  columns: {client_id: customer, timestamp: Booked At}
  where: cast(id as decimal(20)) < 10000000
  transaction_types: {earn: add, expire: deduct, adjust: by_sign}
  sign: positive_debits
"""
DELETED = 10_000_000
"""What is added to the ids of rows that the programme has deleted."""
FILES = ("csv", "jsonl", "parquet")
KINDS = (*FILES, "postgresql", "mysql", "sqlite", "duckdb")
VALIDATED = """
    select * exclude (copy_number, occurred_at, reason, redemption_request_id)
    from marts.intermediate.int_loyalty_transactions_validated
    order by all
"""


def in_own_words(row: tuple) -> tuple:
    """A ledger row as a programme with other conventions keeps it."""
    number, website, client, points, name, *rest = row
    has_readable_sign = points and abs(points) < 2**31  # of what can't be read none is known
    is_adjusted = number % 3 == 0 and has_readable_sign and (points > 0) == (name == "add")
    if name in ("add", "deduct") and is_adjusted:
        return (number, website, client, points, "adjust", *rest)
    spelled = {"add": "earn", "deduct": "expire"}.get(name, name)
    has_sign = name not in ("redeem", "deduct") or points is None
    return (number, website, client, points if has_sign else -points, spelled, *rest)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """A programme that keeps to the contract, as files, and its rows."""
    directory = tmp_path_factory.mktemp("plain")
    return directory, databases.write_programme(directory)


@pytest.fixture(scope="module")
def own_rows(plain: tuple[Path, Rows]) -> Rows:
    """The same as a programme of other conventions keeps it, and rows that it has deleted."""
    ledger = [in_own_words(row) for row in plain[1]["loyalty_transactions"]]
    deleted = [(row[0] + DELETED, *row[1:]) for row in ledger[:50]]
    return plain[1] | {"loyalty_transactions": [*ledger, *deleted]}


@pytest.fixture(scope="module", params=KINDS)
def own_source(
    request: pytest.FixtureRequest,
    own_rows: Rows,
    plain: tuple[Path, Rows],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, str]]:
    """A source with these rows, and its mapping."""
    folder = tmp_path_factory.mktemp("own")
    kind = request.param
    in_django = MAPPING.replace("  columns: {client_id: customer, timestamp: Booked At}\n", "")
    match kind:
        case "postgresql":
            with database_servers.run_postgres() as server:
                yield server.create("own", own_rows), in_django
        case "mysql":
            with database_servers.run_mariadb() as server:
                yield server.create("own", own_rows), in_django
        case "sqlite":
            yield databases.make_sqlite(folder / "own.sqlite", own_rows), in_django
        case "duckdb":
            yield databases.make_duckdb(folder / "own.duckdb", own_rows), in_django
        case _:
            write_files(plain[0], own_rows, folder, kind)
            yield f"files:{folder}", MAPPING


def write_files(plain: Path, own_rows: Rows, folder: Path, file_format: str) -> None:
    """The programme's files, with its own names of columns."""
    options = {"csv": "format csv", "jsonl": "format json", "parquet": "format parquet"}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for entity in ENTITIES:
            rows = connection.from_parquet(str(plain / f"{entity.name}.parquet"))
            rows.limit(0).create("own_rows")
            connection.executemany(
                f"insert into own_rows values ({', '.join('?' * len(rows.columns))})",
                own_rows[entity.name],
            )
            if entity.name == "loyalty_transactions":
                connection.execute("alter table own_rows rename column client_id to customer")
                connection.execute('alter table own_rows rename column timestamp to "Booked At"')
            path = folder / f"{entity.name}.{file_format}"
            connection.execute(f"copy own_rows to '{path}' ({options[file_format]})")
            connection.execute("drop table own_rows")


def validate(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    for statement in full_build(model="int_loyalty_transactions_validated"):
        connection.execute(statement)
    return connection.execute(VALIDATED).fetchall()


def test_every_kind_of_source_is_validated_as_if_it_kept_to_the_contract(
    own_source: tuple[str, str], plain: tuple[Path, Rows], tmp_path: Path
) -> None:
    url, mapping = own_source
    (tmp_path / "mapping.yaml").write_text(mapping)
    # The least 32-bit number has no positive one that could stand for it.
    too_large = {row[0] for row in plain[1]["loyalty_transactions"] if row[3] == -(2**31)}
    with open_warehouse(":memory:", ":memory:") as connection:
        load_raw(connection, open_source(f"files:{plain[0]}", tmp_path), DEFAULTS)
        expected = [row for row in validate(connection) if row[0] not in too_large]
    with open_warehouse(":memory:", ":memory:") as connection:
        source = open_source(url, tmp_path / "scratch", tmp_path / "mapping.yaml")
        load_raw(connection, source, DEFAULTS)
        validated = validate(connection)
        assert [row for row in validated if row[0] not in too_large] == expected
        finish(connection)
        assert load_raw(connection, source, DEFAULTS).mode == "nothing"
    assert {row[-3] for row in expected} >= {None, "sign_mismatch"}
    assert len(expected) > 1000


def test_a_condition_that_the_source_can_not_follow_is_told_in_its_words(
    own_source: tuple[str, str], tmp_path: Path
) -> None:
    url, mapping = own_source
    (tmp_path / "mapping.yaml").write_text(f"{mapping}clients:\n  where: no_such_column = 0\n")
    source = open_source(url, tmp_path / "scratch", tmp_path / "mapping.yaml")
    with duckdb.connect() as connection, pytest.raises(SourceError) as raised:
        load_raw(connection, source, DEFAULTS)
    head, _, words = str(raised.value).partition(" fails")
    assert head.endswith("the condition `where: no_such_column = 0` of clients")
    assert "no_such_column" in words
    assert "\n" not in words


def test_a_quarantined_row_shows_what_was_delivered(tmp_path: Path) -> None:
    source = write_small(tmp_path, ["1,1,1,-7,expire,2024-01-01 00:00:00,0"])
    with open_warehouse(":memory:", ":memory:") as connection:
        load_raw(connection, source, DEFAULTS)
        for statement in full_build(model="quarantined_rows"):
            connection.execute(statement)
        ((reason, points, name),) = connection.execute(
            "select reason, delivered_row ->> 'points', delivered_row ->> 'transaction_type'"
            " from marts.quarantined_rows"
        ).fetchall()
        assert (reason, points, name) == ("sign_mismatch", "-7", "expire")


@pytest.mark.parametrize(
    ("points", "told", "balance"),
    [
        ({"add": 6000, "redeem": 500}, "sign: positive_debits", 5500),
        (
            {"add": 4600, "expire": -350, "adjust": -100},
            "transaction_types: {expire: deduct, adjust: by_sign}",
            4150,
        ),
        ({"add": -600, "earn": 4900}, "transaction_types: {add: by_sign, earn: add}", 4300),
        ({"add": 500, "deduct": -40}, "where: transaction_type != 'deduct'", 500),
    ],
)
def test_the_balance_is_what_the_conventions_make_it(
    points: dict[str, int], told: str, balance: int, tmp_path: Path
) -> None:
    ledger = [
        f"{number},1,1,{value},{name},2024-01-01 00:00:00,0"
        for number, (name, value) in enumerate(points.items())
    ]
    with open_warehouse(":memory:", ":memory:") as connection:
        load_raw(connection, write_small(tmp_path, ledger, f"  {told}\n"), DEFAULTS)
        validated = validate(connection)
    assert sum(row[4] for row in validated if row[5] is None) == balance


def test_a_later_run_reads_changes_by_the_same_conventions(tmp_path: Path, replay: Replay) -> None:
    first = ["1,1,1,10,add,2024-01-01 00:00:00,0", "2,1,1,4,expire,2024-01-02 00:00:00,0"]
    later = [*first[:1], "2,1,1,4,expire,2024-01-02 00:00:00,1"]
    later.append("3,1,1,-3,adjust,2024-01-03 00:00:00,0")
    outstanding = "select points_outstanding from marts.fct_website_totals"
    with open_warehouse(":memory:", ":memory:") as connection:
        assert replay.run(connection, write_small(tmp_path, first)).mode == "full"
        assert connection.execute(outstanding).fetchall() == [(6,)]
        assert replay.run(connection, write_small(tmp_path, later)).mode == "incremental"
        assert connection.execute(outstanding).fetchall() == [(7,)]


SMALL = """\
  where: gone = 0
  transaction_types: {expire: deduct, adjust: by_sign}
  sign: positive_debits
"""


def write_small(folder: Path, ledger: list[str], told: str = SMALL) -> Source:
    """A source of one client, whose ledger marks deleted rows, read by a mapping."""
    files = {
        "websites": "id,name\n1,Shop\n",
        "clients": "id,website_id\n1,1\n",
        "loyalty_tiers": "id,website_id,name,threshold\n",
        "redemption_categories": "id,website_id,name\n",
        "redemption_items": "id,website_id,category_id,name,points_required\n",
        "redemption_requests": "id,website_id,client_id,item_id,points_used,status,requested_at\n",
        "loyalty_transactions": "id,website_id,client_id,points,transaction_type,timestamp,gone\n"
        + "".join(f"{row}\n" for row in ledger),
    }
    source = folder / "small"
    source.mkdir(exist_ok=True)
    for name, text in files.items():
        (source / f"{name}.csv").write_text(text)
    mapping = folder / "small.yaml"
    mapping.write_text(f"loyalty_transactions:\n{told}")
    return open_source(f"files:{source}", folder, mapping)
