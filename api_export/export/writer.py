"""Writing an export: every file of a version, then one switch that makes it the current one."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import simplejson

from api_export.export.manifest import MANIFEST, find_faults, manifest_header
from api_export.export.version_files import Files, sync_folder, sync_tree
from api_export.marts import PlacedWidget, Reports, RequestedRange, WidgetEdit
from api_export.page import page_files
from api_export.payloads.endpoints import API_ROOT, ENDPOINTS, Endpoint
from api_export.payloads.json_schemas import json_schemas


@dataclass(frozen=True)
class Export:
    """A written export: its folder below `versions/`, its manifest, and whether it is new."""

    version: Path
    manifest: dict[str, Any]
    is_new: bool


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
    the disk refuses, and leaves the current export as it was.
    """
    versions = directory / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for leftover in versions.glob(".writing-*"):
        shutil.rmtree(leftover)
    scratch = versions / f".writing-{os.getpid()}"
    try:
        former = directory / "current"
        manifest, name = _write_files(marts, scratch, former, requested_ranges, widget_edits)
        version = _place(versions, name)
        is_new = not version.exists()
        if is_new:
            scratch.rename(version)
        else:
            os.utime(version)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    try:
        with keeping(version):
            _switch(directory, version)
    except BaseException:
        if is_new and (directory / "current").resolve() != version.resolve():
            shutil.rmtree(version, ignore_errors=True)
        raise
    _remove_old(versions, version, keep)
    return Export(version, manifest, is_new)


def _place(versions: Path, name: str) -> Path:
    """Where a version belongs: a damaged one stays untouched until `current` points elsewhere."""
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
    """Every file of an export, on the disk; its manifest and its name."""
    files = Files(scratch, former)
    with Reports(marts) as reports:
        for paths, payload in _payloads(reports, requested_ranges, widget_edits):
            content = dump(payload) if paths else b""
            for path in paths:
                files.write(path, content)
        header = manifest_header(reports, widget_edits)
    for path, content in page_files(scratch, files.paths(), dump(header).decode()):
        files.write(path, content)
    manifest = {**header, "files": sorted(files.entries, key=lambda file: file["path"])}
    name = files.write(MANIFEST, dump(manifest))["sha256"][:16]
    sync_tree(scratch)
    return manifest, name


def dump(payload: Any) -> bytes:
    """A payload's bytes: UTF-8, two-space indent, decimals as they stand, a final newline."""
    text = simplejson.dumps(payload, indent=2, ensure_ascii=False, use_decimal=True, default=_text)
    return text.encode() + b"\n"


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON")


def _payloads(
    reports: Reports,
    requested_ranges: tuple[RequestedRange, ...],
    widget_edits: tuple[WidgetEdit, ...],
) -> Iterator[tuple[list[str], Any]]:
    """Every payload of an export, with the paths of the files that hold it."""
    run = reports.run()
    websites = reports.websites()
    widgets = reports.widgets(widget_edits)
    records = reports.records(requested_ranges)
    for name, schema in json_schemas():
        yield [f"schemas/{name}.json"], schema
    yield ["websites.json"], websites
    for website_id in (website["id"] for website in websites):
        root = f"{website_id}/{API_ROOT}"
        yield [f"{root}/analytics/index.json"], records.get(website_id, [])
        for record in records.get(website_id, []):
            yield [f"{root}/analytics/{record['id']}/index.json"], record
        placed = widgets.get(website_id, [])
        yield [f"{root}/dashboard-widgets/index.json"], [widget.payload for widget in placed]
        for widget in placed:
            path = f"{root}/dashboard-widgets/{widget.payload['id']}/index.json"
            yield [path], widget.payload
    for endpoint in ENDPOINTS:
        yield from _endpoint_payloads(reports, endpoint, run, websites, widgets)


def _endpoint_payloads(
    reports: Reports,
    endpoint: Endpoint,
    run: dict[str, Any],
    websites: list[dict[str, Any]],
    widgets: dict[int, list[PlacedWidget]],
) -> Iterator[tuple[list[str], Any]]:
    """An endpoint's payloads for every website, and the data of the widgets that show it.

    One select serves all websites that need a value of the parameter.
    """
    showing = {
        website["id"]: [
            widget for widget in widgets.get(website["id"], []) if widget.endpoint is endpoint
        ]
        for website in websites
    }
    wanted = {
        website_id: _wanted_values(endpoint, run, placed) for website_id, placed in showing.items()
    }
    default = None if endpoint.parameter is None else endpoint.parameter.default
    for value in sorted({default}.union(*wanted.values()), key=lambda value: value or 0):
        payloads = reports.payloads(endpoint, value)
        for website_id, placed in showing.items():
            root = f"{website_id}/{API_ROOT}"
            payload = payloads.get(website_id, [])
            paths = [endpoint.path()] if value == default else []
            if value in wanted[website_id]:
                paths.append(endpoint.path(value))
            yield [f"{root}/{path}" for path in paths], payload
            for widget in placed:
                if widget.shown_value() == value:
                    path = f"{root}/dashboard-widgets/{widget.payload['id']}/data/index.json"
                    yield [path], widget.with_data(run["as_of"], payload)


def _wanted_values(endpoint: Endpoint, run: dict[str, Any], placed: list[PlacedWidget]) -> set[int]:
    """The parameter values that get a file: the settings' and those that widgets ask for."""
    if endpoint.parameter is None:
        return set()
    name = endpoint.parameter.name
    configured = run["window_days"] if name == "days" else run["top_limits"]
    return {*configured, *(value for widget in placed if (value := widget.asked(name)))}


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
