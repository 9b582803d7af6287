"""`marts.duckdb` answers the same however it is opened, and says what its tables mean."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from support.replay import PROJECT, Replay, open_warehouse
from support.workspaces import Built, mart_digests

from api_export.payloads.endpoints import ENDPOINTS
from orchestration.workspace.database_files import compact
from orchestration.workspace.duckdb_setup import Limits
from orchestration.workspace.workspace import Workspace

PAGE = (PROJECT / "docs/analysts.md").read_text()
ODD = "an odd name.v1"
DUCKDB_1_4 = Path(sys.executable).with_name("duckdb")
ANALYSES = sorted((PROJECT / "dbt_project/analyses").glob("*.sql"))
RANGE = "'2024-01-01', '2024-03-31'"
REPORTS = (
    "rpt_redeemed_items",
    *(one.report for one in ENDPOINTS if one.takes_range),
    *(one.report_of_all for one in ENDPOINTS if one.takes_range and one.sums_up),
)
"""Those that are table macros of a range."""
CALLS = (
    "calculate_analytics(1, '2024-01-01', '2024-03-31'{})",
    "explain('issued', 1, '2024-01-01', '2024-03-31'{})",
    "client(1{})",
    "edited_widgets('[]'{})",
    "reports.edited_dashboard_widgets('[]'{})",
    "reports.edited_manifest_warnings('[]'{})",
    *(f"{one.name}(1, {RANGE}{{}})" for one in ENDPOINTS if one.looks_back),
    *(f"reports.{name}({RANGE}{{}})" for name in REPORTS),
)
QUESTIONS = {
    "table": "from fct_points_daily",
    "report": "from reports.rpt_engagement_stats where window_days = 14",
    **{call.partition("(")[0]: f"from {call.format('')}" for call in CALLS},
    **{path.stem: path.read_text().strip().rstrip(";") for path in ANALYSES},
}


def plainly(marts: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(marts), read_only=True)


def attached_and_used(marts: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{marts}' as m (read_only)")
    connection.execute("use m")
    return connection


def attached_under_an_odd_name(marts: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{marts}' as \"{ODD}\" (read_only)")
    connection.execute(f'use "{ODD}"')
    return connection


def a_copy_of_another_name(marts: Path) -> duckdb.DuckDBPyConnection:
    copy = marts.with_name("a copy.2024.duckdb")
    copy.hardlink_to(marts)
    return duckdb.connect(str(copy), read_only=True)


OPENINGS = (plainly, attached_and_used, attached_under_an_odd_name, a_copy_of_another_name)


@pytest.fixture(scope="module")
def marts(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published marts of the dirty source, in a folder where nothing else is."""
    path = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    path.write_bytes((built.workspace / "marts.duckdb").read_bytes())
    return path


@pytest.fixture(scope="module")
def answers(marts: Path) -> dict[str, list[tuple]]:
    """What each question is answered where the file is opened plainly."""
    with plainly(marts) as connection:
        found = {name: ask(connection, question) for name, question in QUESTIONS.items()}
    assert found["calculate_analytics"] and found["table"] and found["edited_widgets"]
    return found


@pytest.fixture
def attached(marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose own database is another one."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts}' as m (read_only)")
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, question: str) -> list[tuple]:
    return sorted(connection.execute(question).fetchall(), key=repr)


@pytest.mark.parametrize("opened", OPENINGS, ids=lambda opened: opened.__name__)
def test_every_question_has_its_answer(
    opened: Callable[[Path], duckdb.DuckDBPyConnection],
    marts: Path,
    answers: dict[str, list[tuple]],
) -> None:
    with opened(marts) as connection:
        for question, answer in answers.items():
            assert ask(connection, QUESTIONS[question]) == answer, question


@pytest.mark.parametrize("call", CALLS)
def test_a_macro_is_told_under_which_name_its_file_is_attached(
    call: str, attached: duckdb.DuckDBPyConnection, answers: dict[str, list[tuple]]
) -> None:
    named = call.format(", catalog := 'm'")
    assert ask(attached, f"from m.{named}") == answers[call.partition("(")[0]]


