"""State: what no source can give back, kept in the workspace in files with a version and a schema.

A file without a version is of the time before there were any, and is brought to version 1 as it is
read. One of a later version, or of another shape, is refused in one line that names it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json, to_json

from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.limits import FIRST_DATE, LAST_DATE, MAX_INT64, MIN_INT64
from api_export.payloads.schemas import WidgetType
from api_export.payloads.strict_json import loads_strict
from orchestration.errors import damaged_state, later_state
from orchestration.workspace.durable_files import replace_file

VERSION = 1
"""Of every file of state, the Parquet files of `report_history` among them."""

Whole = Annotated[int, Field(ge=MIN_INT64, le=MAX_INT64)]
Day = Annotated[date, Field(ge=FIRST_DATE, le=LAST_DATE)]


def _check_json(text: str) -> str:
    loads_strict(text)
    return text


def _check_instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("it has no time zone")
    return text


Instant = Annotated[str, AfterValidator(_check_instant)]
"""The text of an instant with its offset."""


class Strict(BaseModel):
    """Exactly these fields, of exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class StateFile(Strict):
    """A JSON file of the folder `state`."""

    file_name: ClassVar[str]
    version: Annotated[int, Field(ge=1, le=VERSION)] = VERSION

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """What a file keeps; none where there is none. Raises `RunError`."""
        try:
            content = from_json(path.read_bytes(), allow_inf_nan=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise damaged_state(path, error.strerror) from None
        except ValueError:
            raise damaged_state(path, "it is not JSON") from None
        if not isinstance(content, dict) or "version" not in content:
            content = cls.with_version(content)
        elif isinstance(content["version"], int) and content["version"] > VERSION:
            raise later_state(path, content["version"])
        try:
            return cls.model_validate_json(to_json(content))
        except ValidationError as error:
            raise damaged_state(path, _first_fault(error)) from None

    @classmethod
    def with_version(cls, content: Any) -> Any:
        """What a file held before there were versions, as version 1."""
        raise NotImplementedError

    def write(self, folder: Path) -> None:
        """Keep this in a folder, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        content = self.model_dump_json(indent=2).encode() + b"\n"
        replace_file(folder / self.file_name, content)


class KnownSource(StateFile):
    """The identity of the source that the workspace was built from."""

    file_name = "source.json"
    source: str

    @classmethod
    def with_version(cls, content: Any) -> Any:
        """It was the identity alone."""
        return {"version": 1, "source": content}


class SourceColumns(StateFile):
    """The columns that nothing reads, by entity, as a source's first run found them."""

    file_name = "source_columns.json"
    source: str
    columns: dict[str, list[str]]

    @classmethod
    def with_version(cls, content: Any) -> Any:
        """It lacked the version alone."""
        return {"version": 1, **content} if isinstance(content, dict) else content


class Range(Strict):
    """A requested range, both ends inclusive."""

    website_id: Whole
    date_from: Day
    date_to: Day

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Refuse a range that ends before it begins."""
        if self.date_from > self.date_to:
            raise ValueError("it ends before it begins")
        return self


class RequestedRanges(StateFile):
    """The ranges requested with `calculate`."""

    file_name = "asked_ranges.json"  # as workspaces have it from before
    ranges: tuple[Range, ...]

    @classmethod
    def with_version(cls, content: Any) -> Any:
        """It was a list of lists."""
        if not isinstance(content, list):
            return content
        return {"version": 1, "ranges": [_named(one) for one in content]}

    @classmethod
    def of(cls, ranges: Iterable[RequestedRange]) -> Self:
        """These ranges, each once, in order."""
        return cls(ranges=tuple(Range(**one._asdict()) for one in sorted(set(ranges))))

    def requested(self) -> tuple[RequestedRange, ...]:
        """The ranges, each once, in order."""
        return tuple(sorted({RequestedRange(**one.model_dump()) for one in self.ranges}))


def _named(entry: Any) -> Any:
    """A range given as a list, as the fields of `Range`."""
    fields = ("website_id", "date_from", "date_to")
    is_range = isinstance(entry, list) and len(entry) == len(fields)
    return dict(zip(fields, entry, strict=True)) if is_range else entry


class Edit(Strict):
    """What a widget was made through the API; a deleted one keeps its id alone."""

    website_id: Whole
    widget_id: Whole
    is_deleted: bool
    widget_type: WidgetType | None = None
    title: str | None = None
    position: Whole | None = None
    is_visible: bool | None = None
    config: Annotated[str, AfterValidator(_check_json)] | None = None
    created_at: Instant | None = None
    """Only a widget that the source doesn't have has it."""

    @model_validator(mode="after")
    def check_fields(self) -> Self:
        """Refuse a widget that is not deleted and lacks what every widget has."""
        fields = (self.widget_type, self.title, self.position, self.is_visible, self.config)
        if not self.is_deleted and None in fields:
            raise ValueError("a widget lacks a field")
        return self


class WidgetEdits(StateFile):
    """What widgets were made through the API."""

    file_name = "widget_edits.json"
    edits: tuple[Edit, ...]

    @classmethod
    def with_version(cls, content: Any) -> Any:
        """It was the list alone."""
        return {"version": 1, "edits": content}

    @classmethod
    def of(cls, edits: Iterable[WidgetEdit]) -> Self:
        """These edits, the last one of each widget, in order."""
        return cls(edits=tuple(Edit(**edit._asdict()) for edit in _last_of_each(edits)))

    def made(self) -> tuple[WidgetEdit, ...]:
        """The edits, the last one of each widget, in order."""
        return _last_of_each(WidgetEdit(**edit.model_dump()) for edit in self.edits)


def _last_of_each(edits: Iterable[WidgetEdit]) -> tuple[WidgetEdit, ...]:
    last = {(edit.website_id, edit.widget_id): edit for edit in edits}
    return tuple(last[key] for key in sorted(last))


def _first_fault(error: ValidationError) -> str:
    """The first thing that is wrong with a file, and where."""
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in fault["loc"])
    return f"{place}: {fault['msg']}" if place else fault["msg"]
