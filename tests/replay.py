"""dbt's compiled SQL, replayed without dbt: the same statements, thousands of times, in seconds.

`loyalty run` starts dbt once for each run, which takes longer than the models do. A test that
needs many datasets compiles the project once and replays it; `test_run` proves the two alike.
"""

import json
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from api_export.writer import Export, write_export
from orchestration.dbt_plugin import register_functions
from orchestration.raw import RunFacts, load_raw
from orchestration.sources.files import FilesSource

PROJECT = Path(__file__).parent.parent
DEFAULTS = RunFacts(
    as_of=None,
    tier_basis="balance",
    window_days=(7, 30, 90, 365),
    top_limits=(5, 10, 25),
    asked_ranges=(),
)


class Replay:
    """The project's statements in the order of their dependencies."""

    def __init__(self, scratch: Path) -> None:
        """Compile the project into `scratch`."""
        dbt = [str(Path(sys.executable).parent / "dbt"), "--quiet"]
        options = ["--profiles-dir", "dbt_project", "--target-path", str(scratch / "target")]
        subprocess.run(
            [*dbt, "compile", *options],
            cwd=PROJECT,
            env=os.environ | {"LOYALTY_WORKSPACE": str(scratch)},
            check=True,
        )
        manifest = json.loads((scratch / "target" / "manifest.json").read_text())
        self._nodes = manifest["nodes"]
        self._compiled = scratch / "target" / "compiled" / manifest["metadata"]["project_name"]
        self.statements = list(self._statements())

    def _statements(self) -> list[str]:
        kinds = ("model", "seed")
        order = TopologicalSorter(
            {
                name: [
                    parent
                    for parent in node["depends_on"].get("nodes", ())
                    if parent in self._nodes
                ]
                for name, node in self._nodes.items()
                if node["resource_type"] in kinds
            }
        )
        return [self._statement(self._nodes[name]) for name in order.static_order()]

    def _statement(self, node: dict) -> str:
        relation = node["relation_name"]
        path = Path(node["original_file_path"])
        schema = f'create schema if not exists "{node["database"]}"."{node["schema"]}"; '
        if node["resource_type"] == "seed":
            return f"{schema}create table {relation} as from read_csv('{PROJECT / path}')"
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        return f"{schema}create {kind} {relation} as {(self._compiled / path).read_text()}"

    def build(self, source: Path, marts: Path, facts: RunFacts = DEFAULTS) -> None:
        """Pull a folder of files and build its marts into the file `marts`."""
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            register_functions(connection)
            connection.execute("attach ':memory:' as warehouse")
            connection.execute(f"attach '{marts}' as marts")
            connection.execute("use warehouse")
            load_raw(connection, FilesSource(source), facts)
            for statement in self.statements:
                connection.execute(statement)

    def export(self, source: Path, scratch: Path, facts: RunFacts = DEFAULTS) -> Export:
        """The export of a folder of files."""
        self.build(source, scratch / "marts.duckdb", facts)
        return write_export(scratch / "marts.duckdb", scratch / "export")
