"""The hand-written way: a few SQL scripts over the same files, and whether they tell the same.

python tests/support/yardsticks/handwritten.py SOURCE DATABASE
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from api_export.payloads.endpoints import ENDPOINTS, Endpoint

SCRIPTS = Path(__file__).with_suffix("")
FITTED = ("forecast", "forecast_accuracy")
"""Payloads that no SQL gives: models are fitted to series, which the scripts have too. So are these
keys of others, and marts of these names."""
FITTED_KEYS = ("expected_30", "expected_30_low", "expected_30_high")
EXPORTED = {None: (None,), "days": (7, 30, 90, 365), "limit": (5, 10, 25)}


def main(source: Path, database: Path) -> None:
    """Run the scripts in their order."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("set variable source = ?", [str(source)])
        for script in sorted(SCRIPTS.glob("*.sql")):
            connection.execute(script.read_text())


def find_differences(database: Path, marts: Path) -> list[str]:
    """Which of the scripts' marts and payloads hold other rows than the published ones.

    By the columns of the scripts' marts and the keys of the payloads, all of which must be there.
    """
    with duckdb.connect(str(marts), read_only=True) as connection:
        connection.execute(f"attach '{database}' as handwritten (read_only)")
        exported = [
            endpoint
            for endpoint in ENDPOINTS
            if endpoint.is_exported and endpoint.name not in FITTED
        ]
        pairs = [
            *_marts(connection),
            *(pair for endpoint in exported for pair in _payloads(endpoint)),
        ]
        return [name for name, columns, *sides in pairs if _differ(connection, columns, *sides)]


def _marts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    """A name for each of the scripts' marts, its columns, the published rows and the scripts'."""
    return connection.execute(
        """
        select
            table_name, string_agg(format('"{}"', column_name), ', '), table_name,
            'handwritten.' || table_name
        from information_schema.columns
        where table_catalog = 'handwritten' and table_schema = 'main'
            and not starts_with(table_name, 'payload_')
        group by table_name
        order by table_name
        """
    ).fetchall()


def _payloads(endpoint: Endpoint) -> Iterator[tuple[str, str, str, str]]:
    """A name for each exported payload, its keys, its rows in the reports and the scripts'."""
    keys = [f'"{key}"' for key in endpoint.schema.__annotations__ if key not in FITTED_KEYS]
    parameter = endpoint.parameter and endpoint.parameter.name
    for value in EXPORTED[parameter]:
        ours = endpoint.condition.replace("$value", str(value))
        theirs = {None: "true", "days": f"days = {value}", "limit": f"item_rank <= {value}"}
        window = ""
        if endpoint.takes_range:
            dates = f"from dim_windows where window_days = {value}"
            window = f"((select date_from {dates}), (select date_to {dates}))"
        payloads = [(endpoint.name, ["website_id", *keys], f"{endpoint.report}{window}")]
        if endpoint.sums_up:
            payloads.append((f"all_{endpoint.name}", keys, f"{endpoint.report_of_all}{window}"))
        for name, columns, report in payloads:
            yield (
                f"{name} {value or ''}".strip(),
                ", ".join(columns),
                f"(select * from reports.{report} where {ours})",
                f"(select * from handwritten.payload_{name} where {theirs[parameter]})",
            )


def _differ(connection: duckdb.DuckDBPyConnection, columns: str, ours: str, theirs: str) -> bool:
    """Whether two tables hold other rows: by their number and the sum of their hashes.

    That reads each once, where `except all` would sort both.
    """
    counted = connection.execute(
        f"select count(*), sum(hash({columns})) from ("
        f" select true as is_ours, {columns} from {ours}"
        f" union all select false, {columns} from {theirs}"
        ") group by is_ours"
    ).fetchall()
    return len(counted) == 1 or len(set(counted)) > 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
