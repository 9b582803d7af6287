"""How far a run got: what was pulled last, and whether that is published and exported.

Three tables of one row say it: `raw.pending` is what the last pull brought, `raw.published` is
there once it is in the published marts, `raw.finished` once it is in the export too. A pull that
brings anything takes the latter two away, so a run that doesn't end leaves its traces.
"""

import json
from collections.abc import Mapping, Sequence

import duckdb

from orchestration.pull.changes import Change, find_changes, with_changes
from orchestration.pull.run_inputs import fill, has_table

CODE_CHANGED = "code or settings changed"
"""Why all is built anew after an upgrade, or with a setting that shapes every table."""


def begin(
    connection: duckdb.DuckDBPyConnection,
    *,
    build_parts: Mapping[str, str],
    is_full: bool,
    source: str,
    extra_columns: Mapping[str, list[str]],
) -> None:
    """Record what a pull brings, and that nothing of it is published yet."""
    for table in ("published", "finished"):
        connection.execute(f"drop table if exists raw.{table}")
    fill(
        connection,
        "pending",
        "is_full boolean, source varchar, extra_columns varchar, build_parts varchar",
        [(is_full, source, json.dumps(extra_columns), json.dumps(dict(build_parts)))],
    )


def finish(connection: duckdb.DuckDBPyConnection, export_fingerprint: str = "") -> None:
    """Record that what the last pull brought is in the marts and the export.

    `export_fingerprint` stands for the code that wrote the export, as the pull's parts of the build
    do for what shapes the marts.
    """
    connection.execute(
        "create or replace table raw.finished as"
        " select build_parts, cast(? as varchar) as export_fingerprint from raw.pending",
        [export_fingerprint],
    )


def exported_by(connection: duckdb.DuckDBPyConnection) -> str:
    """The `export_fingerprint` of the last run, which finished."""
    return connection.table("raw.finished").select("export_fingerprint").fetchone()[0]


def note_exported(connection: duckdb.DuckDBPyConnection, export_fingerprint: str) -> None:
    """Record that other code has written the export of the same marts."""
    connection.execute("update raw.finished set export_fingerprint = ?", [export_fingerprint])


def note_published(connection: duckdb.DuckDBPyConnection) -> None:
    """Record that what the last pull brought is in the published marts."""
    connection.execute("create or replace table raw.published as select true as is_published")


def is_published(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether what the last pull brought is in the published marts."""
    return has_table(connection, "published")


def pending_source(connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, list[str]]]:
    """The identity of the source of the last pull, and its columns that nothing reads."""
    identity, extra_columns = (
        connection.table("raw.pending").select("source, extra_columns").fetchone()
    )
    return identity, json.loads(extra_columns)


def is_full_build(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the models have to be built from nothing after the last pull."""
    return connection.table("raw.pending").select("is_full").fetchone()[0]


def find_changed_parts(
    connection: duckdb.DuckDBPyConnection, build_parts: Mapping[str, str]
) -> list[Change] | None:
    """What shapes the marts and isn't as in the last finished run; null where none is known."""
    if not has_table(connection, "finished"):
        return None
    finished = connection.table("raw.finished")
    if "build_parts" not in finished.columns:  # an older version of the project wrote it
        return None
    (known,) = finished.select("build_parts").fetchone()
    return list(find_changes(json.loads(known), build_parts))


def why_full(
    connection: duckdb.DuckDBPyConnection, changed_parts: Sequence[Change] | None
) -> str | None:
    """Why the models have to be built from nothing; null if the last run's can be updated."""
    if not has_table(connection, "websites"):
        return "the workspace is new"
    if not has_table(connection, "finished"):
        return "the last run did not finish"
    if changed_parts is None:
        return CODE_CHANGED
    return with_changes(CODE_CHANGED, changed_parts) if changed_parts else None
