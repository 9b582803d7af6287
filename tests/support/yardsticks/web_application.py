"""The web application's way: PostgreSQL with the application's indexes, asked when a page loads."""

import re
import subprocess
from datetime import date, timedelta
from pathlib import Path

import duckdb

from support.postgres_server import postgres_server

QUERIES = Path(__file__).with_suffix(".sql")
TABLES = {
    "clients": "id bigint primary key, website_id bigint, loyalty_points integer, tier_id bigint",
    "loyalty_tiers": "id bigint primary key, website_id bigint, name text, threshold integer",
    "redemption_categories": "id bigint primary key, website_id bigint, name text",
    "redemption_items": "id bigint primary key, website_id bigint, category_id bigint, name text,"
    " points_required integer",
    "redemption_requests": "id bigint primary key, website_id bigint, client_id bigint,"
    " item_id bigint, points_used integer, status text, requested_at timestamptz",
    "loyalty_transactions": "id bigint, website_id bigint, client_id bigint, points integer,"
    " transaction_type text, timestamp timestamptz",
}
INDEXES = (
    "clients (website_id)",
    "clients (tier_id)",
    "redemption_requests (website_id, requested_at)",
    "redemption_requests (client_id)",
    "redemption_requests (item_id)",
    "loyalty_transactions (id)",
    "loyalty_transactions (website_id, timestamp)",
    "loyalty_transactions (client_id, timestamp)",
)
OPTIONS = {
    "fsync": "off",
    "jit": "off",
    "shared_buffers": "2GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
}
LOADS = 5
"""Dashboard loads; the fastest counts, with everything in the server's memory."""


def load_dashboard(source: Path, website_id: int, as_of: date, days: int = 30) -> dict[str, float]:
    """Milliseconds of each query of a dashboard load, over the same rows as the pipeline."""
    with postgres_server(**OPTIONS) as url:
        for table, columns in TABLES.items():
            _psql(url, f"create table {table} ({columns})")
            _copy_number(url, source, table, columns)
        _psql(url, *(f"create index on {index}" for index in INDEXES), "vacuum analyze")
        variables = {
            "website": website_id,
            "from": as_of - timedelta(days=days - 1),
            "until": as_of + timedelta(days=1),
        }
        loads = [_time_queries(url, variables) for _ in range(LOADS)]
    return min(loads, key=lambda load: sum(load.values()))


def _copy_number(url: str, source: Path, table: str, columns: str) -> None:
    names = ", ".join(re.findall(r"(\w+) (?:bigint|integer|text|timestamptz)", columns))
    copy = ["psql", url, "--quiet", "--command", f"copy {table} ({names}) from stdin (format csv)"]
    with subprocess.Popen(copy, stdin=subprocess.PIPE) as psql, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"copy (select {names} from '{source}/{table}.parquet')"
            f" to '/dev/fd/{psql.stdin.fileno()}' (format csv, header false)"
        )
        psql.stdin.close()
        if psql.wait():
            raise RuntimeError(f"{table} could not be loaded into PostgreSQL")


def _time_queries(url: str, variables: dict[str, object]) -> dict[str, float]:
    """Milliseconds of each query as the server's client sees them, on one open connection."""
    settings = [f"--set={name}={value}" for name, value in variables.items()]
    told = _psql(url, "\\timing on", f"\\i {QUERIES}", settings=settings)
    names = re.findall(r"^-- (.+)\nselect", QUERIES.read_text(), re.MULTILINE)
    times = [float(text) for text in re.findall(r"^Time: ([0-9.]+) ms", told, re.MULTILINE)]
    return dict(zip(names, times, strict=True))


def _psql(url: str, *commands: str, settings: list[str] | None = None) -> str:
    script = "\n".join(command if command[0] == "\\" else f"{command};" for command in commands)
    return subprocess.run(
        ["psql", url, "--quiet", "--set=ON_ERROR_STOP=1", *(settings or [])],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
