"""Copies of an export with other content, as damage, or another programme, would leave it."""

import os
import shutil
from pathlib import Path
from typing import Any

import simplejson

from api_export.page.page_files import page_files
from api_export.payloads.json_bytes import json_bytes
from support.visits import API


def copy_export(export: Path, target: Path, only: int | None = None) -> Path:
    """A copy, of one website if asked for, whose files are links: `rewrite` alone may change them.

    Where files are changed, `rewrite_page` makes those of the page that hold the same.
    """
    websites = read(export / "websites.json")
    kept = [website for website in websites if only in (None, website["id"])]
    left_out = {str(website["id"]) for website in websites if website not in kept}
    shutil.copytree(
        export,
        target,
        copy_function=os.link,
        ignore=lambda folder, _: left_out if Path(folder) == export else (),
    )
    rewrite(target / "websites.json", kept)
    return target


def rewrite(path: Path, content: Any) -> None:
    """Give a file other content: bytes as they are, anything else as JSON."""
    path.unlink()
    path.write_bytes(content if isinstance(content, bytes) else json_bytes(content))


def read(path: Path) -> Any:
    """What a JSON file says."""
    return simplejson.loads(path.read_bytes(), use_decimal=True)


def rewrite_page(export: Path, without: tuple[str, ...] = (), **fields: Any) -> None:
    """Change fields of the manifest, and make the page's files of what the copy holds by now."""
    manifest = {**read(export / "manifest.json"), **fields}
    for key in without:
        manifest.pop(key, None)
    rewrite(export / "manifest.json", manifest)
    del manifest["files"]
    paths = [path.relative_to(export).as_posix() for path in export.glob("*/api/**/*.json")]
    for path, content in page_files(export, paths, json_bytes(manifest).decode()):
        (export / path).unlink(missing_ok=True)
        (export / path).write_bytes(content)


def renumber_website(export: Path, old: int, new: int) -> None:
    """Give a website of a copy another id."""
    manifest, websites = read(export / "manifest.json"), read(export / "websites.json")
    (export / str(old)).rename(export / str(new))
    for website in websites:
        website["id"] = new if website["id"] == old else website["id"]
    rewrite(export / "websites.json", websites)
    totals = {
        str(new) if key == str(old) else key: each for key, each in manifest["totals"].items()
    }
    rewrite_page(export, totals=totals)


def api_file(export: Path, website: int, path: str) -> Path:
    """A file of a website's API."""
    return export / str(website) / API / path
