"""What a run on Spark needs is told in one line before it pulls, and its folder is its own."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import Loyalty
from support.postgres_server import free_port

from orchestration.errors import UsageError
from orchestration.settings import load_settings
from orchestration.transform.spark import requirements
from orchestration.transform.spark.build import _follow, first_words
from orchestration.transform.spark.lakehouse import check_lakehouse, claim_lakehouse, emptied
from orchestration.transform.spark.requirements import NOT_INSTALLED, check_spark
from orchestration.workspace.duckdb_setup import Limits

WITHOUT = """
import sys
for name in sys.argv[1:]:
    sys.modules[name] = None
from orchestration.errors import UsageError
from orchestration.transform.spark.requirements import check_spark
from orchestration.workspace.duckdb_setup import Limits
try:
    check_spark(Limits())
except UsageError as error:
    print(error)
"""
"""What is asked of a Python in which some modules can't be imported."""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all packages were there."""
    monkeypatch.setattr(requirements, "_is_installed", lambda _: True)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("SPARK_REMOTE", raising=False)


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put_java(folder: Path, version: str) -> Path:
    java = folder / "java"
    java.write_text(f"#!/bin/sh\necho '{version}' >&2\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize("module", ["pyspark", "dbt.adapters.spark"])
def test_a_missing_package_is_told_with_how_to_install_it(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, module], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{NOT_INSTALLED}\n"


@pytest.mark.usefixtures("installed", "path")
def test_a_machine_without_java_is_told_which_to_install() -> None:
    with pytest.raises(UsageError, match=r"Java, and there is none on PATH: install Java 17 or"):
        check_spark(Limits())


@pytest.mark.usefixtures("installed")
def test_java_home_goes_before_path(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    put_java(path, 'openjdk version "17.0.15"')
    check_spark(Limits())
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(UsageError, match=r"there is none in JAVA_HOME \(/nowhere\)"):
        check_spark(Limits())


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("said", "is_called"),
    [
        ('openjdk version "11.0.22" 2024-01-16', "Java 11"),
        ('java version "1.8.0_392"', "Java 8"),
        ("The operation couldn’t be completed. Unable to locate a Java Runtime.", "no Java"),
    ],
)
def test_an_older_java_is_told(path: Path, said: str, is_called: str) -> None:
    java = put_java(path, said)
    with pytest.raises(UsageError, match=rf"^{java} is {is_called}.*Java 17 or newer"):
        check_spark(Limits())


@pytest.mark.usefixtures("installed")
def test_java_needs_room_beside_python(path: Path) -> None:
    put_java(path, 'openjdk version "21"')
    with pytest.raises(UsageError, match=r"LOYALTY_MEMORY_LIMIT: .* at least 2000MB"):
        check_spark(Limits(memory=1_900_000_000))


@pytest.mark.usefixtures("installed", "path")
def test_a_server_needs_no_java_here_and_has_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("SPARK_REMOTE", f"sc://{address}/;token=secret")
    with pytest.raises(UsageError, match=rf"Spark at {address} doesn't answer") as told:
        check_spark(Limits())
    assert "secret" not in str(told.value)
    monkeypatch.setenv("SPARK_REMOTE", "spark://host:7077")
    with pytest.raises(UsageError, match="begin with sc://"):
        check_spark(Limits())


def test_a_run_that_can_have_no_spark_pulls_nothing(
    loyalty: Loyalty, tmp_path: Path, dirty_source: Path
) -> None:
    workspace = tmp_path / "workspace"
    done = loyalty(
        *("run", "--workspace", workspace, "--source", f"files:{dirty_source}"),
        LOYALTY_ENGINE="spark",
        JAVA_HOME="/nowhere",
        PATH=os.environ["PATH"],
    )
    assert done.returncode == 2
    assert re.fullmatch(r"Error: .*Spark.*", done.stderr.strip())
    assert "reading" not in done.stdout
    assert not workspace.exists()


def test_a_store_that_isnt_mounted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOYALTY_LAKEHOUSE", "s3://bucket/lakehouse")
    with pytest.raises(UsageError, match="s3://bucket/lakehouse isn't a folder: mount the store"):
        load_settings()


def test_a_lakehouse_is_one_workspaces_alone(tmp_path: Path) -> None:
    shared, first, second = (tmp_path / name for name in ("shared", "first", "second"))
    for workspace in (first, second):
        workspace.mkdir()
    check_lakehouse(shared, second)
    for _ in range(2):
        claim_lakehouse(shared, first)
    for refusing in (check_lakehouse, claim_lakehouse):
        with pytest.raises(UsageError, match="is another workspace's; use another folder"):
            refusing(shared, second)
    claim_lakehouse(shared, first.rename(tmp_path / "moved"))


def test_a_folder_of_something_else_is_no_lakehouse(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "raw").mkdir()
    with pytest.raises(UsageError, match="home holds something else; use an empty folder"):
        claim_lakehouse(tmp_path / "home", tmp_path / "workspace")


@pytest.mark.parametrize("name", ["a*", "a[0]", "a{b}", "it's", "a`b", "a\\b", "a%20b", "a\nb"])
def test_a_path_that_would_be_a_pattern_is_no_lakehouse(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="which Spark doesn't take in a path"):
        check_lakehouse(tmp_path / name, tmp_path)


def test_what_a_killed_plan_left_in_a_lakehouse_is_removed(tmp_path: Path) -> None:
    shared, workspace = tmp_path / "shared", tmp_path / "workspace"
    for name in (".rehearsal-killed", ".rehearsal-working"):
        (shared / name).mkdir(parents=True)
    (workspace / ".rehearsal-working").mkdir(parents=True)
    claim_lakehouse(shared, workspace)
    assert {path.name for path in shared.iterdir()} == {"owner", ".rehearsal-working"}


def test_a_folder_is_emptied_whatever_it_held(tmp_path: Path) -> None:
    (tmp_path / "tables" / "main.db").mkdir(parents=True)
    assert list(emptied(tmp_path / "tables").iterdir()) == []


def event(name: str, level: str, message: str, **data: object) -> str:
    info = {"name": name, "level": level, "msg": message}
    return json.dumps({"info": info, "data": data}) + "\n"


def test_a_failed_build_names_the_model_and_sparks_first_words() -> None:
    message = (
        "Runtime Error in model fct_a (dbt_project/models/marts/fct_a.sql)\n"
        "  Job aborted: Lost task 0.0 (TID 4) (host executor driver): org.apache.spark."
        "SparkArithmeticException: [ARITHMETIC_OVERFLOW] long overflow. SQLSTATE: 22003\n"
        "\tat org.apache.spark.sql.errors.QueryExecutionErrors$.overflow(Errors.scala:86)\n"
    )
    rest = io.StringIO()
    lines = [
        "WARNING: Using incubator modules\n",
        event("LogModelResult", "info", "1 of 2 OK"),
        event("RunResultError", "error", message, node_info={"unique_id": "model.x.fct_a"}),
    ]
    told = _follow(lines, rest)
    assert told == ["model.x.fct_a: [ARITHMETIC_OVERFLOW] long overflow. SQLSTATE: 22003"]
    assert rest.getvalue() == "WARNING: Using incubator modules\n"


def test_a_build_that_never_began_tells_the_last_that_was_said() -> None:
    lines = ["Traceback (most recent call last):\n", "ValueError: no\n", "\n"]
    assert _follow(lines, io.StringIO()) == ["ValueError: no"]


def test_dbts_own_errors_begin_on_their_second_line() -> None:
    told = "Compilation Error in model fct_a (fct_a.sql)\n  'x' is undefined\n  \n  > in macro y"
    assert first_words(told) == "'x' is undefined"
