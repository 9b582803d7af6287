"""The versions of DuckDB that docs/analysts.md lists read the published marts as it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import simplejson
from filelock import FileLock
from support.questions import Question
from support.replay import PROJECT

ASK = """
import json, sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for sql in sys.argv[2:]:
    try:
        rows = connection.execute(sql).fetchall()
        said = [[None if value is None else str(value) for value in row] for row in rows]
    except duckdb.Error as error:
        said = str(error)
    print(json.dumps(said))
"""
PAGE = (PROJECT / "docs/analysts.md").read_text()
CONSTRAINTS = (PROJECT / "constraints.txt").read_text()
READS_ALL = ("2.0.1", "1.4.2", "1.3.2", "1.2.2")
READS_TABLES = {
    "1.4.1": "Table with name records does not exist",
    "1.1.3": "Table with name … does not exist",
    "1.0.0": "Table Function with name query_table does not exist",
    "0.10.3": "Table Function with name query_table does not exist",
}
"""What each says of a table macro."""
TOO_OLD = "0.9.2"


@pytest.fixture(scope="session")
def installed(pytestconfig: pytest.Config) -> Path:
    """The folder of versions of DuckDB that were installed, each once."""
    return pytestconfig.cache.mkdir("duckdb-versions")


def ask(installed: Path, version: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ASK, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(install(installed, version))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def install(installed: Path, version: str) -> Path:
    """The folder of a version; skips the test where there is no wheel of it to be had."""
    folder = installed / version
    with FileLock(installed / f"{version}.lock"):
        if not (folder / "installed").exists():
            pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
            options = (
                "--retries",
                "1",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--upgrade",
                "--target",
                folder,
            )
            done = subprocess.run(
                [*pip, "install", *options, f"duckdb=={version}"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                pytest.skip(f"pip gets no DuckDB {version} for this Python from here")
            (folder / "installed").touch()
    return folder


def told(version: str) -> list[str]:
    """The cells of the row of the page that a version belongs to."""
    _, _, table = PAGE.partition("| version | tables and reports | table macros |\n")
    rows = [line.strip("| ").split(" | ") for line in table.partition("\n\n")[0].splitlines()]
    for name in (version, version.rpartition(".")[0]):
        for row in rows:
            if name in row[0].replace(",", "").split():
                return row
    raise AssertionError(f"docs/analysts.md doesn't tell of DuckDB {version}")


@pytest.mark.parametrize("version", [*READS_ALL, *READS_TABLES])
def test_a_version_reads_what_the_page_says(
    version: str, installed: Path, marts: Path, asked: dict[str, Question]
) -> None:
    report, macro = asked["report"], asked["table macro"]
    done = ask(installed, version, marts, report.sql, macro.sql)
    assert done.returncode == 0, done.stderr
    rows, record = map(simplejson.loads, done.stdout.splitlines())
    _, reads_tables, reads_macros = told(version)
    assert (rows, reads_tables) == (report.answer, "yes")
    if version in READS_ALL:
        assert (record, reads_macros) == (macro.answer, "yes")
    else:
        complaint = READS_TABLES[version]
        assert re.search(complaint.replace("…", ".+"), record)
        assert reads_macros.startswith("no") and f'"{complaint}"' in reads_macros


def test_an_older_version_does_not_open_the_file(installed: Path, marts: Path) -> None:
    done = ask(installed, TOO_OLD, marts)
    (complaint,) = [line for line in done.stderr.splitlines() if "Serialization Error" in line]
    assert told(TOO_OLD)[1].startswith("no")
    assert "field id mismatch" in complaint and "field id mismatch" in told(TOO_OLD)[1]


def test_the_page_lists_the_versions_that_are_asked() -> None:
    listed = re.search(r"^Tests ask with (.+)\.$", PAGE, re.MULTILINE).group(1)
    ours = re.findall(r"^duckdb(?:-cli)?==(\d+\.\d+\.\d+)", CONSTRAINTS, re.MULTILINE)
    assert set(re.split(", | and ", listed)) == {*READS_ALL, *READS_TABLES, TOO_OLD, *ours}
