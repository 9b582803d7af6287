"""Which figures differ between two versions of the export, and what explains it first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from pathlib import Path
from typing import Any

from api_export.export.figures import (
    MANIFEST_FIGURES,
    Key,
    Row,
    Subject,
    files_of,
    identity_of,
    place_of,
    read_rows,
    read_settings,
    read_totals,
)

EXACT = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""Of differences: no figure has more digits."""


@dataclass(frozen=True)
class Setting:
    """Something that explains other figures: a setting, as_of, the version of the schema."""

    name: str
    a: Any
    b: Any


@dataclass(frozen=True)
class Difference:
    """A figure that differs."""

    website: str
    """Its id; `all`, or empty where it is of none."""
    endpoint: str
    window: str | None
    row: dict[str, Any]
    """The keys of its row; of an object none."""
    figure: str
    a: Any
    b: Any
    difference: Decimal | int | None
    """b less a, where both are numbers."""


@dataclass(frozen=True)
class LoneRow:
    """A row that only one of both has, with its figures."""

    website: str
    endpoint: str
    window: str | None
    row: dict[str, Any]
    figures: Row


@dataclass
class Differences:
    """How two versions of the export differ."""

    settings: list[Setting] = field(default_factory=list)
    figures: list[Difference] = field(default_factory=list)
    rows_only_in_a: list[LoneRow] = field(default_factory=list)
    rows_only_in_b: list[LoneRow] = field(default_factory=list)
    files_only_in_a: list[str] = field(default_factory=list)
    """Paths below the export's folder."""
    files_only_in_b: list[str] = field(default_factory=list)

    @property
    def are_equal(self) -> bool:
        """Whether nothing differs, and both have the same rows and files."""
        return not any(vars(self).values())

    def by_endpoint(self) -> dict[str, dict[str, int]]:
        """How many figures differ of each endpoint, and rows that only one has."""
        found = {
            "figures": self.figures,
            "rows_only_in_a": self.rows_only_in_a,
            "rows_only_in_b": self.rows_only_in_b,
        }
        counts = {kind: Counter(each.endpoint for each in rows) for kind, rows in found.items()}
        names = dict.fromkeys(name for counter in counts.values() for name in counter)
        return {
            name: {kind: counter[name] for kind, counter in counts.items()}
            for name in sorted(names, key=place_of)
        }

    def as_json(self) -> dict[str, Any]:
        """All of it, as documented."""
        return {"equal": self.are_equal, **asdict(self), "by_endpoint": self.by_endpoint()}


def find_differences(a: Path, b: Path) -> Differences:
    """How the export in the folder `b` differs from that in `a`.

    Raises `UsageError` where one can't be read.
    """
    found = Differences()
    for name, first, second in _differing(read_settings(a), read_settings(b)):
        found.settings.append(Setting(name, first, second))
    totals = [read_totals(folder) for folder in (a, b)]
    for website in dict.fromkeys((*totals[0], *totals[1])):
        rows = ({(): of[website]} if website in of else {} for of in totals)
        _compare(found, Subject(website, MANIFEST_FIGURES), *rows)
    files = files_of(a), files_of(b)
    for subject in sorted(files[0].keys() & files[1].keys(), key=Subject.place):
        paths = [of[subject] for of in files]
        if not _are_same(*paths):
            _compare(found, subject, *(read_rows(subject, of) for of in paths))
    names = [
        {path.relative_to(root).as_posix() for paths in of.values() for path in paths}
        for root, of in zip((a, b), files, strict=True)
    ]
    found.files_only_in_a += sorted(names[0] - names[1])
    found.files_only_in_b += sorted(names[1] - names[0])
    return found


def _compare(found: Differences, subject: Subject, a: dict[Key, Row], b: dict[Key, Row]) -> None:
    """Add how the rows of a subject differ, in their order."""
    for key in dict.fromkeys((*a, *b)):
        place = (*subject, _named(subject, key))
        if key not in b:
            found.rows_only_in_a.append(LoneRow(*place, a[key]))
        elif key not in a:
            found.rows_only_in_b.append(LoneRow(*place, b[key]))
        else:
            for name, first, second in _differing(a[key], b[key]):
                difference = _subtract(second, first)
                found.figures.append(Difference(*place, name, first, second, difference))


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


def _subtract(b: Any, a: Any) -> Decimal | int | None:
    """How much more `b` is, exactly; null where one isn't a number."""
    if type(a) is int and type(b) is int:
        return b - a
    if type(a) in (int, Decimal) and type(b) in (int, Decimal):
        return EXACT.subtract(Decimal(b), Decimal(a))
    return None
