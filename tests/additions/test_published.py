"""What is asked for and its export are one step: kept and exported, or neither, whatever happens.

The disk refuses, or the process is killed, at each call by which the two reach the disk.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import requests
import simplejson
from support.faulty import CALLS, FULL_DISK, Refusal, fill, run
from support.servers import ADMIN, ROOT, TOKEN, serve, with_few_files
from support.workspaces import publish

from api_export.additions.widgets import create_widget, delete_widget
from api_export.export.manifest import find_faults
from api_export.marts import PublishedMarts
from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.limits import FIRST_CREATED_ID, MAX_INT64
from orchestration.errors import NoRoomError, is_full_disk
from orchestration.settings import load_settings
from orchestration.workspace import published
from orchestration.workspace.published import PublishedWorkspace

MADE = {"widget_type": "points_balance", "title": "Made", "config": {}}
KILLED = 9


@pytest.fixture(scope="module")
def small_marts(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Path:
    return with_few_files(marts, tmp_path_factory.mktemp("small") / "marts.duckdb")


@pytest.fixture
def workspace(tmp_path: Path, small_marts: Path) -> PublishedWorkspace:
    """A workspace with a widget that was made already."""
    return build(tmp_path / "workspace", small_marts)


def build(root: Path, marts: Path) -> PublishedWorkspace:
    workspace = open_workspace(root)
    publish(workspace, marts)
    with workspace.writing("a test"):
        create_widget(workspace, 1, MADE | {"title": "First"})
    return workspace


def open_workspace(root: Path) -> PublishedWorkspace:
    return PublishedWorkspace(load_settings(workspace=root))


def titles_kept(workspace: PublishedWorkspace) -> list[str]:
    """Of the widgets of website 1, as `state/` has them."""
    with PublishedMarts(workspace.marts) as marts:
        widgets = marts.widgets(workspace.widget_edits())[1]
    return [widget.payload["title"] for widget in widgets]


def titles_exported(workspace: PublishedWorkspace) -> list[str]:
    path = workspace.current_export / "1" / ROOT / "dashboard-widgets" / "index.json"
    return [widget["title"] for widget in simplejson.loads(path.read_bytes())]


@dataclass(frozen=True)
class FaultyKeeping:
    """A widget that is made in a process of its own, with a fault as its export gets current."""

    root: Path
    refusal: Refusal

    def __call__(self, stages: Connection) -> None:
        """Make it."""
        stages.send("keeping")
        workspace = open_workspace(self.root)
        really_keeping = workspace.keeping_widget_edits

        @contextmanager
        def keeping(*arguments: Any) -> Iterator[None]:
            self.refusal("keeping")
            try:
                with really_keeping(*arguments):
                    yield
            finally:
                self.refusal("kept")

        workspace.keeping_widget_edits = keeping
        try:
            with workspace.writing("a test"):
                create_widget(workspace, 1, MADE)
        except Exception as error:
            stages.send(FULL_DISK if is_full_disk(error) else repr(error))
            raise


class Kill(Refusal):
    """A kill at the n-th call of its kind."""

    def _refuse(self, call: str, arguments: tuple) -> None:
        try:
            super()._refuse(call, arguments)
        except OSError:
            os._exit(KILLED)


@pytest.mark.parametrize("fault", [Refusal, Kill])
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_at_any_call_keeps_and_exports_both_or_neither(
    fault: Callable[[str, str, int], Refusal], call: str, workspace: PublishedWorkspace
) -> None:
    before = titles_kept(workspace)
    for number in range(1, 30):
        exit_code, told = run(FaultyKeeping(workspace.root, fault("keeping", call, number)))
        kept = titles_kept(workspace)
        assert titles_exported(workspace) == kept
        with workspace.writing("the next one"):
            assert titles_kept(workspace) == titles_exported(workspace) == kept
        assert find_faults(workspace.current_export) == []
        left = {path.name for path in workspace.state.iterdir()}
        assert left <= {"widget_edits.json"}
        if exit_code == 0:
            break
        if fault is Refusal:
            assert list(told) == ["keeping", FULL_DISK]
            assert kept == before
        before = kept
    assert sorted(kept) == sorted([*before, "Made"])
    print(f"{fault.__name__}, {call}: {number} was the first that nothing asked for")


@pytest.mark.parametrize("free_kb", [0, 20, 60])
def test_a_full_disk_is_told_as_such_and_nothing_takes_effect_later(
    free_kb: int, disk: Path, small_marts: Path
) -> None:
    workspace = build(disk / "workspace", small_marts)
    edits = workspace.widget_edits()
    url = f"{ROOT}/dashboard-widgets/"
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as served:
        ballast = fill(disk, free_kb)
        answer = requests.post(served.url + url, json=MADE, headers=ADMIN, timeout=60)
        assert answer.status_code == 507
        assert "disk is full; nothing was changed" in answer.json()["detail"]
        ballast.unlink()
        assert workspace.widget_edits() == edits
        assert "Made" not in titles_exported(workspace)
        assert "Made" not in [each["title"] for each in requests.get(served.url + url).json()]
        again = requests.post(served.url + url, json=MADE, headers=ADMIN, timeout=60)
        assert again.status_code == 201


def test_no_more_is_kept_than_an_export_can_bear(
    workspace: PublishedWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "MOST_WIDGETS", 2)
    monkeypatch.setattr(published, "MOST_EDIT_CHARACTERS", 2_000)
    monkeypatch.setattr(published, "MOST_RANGES", 1)
    with workspace.writing("a test"):
        with pytest.raises(NoRoomError, match="more than 2,000 characters"):
            create_widget(workspace, 1, MADE | {"config": "x" * 2_000})
        made = create_widget(workspace, 1, MADE)
        with pytest.raises(NoRoomError, match="2 widgets are edited, and no more may be"):
            create_widget(workspace, 1, MADE)
        delete_widget(workspace, 1, made["id"])
        create_widget(workspace, 1, MADE | {"title": "Another"})
        kept = RequestedRange(1, date(2024, 1, 1), date(2024, 1, 2))
        workspace.keep_requested_range(kept)
        workspace.keep_requested_range(kept)
        with pytest.raises(NoRoomError, match="1 ranges are kept, and no more than 1 may be"):
            workspace.keep_requested_range(kept._replace(date_to=date(2024, 1, 3)))
    assert len(workspace.requested_ranges()) == 1
    assert "Another" in titles_exported(workspace)


def test_ids_of_created_widgets_follow_one_another_whatever_else_is_edited(
    workspace: PublishedWorkspace,
) -> None:
    with workspace.writing("a test"):
        workspace.keep_widget_edit(WidgetEdit(1, MAX_INT64, is_deleted=True))
        second = create_widget(workspace, 1, MADE)["id"]
        delete_widget(workspace, 1, second)
        third = create_widget(workspace, 1, MADE)["id"]
    assert (second, third) == (FIRST_CREATED_ID + 1, FIRST_CREATED_ID + 2)


def test_what_was_kept_beyond_the_bounds_may_still_shrink(
    workspace: PublishedWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace.writing("a test"):
        made = create_widget(workspace, 1, MADE | {"config": "x" * 500})
        monkeypatch.setattr(published, "MOST_EDIT_CHARACTERS", 100)
        edit = WidgetEdit(1, made["id"], False, "points_balance", "Made", 0, True, '"x"', None)
        workspace.keep_widget_edit(edit)
        with pytest.raises(NoRoomError):
            workspace.keep_widget_edit(edit._replace(config=json.dumps("x" * 600)))
