"""`loyalty explain`: the figure, its first rows, all of them as CSV, and what it refuses."""

import csv
import io
import subprocess
from pathlib import Path

import duckdb
import pytest
from support.commands import LOYALTY, Loyalty, clean_environment
from support.replay import PROJECT
from support.workspaces import Built

from api_export.payloads.figures import FIGURES

RANGE = ("--from", "2023-05-03", "--to", "2024-03-17")
MARCH = ("--from", "2024-03-01", "--to", "2024-03-17")


def call(built: Built, loyalty: Loyalty, *arguments: object) -> str:
    done = loyalty("explain", "--workspace", built.workspace, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("website", [2, "all"])
def test_it_tells_the_figure_its_count_and_its_first_rows(
    built: Built, loyalty: Loyalty, website: int | str
) -> None:
    with duckdb.connect(str(built.workspace / "marts.duckdb"), read_only=True) as marts:
        rows = marts.execute(
            "select entity, id, client_id, date::varchar, points"
            " from explain('redeemed', ?, '2023-05-03', '2024-03-17')"
            " order by date, entity, id",
            [None if website == "all" else website],
        ).fetchall()
    total = sum(row[-1] for row in rows)

    told = call(built, loyalty, "redeemed", "--website", website, *RANGE)

    assert f"value  {total} (the sum of their points)\n" in told
    assert f"count  {len(rows)}\n" in told
    assert f"total  {total}\n" in told
    assert f"and {len(rows) - 10} more: --csv prints every row" in told
    shown = [
        tuple(cell.strip() for cell in line.split("│")[1:-1])
        for line in told.splitlines()
        if line.startswith("│")
    ]
    assert shown == [tuple(map(str, row)) for row in rows[:10]]

    listed = list(
        csv.reader(
            io.StringIO(call(built, loyalty, "redeemed", "--website", website, *RANGE, "--csv"))
        )
    )
    assert listed[0] == ["entity", "id", "client_id", "date", "points"]
    assert listed[1:] == [list(map(str, row)) for row in rows]


def test_a_count_is_told_as_one(built: Built, loyalty: Loyalty) -> None:
    told = call(built, loyalty, "active_clients", "--website", 2, *MARCH)
    (count,) = [line.split()[1] for line in told.splitlines() if line.startswith("count")]
    assert f"value  {count} (their count)\n" in told


def test_a_figure_without_rows_is_nought(built: Built, loyalty: Loyalty) -> None:
    nothing = ("issued", "--website", 2, "--from", "1970-01-01", "--to", "1970-01-02")
    assert "value  0 " in call(built, loyalty, *nothing)
    assert call(built, loyalty, *nothing, "--csv") == "entity,id,client_id,date,points\n"


def test_who_reads_the_rows_may_stop_early(built: Built) -> None:
    command = ["explain", "outstanding", "--workspace", built.workspace, "--website", "all"]
    with subprocess.Popen(
        [LOYALTY, *map(str, command), *RANGE, "--csv"],
        cwd=PROJECT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("issue", "--website", 1, *MARCH), f"'issue'; there are: {', '.join(FIGURES)}\n"),
        (("--website", 1, *MARCH), "Missing argument 'FIGURE'"),
        (("issued", *MARCH), "Missing option '--website'"),
        (("issued", "--website", "each", *MARCH), "'each' is neither a website's id nor 'all'"),
        (("issued", "--website", 77, *MARCH), "there is no website 77; there are: 1 ("),
        (("issued", "--website", 1, "--from", "2024-03-01"), "Missing option '--to'"),
        (
            ("issued", "--website", 1, "--from", "2024-03-02", "--to", "2024-03-01"),
            "doesn't end before it begins",
        ),
        (
            ("issued", "--website", "all", "--from", "2024-03-02", "--to", "2199-12-31"),
            "2199-12-31 lies after as_of, ",
        ),
        (
            ("issued", "--website", 1, "--from", "1969-12-31", "--to", "2024-03-01"),
            "a range begins on 1970-01-01",
        ),
    ],
)
def test_wrong_usage_is_refused_in_one_line(
    built: Built, loyalty: Loyalty, arguments: tuple, told: str
) -> None:
    done = loyalty("explain", "--workspace", built.workspace, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.startswith("loyalty: ") and done.stderr.count("\n") == 1


def test_nothing_is_explained_before_the_first_run(tmp_path: Path, loyalty: Loyalty) -> None:
    done = loyalty("explain", "--workspace", tmp_path, "issued", "--website", 1, *MARCH)
    assert done.returncode == 2
    assert "use `loyalty run` first" in done.stderr