def test_a_macro_that_is_not_told_names_what_it_misses(
    attached: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(duckdb.CatalogException, match=r'dim_websites .*\n.*"m\.dim_websites"'):
        attached.execute(f"from m.{CALLS[0].format('')}")


def test_the_callers_own_tables_never_stand_for_the_marts(
    marts: Path, answers: dict[str, list[tuple]]
) -> None:
    with plainly(marts) as connection:
        connection.execute("create temp table dim_run as select date '1990-01-01' as as_of")
        question = (
            f"with dim_websites as (select 1 as website_id limit 0) from {CALLS[0].format('')}"
        )
        assert ask(connection, question) == answers["calculate_analytics"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_older_duckdb_answers_the_same(
    name: str, marts: Path, answers: dict[str, list[tuple]]
) -> None:
    told = in_duckdb_1_4("-readonly", marts, "-c", f"select count(*) from ({QUESTIONS[name]})")
    assert told == [[str(len(answers[name]))]]


def test_an_older_duckdb_counts_the_same(marts: Path, answers: dict[str, list[tuple]]) -> None:
    (told,) = in_duckdb_1_4("-readonly", marts, "-c", QUESTIONS["calculate_analytics"])
    assert told == [
        "" if value is None else str(value) for value in answers["calculate_analytics"][0]
    ]


def in_duckdb_1_4(*arguments: object) -> list[list[str]]:
    """The rows that the command of DuckDB 1.4 prints."""
    done = subprocess.run(
        [DUCKDB_1_4, "-csv", "-noheader", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))


def test_every_table_column_and_macro_says_what_it_means(marts: Path) -> None:
    manifest = PROJECT / "target" / "definitions" / "manifest.json"  # as of the run that built them
    nodes = json.loads(manifest.read_text())["nodes"].values()
    models = [
        node for node in nodes if node["database"] == "marts" and node["resource_type"] == "model"
    ]
    described = {
        (node["schema"], node["name"]): (node["description"], node["columns"])
        for node in models
        if node["config"]["materialized"] != "table_macro"
    }
    with plainly(marts) as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables()"
            " union all select schema_name, view_name, comment from duckdb_views()"
            " where not internal"
        ).fetchall()
        columns = connection.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns()"
            " where not internal"
        ).fetchall()
        macros = connection.execute(
            "select function_name, comment from duckdb_functions() where not internal"
        ).fetchall()
    assert {(schema, table): comment for schema, table, comment in tables} == {
        model: description for model, (description, _) in described.items()
    }
    assert {(schema, table, column): comment for schema, table, column, comment in columns} == {
        (*model, column): entry["description"]
        for model, (_, entries) in described.items()
        for column, entry in entries.items()
    }
    assert len(macros) == len(CALLS) and all(comment for _, comment in macros)
    assert any("'" in comment for *_, comment in columns), "a quote comes through"


def test_the_file_does_not_grow_run_by_run(
    replay: Replay, dirty_source: Path, later_source: Path, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    with workspace.writing("a test"):
        sizes = []
        for run in range(13):
            with open_warehouse(workspace.warehouse, workspace.next_marts) as connection:
                pull = replay.run(connection, later_source if run % 2 else dirty_source)
            assert pull.mode == ("incremental" if run else "full")
            workspace.publish_marts()
            sizes.append(workspace.marts.stat().st_size)
    assert max(sizes) <= 1.3 * sizes[0], sizes


def test_a_compact_file_holds_the_same(marts: Path, tmp_path: Path) -> None:
    worn = tmp_path / "it's worn.duckdb"
    worn.write_bytes(marts.read_bytes())
    with duckdb.connect(str(worn)) as connection:
        for table, rows in (("replaced", 1_000_000), ("behind", 100_000)):
            connection.execute(f"create table {table} as select hash(range) from range({rows})")
            connection.execute("checkpoint")
        connection.execute("drop table replaced")
    before = worn.stat().st_size, catalog(worn), mart_digests(worn)
    compact(worn, tmp_path / "scratch", Limits(), most_free=0.9)
    assert worn.stat().st_size == before[0]
    compact(worn, tmp_path / "scratch", Limits(), most_free=0.2)
    assert worn.stat().st_size < before[0]
    assert (catalog(worn), mart_digests(worn)) == before[1:]
    assert list((tmp_path / "scratch").iterdir()) == []


def catalog(marts: Path) -> list[list[tuple]]:
    """All that a file says of its tables, columns and macros."""
    questions = (
        "select schema_name, table_name, comment from duckdb_tables() order by all",
        "select schema_name, table_name, column_name, column_index, data_type, is_nullable, comment"
        " from duckdb_columns() where not internal order by all",
        "select schema_name, function_name, parameters, macro_definition, comment"
        " from duckdb_functions() where not internal order by all",
    )
    with plainly(marts) as connection:
        return [connection.execute(question).fetchall() for question in questions]


@pytest.mark.parametrize("block", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
def test_the_pages_sql_runs_in_an_older_duckdb(block: str, marts: Path) -> None:
    opened = [] if "attach" in block else ["-readonly", marts]
    in_duckdb_1_4(*opened, "-c", block.replace("data/marts.duckdb", str(marts)))


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_the_pages_python_runs(block: str, marts: Path) -> None:
    exec(block.replace("data/marts.duckdb", str(marts)), {})
