"""Fingerprints of the code: a new version of the project, and what it leads to."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.replay import PROJECT
from support.workspaces import copy_project

from orchestration.pull.load_raw import load_raw
from orchestration.pull.run_inputs import NO_INPUTS
from orchestration.pull.run_progress import exported_by, finish, note_exported
from orchestration.settings import load_settings
from orchestration.sources.files.folder import FilesSource
from orchestration.transform.build_fingerprints import models_parts

MODELS, EXPORT = {"models"}, {"export"}
TELL = """
import json
from orchestration.settings import load_settings
from orchestration.transform.build_fingerprints import export_fingerprint, models_parts
print(json.dumps([models_parts(load_settings(), "demo"), export_fingerprint()]))
"""


def take(project: Path) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(zip(("models", "export"), json.loads(told.stdout), strict=True))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    project = copy_project(tmp_path_factory.mktemp("known") / "project")
    return project, take(project)


@pytest.mark.parametrize(
    ("path", "shaped"),
    [
        ("api_export/page/style.css", EXPORT),
        ("api_export/page/app.js", EXPORT),
        ("api_export/page/chart.umd.min.js", EXPORT),
        ("api_export/payloads/schemas.py", EXPORT),
        ("api_export/export/versions.py", EXPORT),
        ("api_export/a_module_that_comes.py", EXPORT),
        ("api_export/payloads/strict_json/__init__.py", MODELS | EXPORT),
        ("orchestration/transform/plugin.py", MODELS),
        ("orchestration/sources/files/folder.py", MODELS),
        ("orchestration/a_package/that_comes.sql", MODELS),
        ("dbt_project.yml", MODELS),
        ("dbt_project/profiles.yml", MODELS),
        ("dbt_project/models/marts/dim_run.sql", MODELS),
        ("dbt_project/models/marts/dim_run.yml", MODELS),
        ("dbt_project/macros/ratio.sql", MODELS),
        ("dbt_project/seeds/widget_types.csv", MODELS),
        ("dbt_project/tests/assert_one_run.sql", MODELS),
        ("dbt_project/analyses/points_lying_idle.sql", set()),
        ("dbt_project/models/semantic/_metrics.yml", set()),
        ("dbt_project/models/marts/_unit_tests.yml", set()),
        ("dbt_project/models/marts/_unit_tests_money.yml", set()),
        ("dbt_project/models/reports/_exposures.yml", set()),
        ("orchestration/__pycache__/cli.cpython-311.pyc", set()),
        ("orchestration/pull/.raw.py.swp", set()),
        ("tests/conftest.py", set()),
    ],
)
def test_a_changed_file_shapes_marts_or_export(
    known: tuple[Path, dict[str, Any]], path: str, shaped: set[str]
) -> None:
    project, before = known
    changed = project / path
    content = changed.read_bytes() if changed.exists() else None
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_bytes((content or b"") + b"\n")
    try:
        after = take(project)
    finally:
        changed.unlink()
        if content is not None:
            changed.write_bytes(content)
    assert {name for name in before if before[name] != after[name]} == shaped


def test_what_shapes_the_marts_is_named_as_people_know_it() -> None:
    parts = models_parts(load_settings(), "demo")
    assert parts["LOYALTY_TIER_BASIS"] == "balance"
    assert parts["the version of duckdb"] == duckdb.__version__
    files = {name for name in parts if "/" in name}
    assert {
        "api_export/payloads/strict_json/__init__.py",
        "dbt_project/models/marts/dim_run.sql",
        "orchestration/pull/sync.py",
    } < files
    assert [name for name in files if not (PROJECT / name).is_file()] == []


def test_the_code_is_the_same_wherever_it_lies(known: tuple[Path, dict[str, Any]]) -> None:
    assert take(PROJECT) == known[1]


def test_the_export_alone_is_known_to_be_of_other_code(dirty_source: Path) -> None:
    with duckdb.connect() as connection:
        source = FilesSource(dirty_source)

        def load(checksum: str) -> str:
            parts = {"models/a.sql": checksum}
            return load_raw(connection, source, NO_INPUTS, build_parts=parts).mode

        assert load("its checksum") == "full"
        finish(connection, "export")
        assert load("its checksum") == "nothing" and exported_by(connection) == "export"
        note_exported(connection, "other")
        assert load("its checksum") == "nothing" and exported_by(connection) == "other"
        assert load("another checksum") == "full"


def test_the_engine_and_its_versions_shape_the_marts() -> None:
    on_duckdb, on_spark = (
        models_parts(load_settings(engine=engine), "demo") for engine in ("duckdb", "spark")
    )
    assert on_spark.keys() - on_duckdb.keys() == {
        *("LOYALTY_ENGINE", "the version of dbt-spark", "the version of pyspark")
    }
