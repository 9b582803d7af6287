"""`loyalty run` and its neighbours, as a user calls them: a process each, on a real workspace."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import simplejson
from support.commands import Loyalty
from support.datasets import change_ledger
from support.fitted import recount_with_fits
from support.recount import recount_manifest
from support.replay import Replay
from support.workspaces import Built, read_files, read_payloads


def test_run_exports_the_recount(built: Built, dirty_source: Path) -> None:
    files = read_payloads(built.workspace / "export" / "current")
    manifest = simplejson.loads(files.pop("manifest.json"))
    assert files == recount_with_fits(dirty_source)
    expected = simplejson.loads(simplejson.dumps(recount_manifest(dirty_source), default=str))
    assert {key: manifest[key] for key in expected} == expected


def test_run_tells_what_it_did(built: Built) -> None:
    workspace, done = built
    for word in ("rows", "models", "tests", "quarantined", "files", "seconds"):
        assert word in done.stdout
    assert str(workspace / "export" / "current") in done.stdout
    assert str(workspace / "marts.duckdb") in done.stdout


def test_replay_equals_run(
    built: Built, dirty_source: Path, tmp_path: Path, replay: Replay
) -> None:
    replayed = replay.export(dirty_source, tmp_path)
    assert read_files(replayed.version) == read_files(built.workspace / "export" / "current")
    with duckdb.connect(str(tmp_path / "marts.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{built.workspace / 'marts.duckdb'}' as run (read_only)")
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'run'"
        ).fetchall()
        assert len(names) > 30
        for (name,) in names:
            run, again = f"from run.{name}", f"from marts.{name}"
            assert connection.execute(f"({run} except all {again})").fetchall() == []
            assert connection.execute(f"({again} except all {run})").fetchall() == []


def test_an_unchanged_source_changes_nothing(
    workspace: Path, dirty_source: Path, loyalty: Loyalty
) -> None:
    before = read_files(workspace / "export" / "versions") | {
        "marts": (workspace / "marts.duckdb").read_bytes()
    }
    done = loyalty("run", "--workspace", workspace, "--source", f"files:{dirty_source}")
    assert done.returncode == 0, done.stderr
    assert "nothing changed" in done.stdout
    after = read_files(workspace / "export" / "versions") | {
        "marts": (workspace / "marts.duckdb").read_bytes()
    }
    assert after == before


def test_an_incremental_run_follows_the_source_and_disturbs_no_reader(
    dirty_source: Path, tmp_path: Path, loyalty: Loyalty
) -> None:
    source, workspace = tmp_path / "source", tmp_path / "workspace"
    shutil.copytree(dirty_source, source)
    run = ("run", "--workspace", workspace, "--source", f"files:{source}")
    assert loyalty(*run).returncode == 0
    change_ledger(source)
    query = "select count(*), sum(net) from fct_client_days"

    with duckdb.connect(str(workspace / "marts.duckdb"), read_only=True) as reader:
        seen = reader.execute(query).fetchall()
        done = loyalty(*run)
        assert done.returncode == 0, done.stderr
        assert reader.execute(query).fetchall() == seen

    assert "incremental: the source or the settings changed" in done.stdout
    files = read_payloads(workspace / "export" / "current")
    assert {path: files[path] for path in files if path != "manifest.json"} == recount_with_fits(
        source
    )
    with duckdb.connect(str(workspace / "marts.duckdb"), read_only=True) as marts:
        assert marts.execute(query).fetchall() != seen
        (removed,) = marts.execute("select sum(rows_removed) from fct_restatements").fetchone()
        assert removed > 0


def test_another_point_value_and_margin_act_on_marts_that_are_built(
    workspace: Path, dirty_source: Path, loyalty: Loyalty
) -> None:
    def payload(website: int, name: str) -> dict:
        analytics = Path(f"{website}/api/v1/loyalty-management/analytics")
        file = workspace / "export" / "current" / analytics / name
        return simplejson.loads(file.read_bytes(), use_decimal=True)

    assert payload(3, "programme_value/days=365.json")["status"] == "no_margin"
    run = ("run", "--workspace", workspace, "--source", f"files:{dirty_source}")
    done = loyalty(*run, LOYALTY_POINT_VALUE="1:0.25,3:0.1", LOYALTY_MARGIN="1")
    assert done.returncode == 0, done.stderr
    assert "incremental: the source or the settings changed" in done.stdout
    liability = payload(1, "liability/index.json")
    assert liability["point_value"] == Decimal("0.25")
    assert liability["liability_if_all_redeemed"] == liability["points_held"] * Decimal("0.25")
    value = payload(3, "programme_value/days=365.json")
    assert value["break_even_uplift"] == value["cost_rate"] is not None


def test_calculate_keeps_its_range_through_a_full_refresh(
    workspace: Path, dirty_source: Path, loyalty: Loyalty
) -> None:
    requested = ("--website", 1, "--from", "2023-05-03", "--to", "2023-08-17")
    done = loyalty("calculate", "--workspace", workspace, *requested)
    assert done.returncode == 0, done.stderr
    record = simplejson.loads(done.stdout)
    path = Path("1/api/v1/loyalty-management/analytics") / str(record["id"]) / "index.json"
    current = workspace / "export" / "current"
    assert (current / path).read_text() == done.stdout
    with_range = read_files(current)

    refreshed = loyalty(
        *("run", "--full-refresh", "--workspace", workspace, "--source", f"files:{dirty_source}")
    )

    assert refreshed.returncode == 0, refreshed.stderr
    assert read_files(current) == with_range
    with duckdb.connect(str(workspace / "marts.duckdb"), read_only=True) as marts:
        stored = marts.execute("from loyalty_analytics where id = ?", [record["id"]]).fetchall()
        again = marts.execute("from calculate_analytics(1, '2023-05-03', '2023-08-17')").fetchall()
    assert stored == again and len(stored) == 1


@pytest.mark.parametrize(
    ("requested", "told"),
    [
        (("--website", 77, "--from", "2023-05-03", "--to", "2023-05-04"), "no website 77"),
        (("--website", 1, "--from", "2023-05-03", "--to", "2023-05-02"), "there is no range"),
        (("--website", 1, "--from", "2023-05-03", "--to", "2024-12-31"), "after as_of"),
        (("--website", 1, "--from", "1969-12-31", "--to", "2023-05-02"), "there is no range"),
        (("--website", 1, "--from", "yesterday", "--to", "2023-05-02"), "yesterday"),
    ],
)
def test_calculate_refuses_what_it_can_not_count(
    workspace: Path, loyalty: Loyalty, requested: tuple, told: str
) -> None:
    before = read_files(workspace / "export" / "current")
    done = loyalty("calculate", "--workspace", workspace, *requested)
    assert_refused(done, told)
    assert read_files(workspace / "export" / "current") == before
    assert not (workspace / "state" / "asked_ranges.json").exists()


def test_check_finds_what_was_tampered_with(
    workspace: Path, dirty_source: Path, loyalty: Loyalty
) -> None:
    arguments = ("check", "--workspace", workspace, "--source", f"files:{dirty_source}")
    agreed = loyalty(*arguments)
    assert agreed.returncode == 0, agreed.stdout + agreed.stderr
    with duckdb.connect(str(workspace / "warehouse.duckdb")) as connection:
        connection.execute("delete from raw.clients where id = (select min(id) from raw.clients)")
    (workspace / "export" / "current" / "websites.json").write_text("[]")
    done = loyalty(*arguments)
    assert done.returncode == 1
    assert "clients: 1 rows are in the source alone" in done.stdout
    assert "websites.json differs from its checksum" in done.stdout
    assert "raw → marts: differ" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--source", "files:/nowhere"), "/nowhere"),
        (("--source", "ftp://x"), "ftp"),
        (("--as-of", "2023-02-30"), "2023-02-30"),
        (("--as-of", "1969-12-31"), "LOYALTY_AS_OF"),
        (("--unknown",), "--unknown"),
    ],
)
def test_run_refuses_wrong_usage(
    tmp_path: Path, loyalty: Loyalty, arguments: tuple, told: str
) -> None:
    done = loyalty("run", "--workspace", tmp_path / "new", *arguments)
    assert_refused(done, told)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOYALTY_TIER_BASIS", "points"),
        ("LOYALTY_WINDOW_DAYS", "7,0"),
        ("LOYALTY_TOP_LIMITS", "ten"),
        ("LOYALTY_POINT_VALUE", "1:0.01,1:0.02"),
        ("LOYALTY_MARGIN", "25"),
        ("LOYALTY_KEEP_EXPORTS", "0"),
    ],
)
def test_run_refuses_wrong_settings(
    tmp_path: Path, loyalty: Loyalty, name: str, value: str
) -> None:
    done = loyalty("run", "--workspace", tmp_path / "new", **{name: value})
    assert_refused(done, name)
    assert not (tmp_path / "new").exists()


def test_run_refuses_an_unusable_source_and_leaves_the_workspace_as_it_was(
    workspace: Path, dirty_source: Path, tmp_path: Path, loyalty: Loyalty
) -> None:
    source = shutil.copytree(dirty_source, tmp_path / "source")
    websites = source / "websites.csv"
    header, *rows = websites.read_text(encoding="utf-8-sig").splitlines()
    websites.write_text("\n".join([header.replace("name", "title"), *rows]))
    before = read_files(workspace / "export" / "versions")
    arguments = ("run", "--full-refresh", "--workspace", workspace, "--source", f"files:{source}")

    assert_refused(loyalty(*arguments), "websites lacks the required column name")
    websites.unlink()
    assert_refused(loyalty(*arguments), "required entity websites is missing")
    assert read_files(workspace / "export" / "versions") == before
    checked = loyalty("check", "--workspace", workspace, "--source", f"files:{dirty_source}")
    assert checked.returncode == 0, checked.stdout


def test_a_first_run_that_its_source_refuses_leaves_no_workspace(
    dirty_source: Path, tmp_path: Path, loyalty: Loyalty
) -> None:
    source = shutil.copytree(dirty_source, tmp_path / "source")
    (source / "websites.csv").write_text("id,name,timezone\n1,A shop,Nowhere/At_All\n")
    arguments = ("run", "--workspace", tmp_path / "new", "--source", f"files:{source}")
    assert_refused(loyalty(*arguments), "unknown timezone 'Nowhere/At_All'")
    assert not (tmp_path / "new").exists()


def test_run_refuses_another_source_without_full_refresh(workspace: Path, loyalty: Loyalty) -> None:
    done = loyalty("run", "--workspace", workspace, "--source", "demo")
    assert_refused(done, "--full-refresh")


def test_one_writer_at_a_time(workspace: Path, dirty_source: Path, loyalty: Loyalty) -> None:
    from orchestration.workspace.workspace import Workspace

    with Workspace(workspace).writing("the other one"):
        for arguments in (
            ("run", "--source", f"files:{dirty_source}"),
            ("calculate", "--website", 1, "--from", "2023-05-03", "--to", "2023-05-04"),
            ("check", "--source", f"files:{dirty_source}"),
        ):
            done = loyalty(*arguments, "--workspace", workspace, LOYALTY_WAIT_SECONDS="0")
            assert done.returncode == 1
            assert "the other one" in done.stderr
            assert len(done.stderr.strip().splitlines()) == 1


def assert_refused(done: subprocess.CompletedProcess[str], told: str) -> None:
    """Exit 2, with one line on standard error that tells why."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
