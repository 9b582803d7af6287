"""The hand-written way: one SQL script over the same files, and whether it tells the same.

python tests/support/yardsticks/handwritten.py SOURCE DATABASE
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from api_export.payloads.endpoints import ENDPOINTS, Endpoint

SCRIPT = Path(__file__).with_suffix(".sql")
EXPORTED = {None: (None,), "days": (7, 30, 90, 365), "limit": (5, 10, 25)}


def main(source: Path, database: Path) -> None:
    """Run the script."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("set variable source = ?", [str(source)])
        connection.execute(SCRIPT.read_text())


def find_differences(database: Path, marts: Path) -> list[str]:
    """Which of the script's marts and payloads hold other rows than the published ones."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        connection.execute(f"attach '{database}' as handwritten (read_only)")
        marts_of_script = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'handwritten'"
            " and not starts_with(table_name, 'payload_') order by table_name"
        ).fetchall()
        pairs = [
            *((name, name, f"handwritten.{name}") for (name,) in marts_of_script),
            *(
                pair
                for endpoint in ENDPOINTS
                if endpoint.is_exported
                for pair in _payloads(endpoint)
            ),
        ]
        return [name for name, ours, theirs in pairs if _differ(connection, ours, theirs)]


def _payloads(endpoint: Endpoint) -> Iterator[tuple[str, str, str]]:
    """A name for each exported payload, its rows in the reports and those of the script."""
    parameter = endpoint.parameter and endpoint.parameter.name
    for value in EXPORTED[parameter]:
        condition = endpoint.condition.replace("$value", str(value))
        report = f"reports.{endpoint.report}"
        if endpoint.takes_range:
            window = f"from dim_windows where window_days = {value}"
            report += f"((select date_from {window}), (select date_to {window}))"
        theirs = {None: "true", "days": f"days = {value}", "limit": f"item_rank <= {value}"}
        yield (
            f"{endpoint.name} {value or ''}".strip(),
            f"(select * from {report} where {condition})",
            f"(select * from handwritten.payload_{endpoint.name} where {theirs[parameter]})",
        )


def _differ(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> bool:
    """Whether two tables hold other rows, by the columns that both have."""
    columns = connection.sql(f"from {ours}").columns
    shared = [column for column in connection.sql(f"from {theirs}").columns if column in columns]
    names = ", ".join(f'"{column}"' for column in shared)
    sides = [f"(select {names} from {table})" for table in (ours, theirs)]
    return any(
        connection.execute(f"from {left} except all from {right} limit 1").fetchone()
        for left, right in (sides, reversed(sides))
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
