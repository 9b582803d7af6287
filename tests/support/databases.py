"""One programme in the tables of the Django application, for every kind of database."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sources.contract import ENTITIES, Entity, Kind
from orchestration.sources.databases.django import TABLES
from support.datasets import write_dataset

KINDS = ("postgresql", "mysql", "sqlite", "duckdb")
TYPES = {
    "postgresql": {"integer": "bigint", "decimal": "numeric(12, 2)", "instant": "timestamptz"},
    "mysql": {"integer": "bigint", "decimal": "decimal(12, 2)", "instant": "datetime(6)"},
    "sqlite": {"integer": "integer", "decimal": "decimal", "instant": "datetime"},
    "duckdb": {"integer": "bigint", "decimal": "decimal(12, 2)", "instant": "timestamptz"},
}
OTHERS = {
    "postgresql": {"boolean": "boolean", "json": "jsonb", "text": "text", "share": "numeric"},
    "mysql": {
        **{"boolean": "tinyint(1)", "json": "json", "text": "longtext"},
        "share": "decimal(20, 18)",
    },
    "sqlite": {"boolean": "bool", "json": "text", "text": "text", "share": "decimal"},
    "duckdb": {
        **{"boolean": "boolean", "json": "json", "text": "varchar"},
        "share": "decimal(20, 18)",
    },
}

Rows = dict[str, list[tuple[Any, ...]]]
Execute = Callable[[str, list[tuple[Any, ...]] | None], None]


def write_programme(directory: Path, seed: int = 0) -> Rows:
    """A programme as Parquet files of the contract's types, one row for each id; and its rows."""
    raw = directory / "raw"
    raw.mkdir(parents=True)
    write_dataset(raw, seed=seed, file_format="parquet")
    rows = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for entity in ENTITIES:
            delivered = connection.from_parquet(str(raw / f"{entity.name}.parquet"))
            values = ", ".join(
                f'{_read(column, entity.kind_of(column))} as "{column}"'
                if column in delivered.columns
                else f"cast(null as {TYPES_READ[entity.kind_of(column)]}) as {column}"
                for column in entity.columns
            )
            delivered.create_view("delivered", replace=True)
            key = ", ".join(entity.key)
            is_held = " and ".join(f"{column} is not null" for column in entity.key)
            if entity.name == "wallet_conversions":  # the application knows the client by a wallet
                known = ", ".join(str(row[0]) for row in rows["clients"])
                is_held += f" and client_id in ({known})"
            typed = connection.sql(
                f"select distinct on ({key}) * from (select {values} from delivered)"
                f" where {is_held} order by all"
            )
            typed.write_parquet(str(directory / f"{entity.name}.parquet"))
            rows[entity.name] = connection.from_parquet(
                str(directory / f"{entity.name}.parquet")
            ).fetchall()
    shutil.rmtree(raw)
    return rows


PLAIN_CONFIG = r'[{]"(days|limit|chart)": ("[a-z0-9]+"|[0-9]+)[}]'
"""A config that every database's JSON type keeps as it is."""
TYPES_READ = {
    "integer": "bigint",
    "decimal": "decimal(12, 2)",
    "share": "decimal(20, 18)",
    "instant": "timestamptz",
    "boolean": "boolean",
    "json": "varchar",
    "text": "varchar",
}


def _read(column: str, kind: Kind) -> str:
    """A value of the contract's type; what a typed column of a database could not hold is null."""
    text = f'cast("{column}" as varchar)'
    if kind == "instant":
        instant = f"try_cast({text} as timestamptz)"
        return f"case when year({instant}) between 1 and 9999 then {instant} end"
    if kind == "json":
        return f"if(regexp_full_match({text}, '{PLAIN_CONFIG}'), {text}, '{{}}')"
    if kind == "text":
        return f"replace({text}, chr(0), '')"
    return f"try_cast({text} as {TYPES_READ[kind]})"


