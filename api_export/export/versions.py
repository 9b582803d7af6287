"""How a version of the export reaches the disk: written whole, then switched to in one step."""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api_export.export.manifest import MANIFEST, find_faults, manifest_header
from api_export.export.payload_files import payload_files
from api_export.export.version_files import VersionFiles
from api_export.fsync import sync_folder, sync_tree
from api_export.marts import PublishedMarts
from api_export.page.page_files import page_files
from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.json_bytes import json_bytes
from api_export.summary.files import summary_files


@dataclass(frozen=True)
class Export:
    """A written export."""

    version: Path
    """Its folder below `versions/`."""
    manifest: dict[str, Any]
    is_new: bool
    """Whether it differs from the one that was current."""


def write_export(
    marts: Path,
    directory: Path,
    requested_ranges: tuple[RequestedRange, ...] = (),
    widget_edits: tuple[WidgetEdit, ...] = (),
    keep: int = 3,
    keeping: Callable[[Path], AbstractContextManager[None]] = nullcontext,
) -> Export:
    """Write the export of published marts and make it `directory/current`, in one step.

    Its name is a checksum of what it holds, so the same figures give the same version. Of the
    versions, the current one and the latest `keep` - 1 others stay. The whole version is on the
    disk when `keeping` is entered, and becomes the current one within it. Raises `OSError` where
    the disk refuses; up to the switch that leaves the current export as it was.
    """
    versions = directory / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for leftover in versions.glob(".writing-*"):
        shutil.rmtree(leftover)
    scratch = versions / f".writing-{os.getpid()}"
    former = (directory / "current").resolve()
    try:
        manifest, name = _write_files(marts, scratch, former, requested_ranges, widget_edits)
        version = _place(versions, name)
        is_written = not version.exists()
        if is_written:
            scratch.rename(version)
        else:
            os.utime(version)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    try:
        with keeping(version):
            _switch(directory, version)
    except BaseException:
        if is_written and (directory / "current").resolve() != version.resolve():
            shutil.rmtree(version, ignore_errors=True)
        raise
    _remove_old(versions, version, keep)
    return Export(version, manifest, is_new=version.resolve() != former)


def _place(versions: Path, name: str) -> Path:
    """The folder of a version; a damaged one of its name stays as long as `current` names it."""
    version = versions / name
    number = 0
    while version.exists() and find_faults(version):
        number += 1
        version = versions / f"{name}-{number}"
    return version


def _write_files(
    marts: Path,
    scratch: Path,
    former: Path,
    requested_ranges: tuple[RequestedRange, ...],
    widget_edits: tuple[WidgetEdit, ...],
) -> tuple[dict[str, Any], str]:
    """Write every file of an export and sync them; returns its manifest and its name."""
    files = VersionFiles(scratch, former)
    with PublishedMarts(marts) as published:
        for paths, payload in payload_files(published, requested_ranges, widget_edits):
            content = json_bytes(payload) if paths else b""
            for path in paths:
                files.write(path, content)
        for path, content in summary_files(published, widget_edits):
            files.write(path, content)
        header = manifest_header(published, widget_edits)
    for path, content in page_files(scratch, files.paths(), json_bytes(header).decode()):
        files.write(path, content)
    manifest = {**header, "files": sorted(files.entries, key=lambda file: file["path"])}
    name = files.write(MANIFEST, json_bytes(manifest))["sha256"][:16]
    sync_tree(scratch)
    return manifest, name


def _switch(directory: Path, version: Path) -> None:
    """Point `current` at a version; readers see the old link or the new one, never none.

    A link that points there already stays, and with it the time since when it does.
    """
    sync_folder(version.parent)
    link, current = directory / ".current", directory / "current"
    link.unlink(missing_ok=True)
    target = version.relative_to(directory)
    if current.is_symlink() and current.readlink() == target:
        return
    link.symlink_to(target)
    link.replace(current)
    sync_folder(directory)


def _remove_old(versions: Path, current: Path, keep: int) -> None:
    """Remove all but the current version and the latest others, and damaged ones of its name."""
    name = current.name.partition("-")[0]
    others = []
    for path in versions.iterdir():
        if path.name.partition("-")[0] != name:
            others.append(path)
        elif path != current:
            shutil.rmtree(path)
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in others[max(keep - 1, 0) :]:
        shutil.rmtree(old)


def find_version(directory: Path, name: str) -> Path | None:
    """The folder of a version by its name, or as `current` or `previous`; null where there is none.

    The previous one is that which was the current one before.
    """
    versions, current = directory / "versions", (directory / "current").resolve()
    if name == "current":
        return current if current.exists() else None
    named = {path.name: path for path in versions.glob("[!.]*") if path.is_dir()}
    if name == "previous":
        others = [path for path in named.values() if path.resolve() != current]
        return max(others, key=lambda path: path.stat().st_mtime, default=None)
    return named.get(name)
