"""State: every file is read through a schema; what no run wrote is named, and never a traceback."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from api_export.export.manifest import find_faults
from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.alerts import find_staleness
from orchestration.deployment import Deployment
from orchestration.errors import RunError
from orchestration.settings import load_settings
from orchestration.workspace.report_history import TABLES, load_history
from orchestration.workspace.state_files import RequestedRanges, WidgetEdits
from orchestration.workspace.status import note_finished, read_status
from orchestration.workspace.workspace import Workspace

SOURCE = "files:/shop"
RANGE = RequestedRange(1, date(2024, 5, 3), date(2024, 5, 9))
EDIT = WidgetEdit(
    website_id=1,
    widget_id=7,
    is_deleted=False,
    widget_type="points_issued",
    title="Points",
    position=2,
    is_visible=True,
    config='{"days": 7}',
    created_at="2024-05-03T10:00:00Z",
)
GONE = WidgetEdit(1, 8, is_deleted=True)

READERS: dict[str, Callable[[Workspace], Any]] = {
    "source.json": lambda workspace: workspace.check_source(SOURCE, is_full_refresh=False),
    "source_columns.json": lambda workspace: workspace.known_columns(SOURCE),
    "asked_ranges.json": lambda workspace: workspace.requested_ranges(),
    "widget_edits.json": lambda workspace: workspace.widget_edits(),
}
BEFORE_VERSIONS: dict[str, Any] = {
    "source.json": SOURCE,
    "source_columns.json": {"source": SOURCE, "columns": {"clients": ["email"]}},
    "asked_ranges.json": [[1, "2024-05-03", "2024-05-09"]],
    "widget_edits.json": [EDIT._asdict(), GONE._asdict()],
}
EXPECTED: dict[str, Any] = {
    "source.json": None,
    "source_columns.json": {"clients": ["email"]},
    "asked_ranges.json": (RANGE,),
    "widget_edits.json": (EDIT, GONE),
}
ANY_FILE = [
    "",
    "{",
    "null",
    "3",
    "1e400",
    "NaN",
    "true",
    "{}",
    "[[]]",
    "[null]",
    '["a", 1]',
    '{"version": 1}',
    '{"version": 0}',
    '{"version": true}',
    '{"version": "1"}',
    '{"version": null}',
    "[" * 100_000,
    "1" * 6_000,
    '"\\ud800"',
]
ONE_FILE = {
    "source.json": ["[]", '{"source": "files:/shop"}', '{"version": 1, "source": 3}'],
    "source_columns.json": [
        "[]",
        '"text"',
        '{"source": "files:/shop"}',
        '{"source": "files:/shop", "columns": []}',
        '{"source": "files:/shop", "columns": {"clients": "email"}}',
        '{"source": "files:/shop", "columns": {"clients": [1]}}',
        '{"source": 1, "columns": {}}',
        '{"version": 1, "source": "files:/shop", "columns": {}, "more": 1}',
    ],
    "asked_ranges.json": [
        '"text"',
        '[[1, "2024-05-03"]]',
        '[[1, "2024-05-03", "2024-05-09", 1]]',
        '[["1", "2024-05-03", "2024-05-09"]]',
        '[[1.5, "2024-05-03", "2024-05-09"]]',
        '[[9223372036854775808, "2024-05-03", "2024-05-09"]]',
        '[[1, "2024-02-30", "2024-05-09"]]',
        '[[1, "1969-12-31", "2024-05-09"]]',
        '[[1, "2024-05-03", "2200-01-01"]]',
        '[[1, "2024-05-03T00:00:00", "2024-05-09"]]',
        '[[1, 1714694400, "2024-05-09"]]',
        '[[1, "2024-05-09", "2024-05-03"]]',
        '{"version": 1, "ranges": {}}',
        '{"version": 1, "ranges": [{"website_id": 1}]}',
    ],
    "widget_edits.json": [
        '"text"',
        "[{}]",
        "[[1, 7, true, null, null, null, null, null, null]]",
        *(
            json.dumps([{**EDIT._asdict(), **wrong}])
            for wrong in (
                {"website_id": None},
                {"website_id": "1"},
                {"widget_id": 2**63},
                {"is_deleted": 1},
                {"widget_type": "unknown"},
                {"title": None},
                {"position": 1.5},
                {"is_visible": "yes"},
                {"config": {"days": 7}},
                {"config": "{"},
                {"config": "NaN"},
                {"created_at": "2024-05-03"},
                {"created_at": "yesterday"},
                {"created_at": 1714694400},
                {"more": 1},
            )
        ),
    ],
}
WRONG = [(name, content) for name in READERS for content in (*ANY_FILE, *ONE_FILE[name])]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    workspace.state.mkdir(parents=True)
    return workspace


@pytest.mark.parametrize(
    ("name", "content"), WRONG, ids=[f"{name}-{text[:40]}" for name, text in WRONG]
)
def test_a_file_of_another_shape_is_named_in_one_line(
    workspace: Workspace, name: str, content: str
) -> None:
    path = workspace.state / name
    path.write_text(content)
    with pytest.raises(RunError, match="is damaged") as refused:
        READERS[name](workspace)
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)
    assert path.read_text() == content


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_not_text_or_not_a_file_is_named(workspace: Workspace, name: str) -> None:
    path = workspace.state / name
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match="is damaged"):
        READERS[name](workspace)
    path.unlink()
    path.mkdir()
    with pytest.raises(RunError, match="Is a directory"):
        READERS[name](workspace)


@pytest.mark.parametrize("name", READERS)
def test_a_file_of_a_later_version_is_named_as_such(workspace: Workspace, name: str) -> None:
    path = workspace.state / name
    path.write_text('{"version": 2, "unknown": []}')
    with pytest.raises(RunError, match=f"{path} is of version 2"):
        READERS[name](workspace)


@pytest.mark.parametrize("name", READERS)
def test_a_file_from_before_there_were_versions_is_read(workspace: Workspace, name: str) -> None:
    (workspace.state / name).write_text(json.dumps(BEFORE_VERSIONS[name]))
    assert READERS[name](workspace) == EXPECTED[name]


def test_what_is_kept_is_read_again_and_has_a_version(workspace: Workspace) -> None:
    workspace.remember_source(SOURCE, {"clients": ["email"]})
    RequestedRanges.of([RANGE, RANGE]).write(workspace.state)
    WidgetEdits.of([EDIT._replace(title="Other"), GONE, EDIT]).write(workspace.state)
    for name, read in READERS.items():
        assert json.loads((workspace.state / name).read_text())["version"] == 1
        assert read(workspace) == EXPECTED[name]


def test_a_migrated_file_is_written_with_its_version(workspace: Workspace) -> None:
    path = workspace.state / "asked_ranges.json"
    path.write_text(json.dumps(BEFORE_VERSIONS[path.name]))
    later = RequestedRange(2, date(2024, 1, 1), date(2024, 1, 31))
    RequestedRanges.of([*workspace.requested_ranges(), later]).write(workspace.state)
    assert json.loads(path.read_text())["version"] == 1
    assert workspace.requested_ranges() == (RANGE, later)


def _write_history(path: Path, columns: dict[str, str], metadata: str = "") -> None:
    values = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    duckdb.execute(f"copy (select {values}) to '{path}' (format parquet{metadata})")


def _load(state: Path) -> dict[str, int]:
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        load_history(connection, state)
        return {
            table: connection.table(f"raw.{table}").count("*").fetchone()[0] for table in TABLES
        }


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("metadata", ["", ", kv_metadata {loyalty_version: '1'}"])
def test_history_with_and_without_a_version_is_read(
    workspace: Workspace, name: str, metadata: str
) -> None:
    _write_history(workspace.state / f"{name}.parquet", TABLES[name], metadata)
    assert _load(workspace.state) == {table: int(table == name) for table in TABLES}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda columns: {**columns, "more": "BIGINT"},
        lambda columns: dict(list(columns.items())[1:]),
        lambda columns: dict(reversed(columns.items())),
        lambda columns: {**columns, "publication": "VARCHAR"},
        lambda columns: {**columns, "website_id": "HUGEINT"},
    ],
)
def test_history_of_other_columns_or_types_is_named(
    workspace: Workspace, name: str, spoil: Callable[[dict], dict]
) -> None:
    path = workspace.state / f"{name}.parquet"
    _write_history(path, spoil(TABLES[name]))
    with pytest.raises(RunError, match="is damaged") as refused:
        _load(workspace.state)
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    ("version", "told"), [("2", "is of version 2"), ("one", "is damaged"), ("-1", "is damaged")]
)
def test_history_of_another_version_is_named(
    workspace: Workspace, name: str, version: str, told: str
) -> None:
    metadata = f", kv_metadata {{loyalty_version: '{version}'}}"
    _write_history(workspace.state / f"{name}.parquet", TABLES[name], metadata)
    with pytest.raises(RunError, match=told):
        _load(workspace.state)


@pytest.mark.parametrize(
    "content",
    [
        *ANY_FILE,
        '[{"finished_at": null}]',
        '{"finished_at": 3}',
        '{"finished_at": "yesterday"}',
        '{"finished_at": "2024-05-03T10:00:00"}',
        '{"finished_at": "1714694400"}',
        '{"finished_at": {}}',
        '{"last_failure": "text"}',
        '{"as_of": []}',
    ],
)
def test_a_status_of_another_shape_is_written_anew(workspace: Workspace, content: str) -> None:
    workspace.current_export.mkdir(parents=True)
    (workspace.current_export / "manifest.json").write_text('{"as_of": "2024-04-20"}')
    workspace.status.write_text(content)
    settings = load_settings(workspace=workspace.root)
    assert find_staleness(Deployment(settings)) is None
    note_finished(workspace)
    status = read_status(workspace)
    assert status["as_of"] == "2024-04-20" and status["finished_at"] is not None


@pytest.mark.parametrize("content", [text for text in ANY_FILE if text] + ['{"files": [3]}'])
def test_a_manifest_of_another_shape_is_a_fault(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    (fault,) = find_faults(tmp_path)
    assert fault.startswith("manifest.json")
