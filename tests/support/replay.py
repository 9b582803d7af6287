"""dbt's compiled SQL, replayed without dbt: the same statements, thousands of times, in seconds.

`loyalty run` starts dbt once for each run, which takes longer than the models do. A test that
needs many datasets compiles the project twice, for a full and for an incremental build, and replays
it; `cli/test_run` and the deep histories prove the two alike.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from api_export.export.versions import Export, write_export
from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.candidates import NAIVE
from orchestration.forecasting.many import Job, Worker
from orchestration.forecasting.series import SeriesForecast, forecast_series
from orchestration.pull.load_raw import EarlierRuns, Pull, load_raw
from orchestration.pull.run_inputs import RunInputs
from orchestration.pull.run_progress import finish
from orchestration.pull.sync import Lookback
from orchestration.sources.base import Source
from orchestration.sources.files.folder import FilesSource
from orchestration.transform.compiled_models import compile_project, create_statement, full_build
from orchestration.transform.forecast_function import ForecastMany, register_forecasts
from orchestration.workspace.duckdb_setup import register_functions

PROJECT = Path(__file__).parents[2]
REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
DEFAULTS = RunInputs(
    as_of=None,
    tier_basis="balance",
    window_days=(7, 30, 90, 365),
    top_limits=(5, 10, 25),
    requested_ranges=(),
    widget_edits=(),
)


class Replay:
    """The project's statements, in the order of their dependencies, for each way of building."""

    def __init__(self, scratch: Path, source: Path) -> None:
        """Compile the project into `scratch`; an incremental build compiles on a built one."""
        self.full = full_build()
        with open_warehouse(scratch / "warehouse.duckdb", scratch / "marts_next.duckdb") as built:
            load_raw(built, FilesSource(source), DEFAULTS)
            execute(built, self.full)
        self.incremental = _compile_incremental(scratch)

    def build(self, source: Path, marts: Path, inputs: RunInputs = DEFAULTS) -> None:
        """Pull a folder of files and build its marts from nothing into the file `marts`."""
        with open_warehouse(":memory:", marts) as connection:
            self.run(connection, source, inputs)

    def export(self, source: Path, scratch: Path, inputs: RunInputs = DEFAULTS) -> Export:
        """The export of a folder of files."""
        self.build(source, scratch / "marts.duckdb", inputs)
        return write_export(scratch / "marts.duckdb", scratch / "export")

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Path | Source,
        inputs: RunInputs = DEFAULTS,
        lookback: Lookback | None = None,
        published: Path | None = None,
        state: Path | None = None,
    ) -> Pull:
        """What `loyalty run` does up to the export, on an open warehouse; a path is of files."""
        opened = source if isinstance(source, Source) else FilesSource(source)
        pull = load_raw(
            connection,
            opened,
            inputs,
            EarlierRuns(state, published=published),
            build_parts={"LOYALTY_TIER_BASIS": inputs.tier_basis},
            lookback=lookback,
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
def open_warehouse(
    warehouse: Path | str, marts: Path | str, forecasting: ForecastMany | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that names both files as dbt's does; series are forecast as in a run."""
    with duckdb.connect(config={"threads": 1}) as connection:  # quicker for statements this small
        connection.execute("set timezone = 'UTC'")
        register_functions(connection)
        register_forecasts(connection, forecasting or forecast_many)
        connection.execute(f"attach '{warehouse}' as warehouse")
        connection.execute(f"attach '{marts}' as marts")
        connection.execute("use warehouse")
        yield connection


def forecast_naively(jobs: list[Job]) -> list[SeriesForecast]:
    """The naive forecasts alone, for tests of other things: nothing is fitted."""
    return [forecast_series(*job, tried=[NAIVE]) for job in jobs]


def forecast_many(jobs: list[Job]) -> list[SeriesForecast]:
    """What workers of a run forecast; the same series is fitted once, by one that stays."""
    return [_forecast_once(tuple(values), cadence) for values, cadence in jobs]


@cache
def _forecast_once(values: tuple[int, ...], cadence: Cadence) -> SeriesForecast:
    return _worker().forecast((values, cadence))


@cache
def _worker() -> Worker:
    return Worker()


def execute(connection: duckdb.DuckDBPyConnection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _compile_incremental(scratch: Path) -> list[str]:
    """The statements of a run on the workspace `scratch`, which holds a built warehouse."""
    nodes = compile_project(scratch)
    relations = {node["name"]: node["relation_name"] for node in nodes}
    return [_statement(node, relations) for node in nodes]


def _statement(node: dict, relations: dict[str, str]) -> str:
    """What dbt executes for a node in a run that follows a change."""
    config, relation = node["config"], node["relation_name"]
    if config["materialized"] != "incremental":
        return create_statement(node)
    assert config["incremental_strategy"] == "replace_changed"
    return (
        f"create or replace temp table new_rows as {node['sql']};"
        + "".join(
            f" delete from {relation} where {_rendered(predicate, relation, relations)};"
            for predicate in config["incremental_predicates"]
        )
        + f" insert into {relation} by name from new_rows"
    )


def _rendered(predicate: str, this: str, relations: dict[str, str]) -> str:
    """A predicate as dbt renders it: it names relations by `this` and refs alone."""
    named = REF.sub(lambda ref: relations[ref[1]], predicate.replace("{{ this }}", this))
    assert "{{" not in named
    return named
