"""Where two neighbouring steps differ: source, raw, marts and export must agree.

What can be compared inside the warehouse is a dbt test (conservation, keys, drift); here is what
lies between the files.
"""

import filecmp
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from api_export.export.manifest import find_faults, read_manifest
from api_export.export.versions import write_export
from orchestration.errors import RunError
from orchestration.pull.extract import fingerprint
from orchestration.pull.load_raw import load_raw
from orchestration.pull.run_inputs import NO_INPUTS
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES, LEDGER
from orchestration.workspace.workspace import Workspace

SERVED = (LEDGER, "orders")
"""Entities whose validated rows lie in the marts' file, since a mart is a view of them."""


def find_differences(workspace: Workspace, source: Source) -> dict[str, list[str]]:
    """Where two neighbouring steps differ, a line for each difference; empty lists where none do.

    Raises `RunError` where the workspace holds no finished run.
    """
    for path in (workspace.warehouse, workspace.marts, workspace.current_export):
        if not path.exists():
            raise RunError(f"{path} does not exist: use `loyalty run` first")
    return {
        "source → raw": compare_source(workspace, source),
        "raw → marts": compare_raw(workspace),
        "marts → marts.duckdb": compare_published(workspace),
        "marts.duckdb → export": compare_export(workspace),
        "export → manifest": find_faults(workspace.current_export),
    }


def compare_source(workspace: Workspace, source: Source) -> list[str]:
    """Rows that only the source or only raw has, by entity, whatever their order."""
    with (
        _warehouse(workspace) as connection,
        tempfile.TemporaryDirectory(dir=workspace.scratch) as scratch,
    ):
        connection.execute(f"attach '{Path(scratch) / 'source.duckdb'}' as delivered")
        connection.execute("use delivered")
        load_raw(connection, source, NO_INPUTS)
        differences = []
        for entity in ENTITIES:
            delivered, kept = _comparable(connection, entity.name)
            digests = [rows.aggregate(fingerprint(entity)).fetchone() for rows in (delivered, kept)]
            if digests[0] == digests[1]:
                continue
            only_source, only_raw = (
                left.except_(right).count("*").fetchone()[0]
                for left, right in ((delivered, kept), (kept, delivered))
            )
            differences.append(
                f"{entity.name}: {only_source:,} rows are in the source alone,"
                f" {only_raw:,} in raw alone"
            )
        return differences


def _comparable(
    connection: duckdb.DuckDBPyConnection, name: str
) -> tuple[duckdb.DuckDBPyRelation, duckdb.DuckDBPyRelation]:
    """An entity's rows as delivered now and as raw keeps them; as text where the types differ."""
    tables = [connection.table(f"{database}.raw.{name}") for database in ("delivered", "warehouse")]
    types = [dict(zip(table.columns, table.types, strict=True)) for table in tables]
    delivered, kept = (
        table.select(
            *(
                duckdb.ColumnExpression(column)
                if types[0][column] == types[1][column]
                else duckdb.ColumnExpression(column).cast("VARCHAR").alias(column)
                for column in table.columns
                if column != "_copy_number"
            )
        )
        for table in tables
    )
    return delivered, kept


def compare_raw(workspace: Workspace) -> list[str]:
    """Entities of which a row is neither valid nor quarantined, and points that went missing."""
    differences = []
    with _warehouse(workspace) as connection:
        connection.execute(f"attach '{workspace.marts}' as published (read_only)")
        for entity in ENTITIES:
            database = "published" if entity.name in SERVED else "warehouse"
            raw, valid, quarantined = connection.execute(
                f"""
                select
                    (select count(*) from raw.{entity.name}),
                    (select count(*) from {database}.intermediate.int_{entity.name}_validated
                     where quarantine_reason is null),
                    (select count(*) from published.quarantined_rows where entity = ?)
                """,
                [entity.name],
            ).fetchone()
            if raw != valid + quarantined:
                differences.append(
                    f"{entity.name}: {raw:,} rows are not {valid:,} valid and"
                    f" {quarantined:,} quarantined"
                )
        differences += [
            f"website {website_id}: its valid rows hold {ledger:,} points up to as_of,"
            f" its marts {marts:,}"
            for website_id, ledger, marts in connection.execute(
                """
                with ledger as (
                    select website_id, sum(points) as points
                    from published.fct_loyalty_transactions
                    group by website_id
                )
                select websites.website_id, coalesce(ledger.points, 0), totals.points_outstanding
                from published.dim_websites as websites
                left join ledger on websites.website_id = ledger.website_id
                left join published.fct_website_totals as totals
                    on websites.website_id = totals.website_id
                where coalesce(ledger.points, 0) is distinct from totals.points_outstanding
                """
            ).fetchall()
        ]
    return differences


def compare_published(workspace: Workspace) -> list[str]:
    """Whether `marts.duckdb` is the file that was built."""
    if filecmp.cmp(workspace.next_marts, workspace.marts, shallow=False):
        return []
    return [f"{workspace.marts.name} is not the file that was built last"]


def compare_export(workspace: Workspace) -> list[str]:
    """Files of the current export that the published marts would write otherwise."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = write_export(
            workspace.marts, Path(scratch), workspace.requested_ranges(), workspace.widget_edits()
        ).manifest
    current = read_manifest(workspace.current_export)
    expected = {file["path"]: file["sha256"] for file in fresh["files"]}
    found = {file["path"]: file["sha256"] for file in current["files"]}
    return [
        f"{path}: {'differs' if path in expected and path in found else 'is there only once'}"
        for path in sorted(expected.keys() | found.keys())
        if expected.get(path) != found.get(path)
    ]


@contextmanager
def _warehouse(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=workspace.limits.options(workspace.scratch)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{workspace.warehouse}' as warehouse (read_only)")
        connection.execute("use warehouse")
        yield connection
