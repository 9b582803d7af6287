"""Copies of an export with other content, as damage, or another programme, would leave it."""

import os
import shutil
from pathlib import Path
from typing import Any

import simplejson
from visits import API

from api_export.dashboard import page_files
from api_export.writer import dump


def copy_export(export: Path, target: Path) -> Path:
    """A copy whose files may be rewritten by `rewrite`, and no other way: they are links."""
    return shutil.copytree(export, target, copy_function=os.link)


def rewrite(path: Path, content: Any) -> None:
    """Give a file other content: bytes as they are, anything else as JSON."""
    path.unlink()
    path.write_bytes(content if isinstance(content, bytes) else dump(content))


def read(path: Path) -> Any:
    """What a JSON file says."""
    return simplejson.loads(path.read_bytes(), use_decimal=True)


def rewrite_page(export: Path, without: tuple[str, ...] = (), **facts: Any) -> None:
    """Change facts of the manifest, and make the page's files of what the copy holds by now."""
    manifest = {**read(export / "manifest.json"), **facts}
    for key in without:
        manifest.pop(key, None)
    rewrite(export / "manifest.json", manifest)
    del manifest["files"]
    for path, content in page_files(export, dump(manifest).decode()):
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
