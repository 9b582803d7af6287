"""What is published, and what people asked for on top of it."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from api_export.marts import RequestedRange, WidgetEdit


class Published(Protocol):
    """A workspace, as far as the server and `calculate` need it."""

    @property
    def marts(self) -> Path:
        """The published marts, replaced whole by each run."""

    @property
    def current_export(self) -> Path:
        """The link to the export that is read, switched in one step."""

    def writing(self, task: str) -> AbstractContextManager[None]:
        """Be the one writer for a while; raises `BusyError` where there is another."""

    def requested_ranges(self) -> tuple[RequestedRange, ...]:
        """The requested ranges so far, in order."""

    def keep_requested_range(self, asked: RequestedRange) -> None:
        """Add a range to those asked for, and export what is published with it: both or neither.

        Raises `NoRoomError`, or `OSError` where the disk refuses; the caller is the one writer.
        """

    def widget_edits(self) -> tuple[WidgetEdit, ...]:
        """What widgets were made through the API so far, in order."""

    def keep_widget_edit(self, edit: WidgetEdit) -> None:
        """Make an edit the one of its widget, and export what is published with it, likewise."""
