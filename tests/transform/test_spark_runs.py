"""`loyalty run` with the models on Spark: here and elsewhere, stopped, and after DuckDB."""

import signal
import subprocess
from pathlib import Path

import duckdb
import pytest
from support.commands import LOYALTY, Loyalty, assert_session_ends, clean_environment, processes_of
from support.replay import PROJECT
from support.spark_marks import deep, needs_spark
from support.workspaces import Built, mart_digests, read_payloads

from orchestration.errors import RunError
from orchestration.transform.spark.build import build_tables

pytestmark = needs_spark


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_ends_ends_its_spark_which_kept_to_its_limits(
    number: signal.Signals, tmp_path: Path, dirty_source: Path
) -> None:
    workspace = tmp_path / "workspace"
    with subprocess.Popen(
        [LOYALTY, "run", "--workspace", workspace, "--source", f"files:{dirty_source}"],
        cwd=PROJECT,
        env=clean_environment(
            LOYALTY_ENGINE="spark", LOYALTY_THREADS="1", LOYALTY_MEMORY_LIMIT="2500MB"
        ),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any("dbt build on Spark on this machine" in line for line in process.stdout)
        tables = workspace / "lakehouse" / "tables"
        while not list(tables.glob("*/catalog/main.db")):  # Java works
            assert process.poll() is None
        # A process that Java is about to start has its words for a moment.
        (java,) = {line for line in processes_of(process.pid) if "SparkSubmit" in line}
        assert "-Xmx1000m" in java and "spark.master=local[1]" in java
        process.send_signal(number)
        said = process.communicate()[0]
    assert_session_ends(process.pid)
    assert "Traceback" not in said
    if number == signal.SIGTERM:
        assert said.endswith("loyalty: stopped by SIGTERM\n")


def test_a_build_that_fails_names_models_and_reasons_and_no_frames_of_java(tmp_path: Path) -> None:
    """Nothing has landed but websites without a column that is read."""
    (tmp_path / "raw" / "websites").mkdir(parents=True)
    duckdb.sql(f"copy (select 1 as id) to '{tmp_path}/raw/websites/part-0.parquet'")
    with pytest.raises(RunError) as told:
        build_tables(tmp_path, tmp_path / "target", {"LOYALTY_WORKSPACE": str(tmp_path)})
    first, *failures, last = str(told.value).splitlines()
    assert first == "dbt build on Spark failed"
    assert last == f"logs: {tmp_path / 'target'}"
    reasons = dict(line.split(": ", 1) for line in failures)
    assert reasons["model.loyalty_analytics.stg_loyalty__websites"].startswith("[UNRESOLVED_COLUMN")
    assert reasons["model.loyalty_analytics.stg_loyalty__clients"].startswith("[TABLE_OR_VIEW_NOT")
    assert all("\tat " not in line and len(line) < 500 for line in failures)
    assert (tmp_path / "target" / "dbt.log").exists()


def assert_builds_as_duckdb(
    loyalty: Loyalty, workspace: Path, source: Path, built: Built, **settings: str
) -> str:
    done = loyalty(
        *("run", "--workspace", workspace, "--source", f"files:{source}"),
        LOYALTY_ENGINE="spark",
        **settings,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert mart_digests(workspace / "marts.duckdb") == mart_digests(
        built.workspace / "marts.duckdb"
    )
    return done.stdout


@deep
def test_engines_take_turns_in_a_workspace(
    loyalty: Loyalty, workspace: Path, dirty_source: Path, built: Built
) -> None:
    said = assert_builds_as_duckdb(loyalty, workspace, dirty_source, built)
    assert "LOYALTY_ENGINE (not set → spark)" in said
    assert "100 models done" in said
    run = ("run", "--workspace", workspace, "--source", f"files:{dirty_source}")
    again = loyalty(*run, LOYALTY_ENGINE="spark")
    assert again.returncode == 0 and "dbt build" not in again.stdout
    back = loyalty(*run)
    assert "LOYALTY_ENGINE (spark → not set)" in back.stdout
    expected = mart_digests(built.workspace / "marts.duckdb")
    assert mart_digests(workspace / "marts.duckdb") == expected
    payloads = read_payloads(workspace / "export" / "current")
    assert payloads.keys() == read_payloads(built.workspace / "export" / "current").keys()


@deep
@pytest.mark.parametrize("where", ["standalone", "connect"])
def test_a_run_elsewhere_publishes_the_same(
    loyalty: Loyalty, tmp_path: Path, dirty_source: Path, built: Built, where: str
) -> None:
    from support.spark_clusters import connect_server, standalone_cluster

    start = standalone_cluster if where == "standalone" else connect_server
    with start(tmp_path / "cluster") as variables:
        settings = variables | {"LOYALTY_LAKEHOUSE": str(tmp_path / "shared")}
        workspace = tmp_path / "workspace"
        assert_builds_as_duckdb(loyalty, workspace, dirty_source, built, **settings)
        source = ("--source", f"files:{dirty_source}")
        plan = loyalty(
            *("plan", "--workspace", workspace, *source, "--full-refresh"),
            LOYALTY_ENGINE="spark",
            **settings,
        )
        assert plan.returncode == 0, plan.stderr + plan.stdout
        refused = loyalty(
            *("run", "--workspace", tmp_path / "another", *source),
            LOYALTY_ENGINE="spark",
            **settings,
        )
    assert refused.returncode == 2
    assert "is another workspace's" in refused.stderr
    assert {path.name for path in (tmp_path / "shared").iterdir()} == {"owner", "raw", "tables"}
    assert not (workspace / "lakehouse").exists()
