"""dbt's compiled SQL, replayed without dbt: the same statements, thousands of times, in seconds.

`loyalty run` starts dbt once for each run, which takes longer than the models do. A test that
needs many datasets compiles the project twice, for a full and for an incremental build, and replays
it; `test_run` and the deep histories prove the two alike.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from api_export.writer import Export, write_export
from orchestration.dbt_plugin import register_functions
from orchestration.raw import Pull, RunFacts, finish, load_raw
from orchestration.sources.files import FilesSource
from orchestration.sync import Window

PROJECT = Path(__file__).parent.parent
DEFAULTS = RunFacts(
    as_of=None,
    tier_basis="balance",
    window_days=(7, 30, 90, 365),
    top_limits=(5, 10, 25),
    asked_ranges=(),
    widget_edits=(),
)


class Replay:
    """The project's statements, in the order of their dependencies, for each way of building."""

    def __init__(self, scratch: Path, source: Path) -> None:
        """Compile the project into `scratch`; an incremental build compiles on a built one."""
        self.full = _compile(scratch, "--full-refresh")
        with open_warehouse(scratch / "warehouse.duckdb", scratch / "marts_next.duckdb") as built:
            load_raw(built, FilesSource(source), DEFAULTS)
            execute(built, self.full)
        self.incremental = _compile(scratch)

    def build(self, source: Path, marts: Path, facts: RunFacts = DEFAULTS) -> None:
        """Pull a folder of files and build its marts from nothing into the file `marts`."""
        with open_warehouse(":memory:", marts) as connection:
            self.run(connection, source, facts)

    def export(self, source: Path, scratch: Path, facts: RunFacts = DEFAULTS) -> Export:
        """The export of a folder of files."""
        self.build(source, scratch / "marts.duckdb", facts)
        return write_export(scratch / "marts.duckdb", scratch / "export")

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Path,
        facts: RunFacts = DEFAULTS,
        window: Window | None = None,
        published: Path | None = None,
    ) -> Pull:
        """What `loyalty run` does up to the export, on an open warehouse."""
        pull = load_raw(
            connection,
            FilesSource(source),
            facts,
            key=facts.tier_basis,
            window=window,
            published=published,
        )
        if pull.mode != "nothing":
            execute(connection, self.full if pull.mode == "full" else self.incremental)
            finish(connection)
        return pull


def export_marts(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Export:
    """The export of an open warehouse's marts."""
    marts = scratch / "marts.duckdb"
    connection.execute(f"attach '{marts}' as published")
    connection.execute("copy from database marts to published")
    connection.execute("detach published")
    return write_export(marts, scratch / "export")


@contextmanager
def open_warehouse(warehouse: Path | str, marts: Path | str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that names both files as dbt's does."""
    with duckdb.connect(config={"threads": 1}) as connection:  # quicker for statements this small
        connection.execute("set timezone = 'UTC'")
        register_functions(connection)
        connection.execute(f"attach '{warehouse}' as warehouse")
        connection.execute(f"attach '{marts}' as marts")
        connection.execute("use warehouse")
        yield connection


def execute(connection: duckdb.DuckDBPyConnection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _compile(scratch: Path, *options: str) -> list[str]:
    target = scratch / "target"
    subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", "--quiet", "compile", *options),
            *("--profiles-dir", "dbt_project", "--target-path", target),
        ],
        cwd=PROJECT,
        env=os.environ | {"LOYALTY_WORKSPACE": str(scratch)},
        check=True,
    )
    manifest = json.loads((target / "manifest.json").read_text())
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }
    order = TopologicalSorter(
        {
            name: [parent for parent in node["depends_on"].get("nodes", ()) if parent in nodes]
            for name, node in nodes.items()
        }
    )
    compiled = target / "compiled" / manifest["metadata"]["project_name"]
    is_full = "--full-refresh" in options
    return [_statement(nodes[name], compiled, is_full) for name in order.static_order()]


def _statement(node: dict, compiled: Path, is_full: bool) -> str:
    """What dbt executes for a node."""
    relation, path = node["relation_name"], Path(node["original_file_path"])
    config = node["config"]
    if node["resource_type"] == "seed":
        sql = f"from read_csv('{PROJECT / path}')"
    else:
        sql = (compiled / path).read_text()
    if config["materialized"] == "incremental" and not is_full:
        assert config["incremental_strategy"] == "replace_changed"
        return (
            f"create or replace temp table new_rows as {sql};"
            + "".join(
                f" delete from {relation} where {predicate};"
                for predicate in config["incremental_predicates"]
            )
            + f" insert into {relation} by name from new_rows"
        )
    kind = "view" if config["materialized"] == "view" else "table"
    return (
        f'create schema if not exists "{node["database"]}"."{node["schema"]}";'
        f" create or replace {kind} {relation} as {sql}"
    )
