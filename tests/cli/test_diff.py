"""`loyalty diff` as a user calls it: which exports it finds, how it ends, and what it prints."""

import json
import shutil
from pathlib import Path

import pytest
import simplejson
from support.commands import Loyalty

OVERVIEW = Path("1/api/v1/loyalty-management/analytics/overview/index.json")
CATEGORIES = Path("1/api/v1/loyalty-management/analytics/redemption_categories/days=7.json")


def write_version(folder: Path, redemptions: int, category: str = "Cash", rows: int = 1) -> Path:
    """A version of an export of one website."""
    manifest = {"schema_version": 1, "as_of": "2024-03-01", "files": []}
    categories = [
        {"category": f"{category}{number}", "points": redemptions} for number in range(rows)
    ]
    for path, content in {
        Path("manifest.json"): manifest,
        OVERVIEW: {"days": 30, "total_redemptions": redemptions},
        CATEGORIES: categories,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content))
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with two versions of its export."""
    workspace = tmp_path / "workspace"
    write_version(workspace / "export/versions/aaaa", 5)
    write_version(workspace / "export/versions/bbbb", 2**53 + 1)
    (workspace / "export/current").symlink_to("versions/bbbb")
    return workspace


def test_versions_folders_and_workspaces_are_found(
    workspace: Path, tmp_path: Path, loyalty: Loyalty
) -> None:
    other = shutil.copytree(workspace, tmp_path / "other", symlinks=True)
    for a, b, exit_code in (
        ("previous", "current", 1),
        ("aaaa", "bbbb", 1),
        ("bbbb", "current", 0),
        (workspace, other, 0),
        ("current", other / "export/versions/aaaa", 1),
    ):
        done = loyalty("diff", "--workspace", workspace, a, b)
        assert done.returncode == exit_code, done.stderr
        told = "all figures are equal" if exit_code == 0 else "overview"
        assert told in done.stdout


@pytest.mark.parametrize("name", ["", "[bold]"])
def test_what_is_no_export_is_refused(workspace: Path, loyalty: Loyalty, name: str) -> None:
    done = loyalty("diff", "--workspace", workspace, "current", name)
    assert done.returncode == 2
    assert repr(name) in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_damaged_export_is_named(workspace: Path, loyalty: Loyalty) -> None:
    (workspace / "export/current" / OVERVIEW).write_text('{"days": 30,')
    done = loyalty("diff", "--workspace", workspace, "previous", "current")
    assert done.returncode == 2
    assert f"{OVERVIEW} can't be read: it is not JSON" in done.stderr


def test_json_has_all_of_it_in_whole_numbers(workspace: Path, loyalty: Loyalty) -> None:
    done = loyalty("diff", "--json", "--workspace", workspace, "previous", "current")
    assert done.returncode == 1
    assert done.stderr == "loyalty: the exports differ: 2 figures\n"
    found = simplejson.loads(done.stdout, use_decimal=True)
    versions = workspace / "export/versions"
    assert found == {
        "a": str(versions / "aaaa"),
        "b": str(versions / "bbbb"),
        "equal": False,
        "settings": [],
        "figures": [
            {
                "website": "1",
                "endpoint": endpoint,
                "window": window,
                "row": row,
                "figure": figure,
                "a": 5,
                "b": 2**53 + 1,
                "difference": 2**53 - 4,
            }
            for endpoint, window, row, figure in (
                ("overview", "days=30", {}, "total_redemptions"),
                ("redemption_categories", "days=7", {"category": "Cash0"}, "points"),
            )
        ],
        "rows_only_in_a": [],
        "rows_only_in_b": [],
        "files_only_in_a": [],
        "files_only_in_b": [],
        "by_endpoint": {
            name: {"figures": 1, "rows_only_in_a": 0, "rows_only_in_b": 0}
            for name in ("overview", "redemption_categories")
        },
    }


def test_it_says_how_many_there_are_of_all_that_differs(workspace: Path, loyalty: Loyalty) -> None:
    versions = workspace / "export/versions"
    earlier = shutil.copytree(versions / "aaaa", versions / "cccc")
    manifest = json.loads((earlier / "manifest.json").read_text())
    (earlier / "manifest.json").write_text(json.dumps(manifest | {"as_of": "2024-02-29"}))

    def told(b: str) -> str:
        done = loyalty("diff", "--workspace", workspace, "aaaa", b)
        assert done.returncode == 1
        return done.stderr

    assert told("cccc") == "loyalty: the exports differ: 1 setting\n"
    write_version(versions / "bbbb", 5, rows=3)
    (versions / "bbbb" / OVERVIEW).unlink()
    assert told("bbbb") == (
        "loyalty: the exports differ: 2 rows that only one has, 1 file that only one has\n"
    )


def test_hostile_names_are_shown_and_do_nothing(workspace: Path, loyalty: Loyalty) -> None:
    hostile = "[red]\x1b[2J\u202e</script>\n"
    versions = workspace / "export/versions"
    write_version(versions / "aaaa", 5, hostile, rows=30)
    write_version(versions / "bbbb", 6, hostile, rows=30)
    done = loyalty("diff", "--workspace", workspace, "previous", "current")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert "[red]" in "".join(done.stdout.replace("│", "").split())
    assert "… and 11 more (--json has all)" in done.stdout
