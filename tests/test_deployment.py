"""A deployment is all that a run knows of where it works: nothing of it is in the process."""

import os
import shutil
from pathlib import Path

import pytest
from dagster import DagsterInstance
from support.workspaces import Built

from orchestration.deployment import Deployment
from orchestration.pipeline.code_location import build_defs
from orchestration.settings import load_settings

RANGE = {"website": 1, "date_from": "2023-05-03", "date_to": "2023-05-09"}


@pytest.fixture
def deployments(built: Built, tmp_path: Path) -> list[Deployment]:
    """Two deployments of workspaces that hold the same."""
    made = []
    for name in ("one", "other"):
        workspace = tmp_path / name
        shutil.copytree(built.workspace, workspace, symlinks=True)
        made.append(Deployment(load_settings(workspace=workspace)))
    return made


def test_the_definitions_of_two_deployments_do_not_meet(deployments: list[Deployment]) -> None:
    environment = dict(os.environ)
    jobs = [build_defs(each).resolve_job_def("calculate_analytics") for each in deployments]
    assert dict(os.environ) == environment
    one, other = (each.workspace for each in deployments)
    with DagsterInstance.ephemeral() as instance:
        config = {"ops": {"calculate": {"config": RANGE}}}
        with other.writing("somebody else"):  # who holds the other one is in nobody's way
            assert jobs[0].execute_in_process(run_config=config, instance=instance).success
    assert len(one.requested_ranges()) == 1
    assert other.requested_ranges() == ()
    assert dict(os.environ) == environment


def test_dbt_is_handed_the_same_limits(tmp_path: Path) -> None:
    settings = load_settings(workspace=tmp_path, memory_limit="2GB", threads=1)
    handed = Deployment(settings).environment()
    names = {name.removeprefix("LOYALTY_").lower(): value for name, value in handed.items()}
    assert load_settings(**names) == settings
