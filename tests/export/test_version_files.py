"""How an export lies on the disk: each content once, and whole; what stays the same is shared."""

import os
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.datasets import mid_history
from support.workspaces import Built, read_files

from api_export import fsync
from api_export.export.manifest import MANIFEST, find_faults
from api_export.export.version_files import VersionFiles
from api_export.export.versions import Export, write_export
from api_export.payloads.additions import RequestedRange

TREND = "1/api/v1/loyalty-management/analytics/points_trend"
REQUESTED = (RequestedRange(1, mid_history(), mid_history()),)
"""A range that adds a record, and leaves all but the lists of records as it is."""


@pytest.fixture
def marts(built: Built) -> Path:
    """The published marts of the dirty source."""
    return built.workspace / "marts.duckdb"


@pytest.fixture
def first(marts: Path, tmp_path: Path) -> Export:
    """The first export of a folder."""
    return write_export(marts, tmp_path / "export")


def inodes(version: Path) -> dict[str, int]:
    """Which file of the disk each path is."""
    return {
        path.relative_to(version).as_posix(): path.stat().st_ino
        for path in version.rglob("*")
        if path.is_file()
    }


def damage(path: Path) -> None:
    """Change a file in place, and with it all that share it."""
    content = path.read_bytes()
    path.write_bytes(content.swapcase())
    assert path.read_bytes() != content


def test_equal_contents_are_one_file(first: Export) -> None:
    held = defaultdict(set)
    places = inodes(first.version)
    for path, content in read_files(first.version).items():
        held[content].add(places[path])
    assert {len(place) for place in held.values()} == {1}
    assert places[f"{TREND}/index.json"] == places[f"{TREND}/days=30.json"]


def test_what_did_not_change_is_the_file_of_the_version_before(
    first: Export, marts: Path, tmp_path: Path
) -> None:
    old, former = inodes(first.version), read_files(first.version)
    second = write_export(marts, tmp_path / "export", REQUESTED, keep=1)
    new, present = inodes(second.version), read_files(second.version)
    assert present == read_files(write_export(marts, tmp_path / "other", REQUESTED).version)
    assert not first.version.exists()
    unchanged = {path for path in present if former.get(path) == present[path]}
    assert {path for path in new if new[path] == old.get(path)} == unchanged
    changed = {path for path in present.keys() - unchanged if not path.startswith("assets/")}
    records = {path for path in changed if "/analytics/" in path}
    assert changed - records == {MANIFEST}
    assert {path.count("/") for path in records} == {5, 6} and len(records) == 2


def test_a_damaged_file_is_not_taken_over(first: Export, marts: Path, tmp_path: Path) -> None:
    damage(first.version / TREND / "days=30.json")
    second = write_export(marts, tmp_path / "export", REQUESTED)
    assert find_faults(second.version) == []
    assert len(find_faults(first.version)) == 2, "the default is the same file"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"files": 1}', '{"files": [1]}', '{"files": [{}]}']
)
def test_a_version_with_a_damaged_manifest_is_faulty_and_lends_nothing(
    text: str, first: Export, marts: Path, tmp_path: Path
) -> None:
    (first.version / MANIFEST).write_text(text)
    assert find_faults(first.version)
    again = write_export(marts, tmp_path / "export")
    assert again.version != first.version and find_faults(again.version) == []
    assert not set(inodes(again.version).values()) & set(inodes(first.version).values())


def test_a_disk_without_hard_links_has_the_same_files(
    first: Export, marts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    plain = write_export(marts, tmp_path / "plain")
    assert read_files(plain.version) == read_files(first.version)
    places = inodes(plain.version)
    assert len(set(places.values())) == len(places)


def test_a_changed_file_never_looks_older_than_the_one_before(tmp_path: Path) -> None:
    """Its new content lies in the former version too, where it is of last year."""
    (tmp_path / "old").mkdir()
    old = VersionFiles(tmp_path / "old", tmp_path / "none")
    entries = [old.write(path, path.encode()) for path in ("rising", "steady")]
    (tmp_path / "old" / MANIFEST).write_text(repr({"files": entries}).replace("'", '"'))
    os.utime(tmp_path / "old" / "steady", (0, 0))
    new = VersionFiles(tmp_path / "new", tmp_path / "old")
    for path in ("rising", "steady"):
        new.write(path, b"steady")
    times = [(tmp_path / "new" / path).stat().st_mtime for path in ("rising", "steady")]
    assert times[0] > times[1] == 0


def test_no_file_is_written_twice(tmp_path: Path) -> None:
    written = VersionFiles(tmp_path, tmp_path / "none")
    written.write("one", b"1")
    with pytest.raises(FileExistsError):
        written.write("one", b"2")
    assert (tmp_path / "one").read_bytes() == b"1"


def test_what_the_disk_did_not_take_is_not_switched_to(
    first: Export, marts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = SimpleNamespace(syncfs=lambda _: -1)
    monkeypatch.setattr(fsync.ctypes, "CDLL", lambda *_, **__: broken)
    monkeypatch.setattr(fsync.ctypes, "get_errno", lambda: 5)
    with pytest.raises(OSError, match="Input/output error"):
        write_export(marts, tmp_path / "export", REQUESTED)
    assert (tmp_path / "export" / "current").resolve() == first.version
    assert [path.name for path in first.version.parent.iterdir()] == [first.version.name]


def test_without_a_sync_of_file_systems_each_file_and_folder_is_synced(
    marts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fsync.ctypes, "CDLL", lambda *_, **__: SimpleNamespace())
    synced = set()
    monkeypatch.setattr(fsync.os, "fsync", lambda number: synced.add(os.fstat(number).st_ino))
    version = write_export(marts, tmp_path / "export").version
    assert synced >= {path.stat().st_ino for path in (version, *version.rglob("*"))}


def test_an_export_is_new_where_another_one_was_current(marts: Path, tmp_path: Path) -> None:
    asked_for = [(), REQUESTED, (), ()]
    written = [write_export(marts, tmp_path / "export", ranges) for ranges in asked_for]
    assert [each.is_new for each in written] == [True, True, True, False]
    assert written[0].version == written[2].version
