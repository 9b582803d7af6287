"""The dbt project on its own: its unit tests, `dbt build` without our command, what dbt refuses."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from support.replay import PROJECT


def dbt(
    workspace: Path, *arguments: str, project: Path = PROJECT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "dbt", *arguments, "--profiles-dir", "dbt_project"],
        cwd=project,
        env=os.environ
        | {"LOYALTY_WORKSPACE": str(workspace), "DBT_TARGET_PATH": str(workspace / "target")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_unit_tests_and_a_plain_build(workspace: Path) -> None:
    done = dbt(workspace, "build")
    assert done.returncode == 0, done.stdout
    assert "Deprecat" not in done.stdout
    assert "unit_test" in done.stdout or "unit test" in done.stdout, done.stdout[-2000:]


BROKEN = """
update fct_redemption_requests set status = 'lost', client_id = -1;
update quarantined_rows set reason = null, column_name = null;
insert into dim_windows from dim_windows limit 1;
insert into fct_points_daily from fct_points_daily limit 1;
"""


def test_broken_rows_fail_the_tests_that_name_model_column_and_rule(workspace: Path) -> None:
    with duckdb.connect(str(workspace / "marts_next.duckdb")) as connection:
        connection.execute(BROKEN)
    marts = ("fct_redemption_requests", "quarantined_rows", "dim_windows", "fct_points_daily")
    chosen = [f"{mart},test_type:generic" for mart in marts]
    done = dbt(workspace, "test", "--select", *chosen)
    assert set(re.findall(r"FAIL \d+ (\w+)", done.stdout)) == {
        "accepted_values_fct_redemption_requests_status",
        "relationships_fct_redemption_requests_client_id__client_id__ref_dim_clients_",
        "not_null_quarantined_rows_reason",
        "not_null_quarantined_rows_column_name",
        "unique_dim_windows_window_days",
        "unique_combination_fct_points_daily_website_id__date",
    }, done.stdout


def test_models_that_break_their_contract_are_not_built(workspace: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "dbt_project", project / "dbt_project")
    shutil.copy(PROJECT / "dbt_project.yml", project)
    for mart, written, instead in (
        ("dim_windows", "data_type: integer", "data_type: bigint"),
        ("dim_run", "data_type: date", "data_type: date\n        constraints: [{type: not_null}]"),
    ):
        described = project / "dbt_project" / "models" / "marts" / f"{mart}.yml"
        described.write_text(described.read_text().replace(written, instead))
    before = (workspace / "marts_next.duckdb").read_bytes()
    done = dbt(workspace, "run", "--select", "dim_windows", "dim_run", project=project)
    assert "This model has an enforced contract that failed" in done.stdout, done.stdout
    assert "dim_run has constraints, which nothing enforces" in done.stdout
    assert "PASS=0" in done.stdout
    assert (workspace / "marts_next.duckdb").read_bytes() == before
