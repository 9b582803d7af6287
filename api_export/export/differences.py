"""Which figures differ between two versions of the export, and what explains it first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from pathlib import Path
from typing import Any

from api_export.export.figures import (
    Key,
    Row,
    Subject,
    files_of,
    identity_of,
    read_rows,
    read_settings,
    read_totals,
)

EXACT = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""Of differences: no figure has more digits."""
MANIFEST = "manifest"
"""The name of what the manifest says of all websites together."""


@dataclass(frozen=True)
class Setting:
    """Something that explains other figures: a setting, as_of, the version of the schema."""

    name: str
    a: Any
    b: Any


@dataclass(frozen=True)
class Difference:
    """A figure that differs; without one, a row that only one of both has."""

    website: str
    """Its id; `all`, or empty where it is of none."""
    endpoint: str
    window: str | None
    row: dict[str, Any]
    """The keys of its row; of an object none."""
    figure: str | None
    a: Any
    b: Any
    difference: Decimal | int | None
    """b less a, where both are numbers."""


@dataclass(frozen=True)
class Differences:
    """How two versions of the export differ."""

    settings: list[Setting]
    figures: list[Difference]
    files_of_a: list[str]
    """Paths that only the first one has."""
    files_of_b: list[str]

    @property
    def are_equal(self) -> bool:
        """Whether neither a figure nor a setting differs, and both have the same files."""
        return not (self.settings or self.figures or self.files_of_a or self.files_of_b)

    def by_endpoint(self) -> dict[str, int]:
        """How many figures differ of each endpoint, in the order of the registry."""
        return dict(Counter(figure.endpoint for figure in self.figures))

    def as_json(self) -> dict[str, Any]:
        """All of it, as documented."""
        return {
            "equal": self.are_equal,
            "settings": [asdict(setting) for setting in self.settings],
            "figures": [asdict(figure) for figure in self.figures],
            "files_only_in_a": self.files_of_a,
            "files_only_in_b": self.files_of_b,
            "figures_by_endpoint": self.by_endpoint(),
        }


def find_differences(a: Path, b: Path) -> Differences:
    """How the export in the folder `b` differs from that in `a`.

    Raises `UsageError` where one can't be read.
    """
    settings = [
        Setting(name, first, second)
        for name, first, second in _differing(read_settings(a), read_settings(b))
    ]
    totals = Subject("", MANIFEST)
    figures = [
        _difference(totals, {}, name, first, second)
        for name, first, second in _differing(read_totals(a), read_totals(b))
    ]
    files = files_of(a), files_of(b)
    for subject in sorted(files[0].keys() & files[1].keys(), key=Subject.place):
        figures += _compare(subject, files[0][subject], files[1][subject])
    paths = [
        {path.relative_to(root).as_posix() for found in each.values() for path in found}
        for root, each in zip((a, b), files, strict=True)
    ]
    return Differences(settings, figures, sorted(paths[0] - paths[1]), sorted(paths[1] - paths[0]))


def _compare(subject: Subject, a: list[Path], b: list[Path]) -> Iterator[Difference]:
    """The figures of a subject that differ, in the order of its rows."""
    if _are_same(a, b):
        return
    rows_a, rows_b = read_rows(subject, a), read_rows(subject, b)
    for key in dict.fromkeys((*rows_a, *rows_b)):
        row, of_a, of_b = _named(subject, key), rows_a.get(key), rows_b.get(key)
        if of_a is None or of_b is None:
            yield _difference(subject, row, None, of_a, of_b)
        else:
            for name, first, second in _differing(of_a, of_b):
                yield _difference(subject, row, name, first, second)


def _are_same(a: list[Path], b: list[Path]) -> bool:
    """Whether both are the same files: versions share those that didn't change."""
    return len(a) == len(b) and all(
        first.name == second.name and first.samefile(second)
        for first, second in zip(a, b, strict=True)
    )


def _named(subject: Subject, key: Key) -> dict[str, Any]:
    """A key by the names of its parts; the number among rows of one key is `number`."""
    names = (*identity_of(subject), "number")
    return dict(zip(names, key, strict=False))


def _differing(a: Row, b: Row) -> Iterator[tuple[str, Any, Any]]:
    """What has another value in either; null stands for what isn't there."""
    for name in dict.fromkeys((*a, *b)):
        first, second = a.get(name), b.get(name)
        if isinstance(first, bool) is not isinstance(second, bool) or first != second:
            yield name, first, second


def _difference(
    subject: Subject, row: dict[str, Any], figure: str | None, a: Any, b: Any
) -> Difference:
    return Difference(
        subject.website, subject.name, subject.window, row, figure, a, b, _subtract(b, a)
    )


def _subtract(b: Any, a: Any) -> Decimal | int | None:
    """How much more `b` is, exactly; null where one isn't a number."""
    if type(a) is int and type(b) is int:
        return b - a
    if type(a) in (int, Decimal) and type(b) in (int, Decimal):
        return EXACT.subtract(Decimal(b), Decimal(a))
    return None
