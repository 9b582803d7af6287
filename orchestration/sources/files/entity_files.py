"""Which files an entity has in a folder: one, or those of a folder of its own."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from orchestration.errors import SourceError
from orchestration.sources.contract import Entity

FORMATS = {
    **{".parquet": "Parquet"},
    **{".csv": "CSV", ".csv.gz": "CSV", ".csv.zst": "CSV"},
    **{".jsonl": "JSONL", ".jsonl.gz": "JSONL", ".jsonl.zst": "JSONL"},
}
"""The formats of files, by how their names end."""
TABLE_FORMATS = {"_delta_log": "Delta", ".hoodie": "Hudi"}
"""Folders beside which not every file counts, and the table format that they belong to."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""The value in a partition folder's name that stands for null."""

FileState = tuple[int, int, int]
"""What differs between a file and one that takes its place."""


@dataclass(frozen=True)
class EntityFiles:
    """The files of an entity, all of one format."""

    name: str
    """The name of the file, or of the folder with a slash, within the source."""
    format: str
    paths: list[Path]
    folder: Path | None = None
    """The entity's own folder; None for a single file."""

    @property
    def description(self) -> str:
        """The file or the folder, as messages name it."""
        if self.folder is None:
            return self.name
        return f"{self.name} ({len(self.paths)} {self.format} files)"

    def partition(self, path: Path) -> dict[str, str | None]:
        """The values that a file's folders, named `column=value`, give to all its rows."""
        folders = () if self.folder is None else path.parent.relative_to(self.folder).parts
        pairs = (name.split("=", 1) for name in folders if "=" in name)
        return {unquote(key): None if value == NO_VALUE else unquote(value) for key, value in pairs}

    def states(self) -> dict[Path, FileState | None]:
        """The state of each file there now whose change would mix rows of two moments.

        A file that is read once and in one go needs no watching.
        """
        if self.folder is not None:
            watched = _files_below(self.folder)
        else:
            watched = self.paths if self.format == "Parquet" else []
        return {path: _state(path) for path in watched}


def find_files(directory: Path, identity: str, entity: Entity) -> EntityFiles | None:
    """The files of an entity; None where an optional entity has none.

    Raises `SourceError`, whose message begins with `identity`, where they can't be used.
    """
    expected = [f"{entity.name}{suffix}" for suffix in FORMATS]
    found = [name for name in expected if (directory / name).is_file()]
    folder = directory / entity.name
    if folder.is_dir():
        found.append(f"{entity.name}/")
    if len(found) > 1:
        raise SourceError(
            f"{identity}: {' and '.join(found)} are {len(found)} deliveries of the entity"
            f" {entity.name}; keep one"
        )
    if not found and entity.is_optional:
        return None
    if not found:
        raise SourceError(
            f"{identity}: the required entity {entity.name} is missing; expected one of"
            f" {', '.join(expected)}, or a folder {entity.name}/ of files that end so"
        )
    if not folder.is_dir():
        path = directory / found[0]
        return EntityFiles(found[0], str(_format(path)), [path])
    paths = _files_below(folder)
    problem = _problem_of(folder, paths)
    if problem:
        raise SourceError(f"{identity}: the folder {entity.name}/ {problem}")
    return EntityFiles(f"{entity.name}/", str(_format(paths[0])), paths, folder)


def _problem_of(folder: Path, paths: list[Path]) -> str | None:
    """Why a folder's files can't be read as the parts of one entity; None where they can."""
    for name, table_format in TABLE_FORMATS.items():
        if (folder / name).exists():
            return f"is a {table_format} table, of which not all files count; export its rows"
    if not paths:
        return "has no files"
    examples: dict[str | None, str] = {}
    for path in paths:
        examples.setdefault(_format(path), str(path.relative_to(folder)))
    if None in examples:
        return f"has {examples[None]!r}, which ends in none of {', '.join(FORMATS)}"
    if len(examples) > 1:
        return f"mixes formats: {' and '.join(map(repr, examples.values()))}; keep one"
    return None


def _files_below(folder: Path) -> list[Path]:
    """The files at any depth, except those that engines hide or mark as their own."""
    return sorted(
        path
        for root, _, names in os.walk(folder)
        for path in (Path(root, name) for name in names)
        if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )


def _state(path: Path) -> FileState | None:
    """The state of a file; None where it is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _format(path: Path) -> str | None:
    return next((kind for suffix, kind in FORMATS.items() if path.name.endswith(suffix)), None)
