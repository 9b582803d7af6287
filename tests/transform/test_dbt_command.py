"""dbt works for a run as the run calls it, whatever its caller's environment says to dbt."""

from pathlib import Path

import pytest

from orchestration.transform.dbt_command import call_dbt, dbt_environment


def test_no_option_of_dbt_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DBT_TARGET": "prod",
        "DBT_PROFILE": "another",
        "DBT_PROJECT_DIR": str(tmp_path),
        "DBT_VERSION_CHECK": "perhaps",
    }.items():
        monkeypatch.setenv(name, value)
    done = call_dbt("list", "--select", "dim_run", target=tmp_path, variables={})
    assert done.returncode == 0, done.stdout


def test_what_a_run_says_to_dbt_counts_and_all_else_is_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOYALTY_SOURCE", "files:here")
    monkeypatch.setenv("DBT_TARGET_PATH", "theirs")
    monkeypatch.setenv("DBT_FULL_REFRESH", "true")
    environment = dbt_environment({"DBT_TARGET_PATH": "ours"})
    assert environment["LOYALTY_SOURCE"] == "files:here" and environment["PATH"]
    assert {name: value for name, value in environment.items() if name.startswith("DBT_")} == {
        "DBT_TARGET_PATH": "ours"
    }
