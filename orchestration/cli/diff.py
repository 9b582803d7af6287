"""`loyalty diff`: the figures that differ between two exports."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.cli.options import json_option, workspace_option
from orchestration.cli.progress import out
from orchestration.cli.tables import print_limited
from orchestration.deployment import Deployment
from orchestration.errors import RunError, UsageError
from orchestration.settings import load_settings

if TYPE_CHECKING:
    from api_export.export.differences import Difference, Differences


@click.command()
@workspace_option
@json_option
@click.argument("a")
@click.argument("b")
def diff(workspace_folder: Path | None, is_json: bool, a: str, b: str) -> None:
    """Show the figures that differ between two exports: A's value, B's, and B less A.

    A and B are each a version of the workspace's export: current, previous (what was current
    before), or the name of a folder in export/versions; or the path of an export's folder, or of
    another workspace. Only their JSON files are read. Settings and as_of that differ come first.
    Ends with exit code 0 where all is equal, 1 where something differs.
    """
    from api_export.export.differences import find_differences
    from api_export.payloads.json_bytes import json_bytes

    export = Deployment(load_settings(workspace=workspace_folder)).workspace.export
    folders = _find(export, a), _find(export, b)
    found = find_differences(*folders)
    if is_json:
        exports = {"a": str(folders[0]), "b": str(folders[1])}
        click.echo(json_bytes(exports | found.as_json()), nl=False)
    else:
        _print(found, folders)
    if not found.are_equal:
        raise RunError(f"the exports differ: {_counts(found)}")


def _find(export: Path, name: str) -> Path:
    """The folder of an export by a version's name, or by a path. Raises `UsageError`."""
    from api_export.export.manifest import MANIFEST
    from api_export.export.versions import find_version

    path = Path(name).expanduser()
    for folder in (find_version(export, name), path, path / "export" / "current"):
        if folder is not None and (folder / MANIFEST).is_file():
            return folder.resolve()
    raise UsageError(
        f"{name!r} is neither a version in {export / 'versions'}, nor current or previous there,"
        " nor the folder of an export or of a workspace that has one"
    )


def _print(found: "Differences", folders: tuple[Path, Path]) -> None:
    for name, folder in zip("AB", folders, strict=True):
        out.print(f"{name}  {folder}", markup=False)
    if found.are_equal:
        out.print("all figures are equal")
        return
    print_limited(("setting", "A", "B"), [(each.name, each.a, each.b) for each in found.settings])
    print_limited(
        ("website", "endpoint", "period", "figure", "A", "B", "difference"),
        list(map(_cells, found.figures)),
    )
    for name, paths in (("A", found.files_only_in_a), ("B", found.files_only_in_b)):
        print_limited((f"files only in {name}",), [(path,) for path in paths])
    counts = found.by_endpoint().items()
    print_limited(
        ("endpoint", "figures that differ", "rows only in A", "rows only in B"),
        [(endpoint, *count.values()) for endpoint, count in counts],
        len(counts),
    )


def _counts(found: "Differences") -> str:
    """How many there are of all that differs, as part of a sentence."""
    lone_rows = len(found.rows_only_in_a) + len(found.rows_only_in_b)
    lone_files = len(found.files_only_in_a) + len(found.files_only_in_b)
    counts = (
        (len(found.settings), "setting", ""),
        (len(found.figures), "figure", ""),
        (lone_rows, "row", " that only one has"),
        (lone_files, "file", " that only one has"),
    )
    return ", ".join(
        f"{count:,} {name}{'' if count == 1 else 's'}{which}"
        for count, name, which in counts
        if count
    )


def _cells(found: "Difference") -> tuple[Any, ...]:
    row = ", ".join(f"{name} {value}" for name, value in found.row.items())
    period = ", ".join(filter(None, (found.window, row)))
    values = found.a, found.b, found.difference
    return (found.website, found.endpoint, period, found.figure, *values)