def create_tables(kind: str, rows: Rows, execute: Execute) -> None:
    """The application's tables with these rows, and with columns and tables of no concern here."""
    mark = "`" if kind == "mysql" else '"'
    types = TYPES[kind] | OTHERS[kind]
    for entity in ENTITIES:
        if entity.name not in TABLES:
            continue
        columns = {column: types[entity.kind_of(column)] for column in entity.columns}
        values = rows[entity.name]
        if entity.name == "clients":
            columns["user_id"] = types["integer"]
            values = [(*row, ~row[0]) for row in values]
        if entity.key != ("id",):  # Django's tables have one all the same
            columns = {"id": types["integer"], **columns}
            values = [(number, *row) for number, row in enumerate(values, start=1)]
        _create(kind, mark, TABLES[entity.name], columns, values, execute)
    clients = {row[0] for row in rows["clients"]}
    _create(
        kind,
        mark,
        "wallets_wallet",
        {"id": types["integer"], "owner_user_id": types["integer"]},
        [(client, ~client) for client in sorted(clients)],
        execute,
    )
    _create(
        kind,
        mark,
        "wallets_wallet_entry",
        {
            "id": types["integer"],
            "website_id": types["integer"],
            "wallet_id": types["integer"],
            "entry_type": "varchar(30)",
            "status": "varchar(20)",
            "amount": types["decimal"],
            "created_at": types["instant"],
            "metadata": types["json"],
        },
        list(_entries(rows["wallet_conversions"])),
        execute,
    )


def _entries(conversions: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, website_id, client_id, points, amount, converted_at in conversions:
        key = "points" if number % 2 else "points_used"
        metadata = "{}" if points is None else f'{{"{key}": {points}, "other": "x"}}'
        yield (
            *(number, website_id, client_id, "loyalty_conversion", "posted", amount, converted_at),
            metadata,
        )
    yield (10**9, 1, None, "loyalty_conversion", "pending", 1, None, "{}")
    yield (10**9 + 1, 1, None, "deposit", "posted", 1, None, "{}")


def _create(
    kind: str,
    mark: str,
    table: str,
    columns: dict[str, str],
    rows: list[tuple[Any, ...]],
    execute: Execute,
) -> None:
    listed = ", ".join(
        f"{mark}{name}{mark} {type_name}{' primary key' if name == 'id' else ''}"
        for name, type_name in columns.items()
    )
    execute(f"create table {mark}{table}{mark} ({listed})", None)
    if rows:
        sign = "?" if kind in ("sqlite", "duckdb") else "%s"
        signs = ", ".join([sign] * len(columns))
        execute(f"insert into {mark}{table}{mark} values ({signs})", rows)


def spell_naive(value: object) -> object:
    """A value as Django writes it where a database knows no time zones."""
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return value


def make_sqlite(path: Path, rows: Rows) -> str:
    """A SQLite file with the application's tables; its URL."""
    with closing(sqlite3.connect(path)) as connection:

        def execute(query: str, values: list[tuple[Any, ...]] | None) -> None:
            spelled = [
                tuple(str(v) if type(v).__name__ == "Decimal" else spell_naive(v) for v in row)
                for row in values or []
            ]
            connection.executemany(query, spelled) if values else connection.execute(query)

        create_tables("sqlite", rows, execute)
        connection.commit()
    return f"sqlite:///{path}"


def make_duckdb(path: Path, rows: Rows) -> str:
    """A DuckDB file with the application's tables; its URL."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.begin()
        create_tables(
            "duckdb",
            rows,
            lambda query, values: (
                connection.executemany(query, values) if values else connection.execute(query)
            ),
        )
        connection.commit()
    return f"duckdb:///{path}"


def entity(name: str) -> Entity:
    """An entity of the contract by its name."""
    return next(entity for entity in ENTITIES if entity.name == name)


def quoted(url: str, name: str) -> str:
    """A name as the database quotes it."""
    return f"`{name}`" if url.startswith("mysql") else f'"{name}"'
