"""The manifest: what an export holds, with a checksum for each file, and whether it still does."""

import hashlib
from pathlib import Path
from typing import Any

import simplejson

from api_export.marts import PublishedMarts
from api_export.payloads.additions import WidgetEdit

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"


def file_entry(path: str, content: bytes) -> dict[str, Any]:
    """A file's entry in the manifest."""
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def manifest_header(marts: PublishedMarts, edits: tuple[WidgetEdit, ...] = ()) -> dict[str, Any]:
    """What the manifest says of the figures: all of it but its list of files."""
    run = marts.run()
    quarantined, excluded_points = marts.quarantined()
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": run["as_of"],
        "latest_event": run["latest_event_date"],
        "accepted_quarantine": run["accepts_quarantine"],
        "settings": {key: run[key] for key in ("tier_basis", "window_days", "top_limits")},
        "totals": marts.totals(),
        "quarantined": quarantined,
        "excluded_points": excluded_points,
        "drift": marts.drift(),
        "warnings": marts.warnings(edits),
    }


def read_manifest(version: Path) -> dict[str, Any]:
    """The manifest of an export; raises `OSError` or `ValueError` where it can't be read."""
    return simplejson.loads((version / MANIFEST).read_bytes())


def read_entries(version: Path) -> dict[str, dict[str, Any]]:
    """The manifest's entries by path; empty where it can't be read."""
    try:
        return {file["path"]: file for file in read_manifest(version)["files"]}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return {}


def find_faults(version: Path) -> list[str]:
    """How an export's files differ from its manifest, a line for each; empty if they agree."""
    listed = read_entries(version)
    if not listed:
        return [f"{MANIFEST} can't be read"]
    present = {
        path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file()
    } - {MANIFEST}
    faults = [f"{path} is not in the manifest" for path in sorted(present - listed.keys())]
    for path, file in listed.items():
        if path not in present:
            faults.append(f"{path} is missing")
        elif file_entry(path, (version / path).read_bytes()) != file:
            faults.append(f"{path} differs from its checksum")
    return faults
