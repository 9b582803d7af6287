"""The figures of a version of the export, read from its JSON files alone: where each one stands.

Rows are known by the keys that the registry names, so that they are found again in another version,
at whatever place. What several files hold is read once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import simplejson

from api_export.errors import UsageError
from api_export.export.manifest import MANIFEST
from api_export.payloads.endpoints import API_ROOT, BY_NAME, Endpoint

RECORDS = "records"
WIDGETS = "dashboard-widgets"
WEBSITES = "websites"
IDENTITIES = {RECORDS: ("date_from", "date_to"), WIDGETS: ("id",), WEBSITES: ("id",)}
"""The keys that tell rows apart of what is no endpoint's."""
MANIFEST_FIGURES = "manifest"
"""The name of what the manifest says in figures."""
TOTALS = "totals"
COUNTED = (TOTALS, "quarantined", "drift")
NAMES = (MANIFEST_FIGURES, WEBSITES, *BY_NAME, RECORDS, WIDGETS)
"""All that has figures, in the order in which they are told."""

Row = dict[str, Any]
"""A row's figures; of what is nested in it the names are joined by dots."""
Key = tuple[Any, ...]


class Subject(NamedTuple):
    """What some files tell of: of a website, an endpoint's payload or another part of the API."""

    website: str
    """Its id; empty where it is of none."""
    name: str
    window: str | None = None
    """Which window, range or length of the payload it is, as its file is named (`days=30`)."""

    def place(self) -> tuple:
        """By what it is sorted: websites by their ids, then as the registry has it."""
        is_id = self.website.removeprefix("-").isdecimal()
        rank = (1 if is_id else 2) if self.website else 0
        number = int(self.website) if is_id else 0
        window = self.window or ""
        return (
            (rank, number, self.website),
            place_of(self.name),
            (len(window), window),
        )


def place_of(name: str) -> int:
    """By what the figures of endpoints and other parts are sorted: the order of `NAMES`."""
    return NAMES.index(name)


def read_json(path: Path) -> Any:
    """A JSON file, its numbers exact; raises `UsageError` where it can't be read."""
    try:
        return simplejson.loads(path.read_bytes(), use_decimal=True)
    except (OSError, ValueError, ArithmeticError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise UsageError(f"{path} can't be read: {reason}") from None


def files_of(version: Path) -> dict[Subject, list[Path]]:
    """The files of each subject that has figures, the largest first.

    Left out are the page and the schemas, which hold none, and the files of single records and of
    widgets' data, whose figures stand in others too.
    """
    found = defaultdict(list)
    for path in version.rglob("*.json"):
        subject = _subject_of(PurePosixPath(path.relative_to(version).as_posix()))
        if subject is not None:
            found[subject].append(path)
    return {
        subject: sorted(paths, key=lambda path: (-path.stat().st_size, path.name))
        for subject, paths in found.items()
    }


def _subject_of(path: PurePosixPath) -> Subject | None:
    if path.parts == ("websites.json",):
        return Subject("", WEBSITES)
    website, *rest = path.parts
    root = API_ROOT.split("/")
    if rest[: len(root)] != root:
        return None
    match rest[len(root) :]:
        case ["analytics", "index.json"]:
            return Subject(website, RECORDS)
        case ["dashboard-widgets", "index.json"]:
            return Subject(website, WIDGETS)
        case ["analytics", name, _] if name in BY_NAME:
            return Subject(website, name, _window(BY_NAME[name], path.stem))
    return None


def _window(endpoint: Endpoint, stem: str) -> str | None:
    """The window that a file is of; none where a file of rows is part of a longer one."""
    if endpoint.has_nested_rows or endpoint.parameter is None:
        return None
    is_default = stem == "index"
    return f"{endpoint.parameter.name}={endpoint.parameter.default}" if is_default else stem


def read_rows(subject: Subject, paths: list[Path]) -> dict[Key, Row]:
    """The rows of a subject by their keys; an object is one row without a key."""
    rows: dict[Key, Row] = {}
    for path in paths:
        payload = read_json(path)
        if isinstance(payload, list):
            keyed = _keyed(payload, identity_of(subject))
        else:
            keyed = iter([((), dict(_flat(payload)))])
        for key, row in keyed:
            rows.setdefault(key, row)
    return rows


def identity_of(subject: Subject) -> tuple[str, ...]:
    """The names of a key's parts, before the number of a row that isn't the first of its key."""
    endpoint = BY_NAME.get(subject.name)
    return IDENTITIES.get(subject.name, ()) if endpoint is None else endpoint.row_identity


def _keyed(payload: list[Any], identity: tuple[str, ...]) -> Iterator[tuple[Key, Row]]:
    """Each row with its key; further ones of the same key have a number."""
    seen: Counter[Key] = Counter()
    for row in payload:
        figures = dict(_flat(row))
        key = tuple(_part(figures.pop(name, None)) for name in identity)
        seen[key] += 1
        yield (key if seen[key] == 1 else (*key, seen[key])), figures


def _part(value: Any) -> Any:
    return str(value) if isinstance(value, list | dict) else value


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The figures within a value by their names, whatever it holds.

    Nested rows are known by the first thing that they say, if that tells them apart.
    """
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and all(isinstance(row, dict) and row for row in value):
        firsts = [next(iter(row.values())) for row in value]
        texts = [first if isinstance(first, str) else None for first in firsts]
        is_told_apart = None not in texts and len(set(texts)) == len(texts)
        for number, row in enumerate(value, start=1):
            named = texts[number - 1] if is_told_apart else number
            yield from _flat(row, f"{name}.{named}" if name else str(named))
    else:
        yield name, value


def read_settings(version: Path) -> Row:
    """What an export was made with, and how far it counts: all the manifest says but figures."""
    manifest = _manifest(version)
    settings = {key: value for key, value in manifest.items() if key not in (*COUNTED, "files")}
    return dict(_flat(settings))


def read_totals(version: Path) -> dict[str, Row]:
    """The figures of the manifest by website; those of all under an empty name."""
    manifest = _manifest(version)
    totals = manifest.get(TOTALS)
    by_website = totals.items() if isinstance(totals, dict) else ()
    common = {key: manifest[key] for key in COUNTED if key != TOTALS and key in manifest}
    return {"": dict(_flat(common)), **{website: dict(_flat(of)) for website, of in by_website}}


def _manifest(version: Path) -> dict[str, Any]:
    manifest = read_json(version / MANIFEST)
    if not isinstance(manifest, dict):
        raise UsageError(f"{version / MANIFEST} is not the manifest of an export")
    return manifest
