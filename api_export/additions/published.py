"""The workspace as the server and `calculate` know it: what is published, and what was added."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from api_export.payloads.additions import RequestedRange, WidgetEdit


class Published(Protocol):
    """A workspace, as far as the server and `calculate` need it."""

    @property
    def marts(self) -> Path:
        """The published marts, replaced whole by each run."""

    @property
    def current_export(self) -> Path:
        """The link to the export that is read, switched in one step."""

    def writing(self, task: str) -> AbstractContextManager[None]:
        """Hold the workspace's lock; raises `BusyError` where another process holds it."""

    def requested_ranges(self) -> tuple[RequestedRange, ...]:
        """The ranges requested so far, in order."""

    def keep_requested_range(self, requested: RequestedRange) -> None:
        """Add a range to those kept, and export what is published with it: both or neither.

        The caller holds the lock. Raises `NoRoomError`, or `OSError` where the disk refuses.
        """

    def widget_edits(self) -> tuple[WidgetEdit, ...]:
        """The last edit of each widget that was edited through the API, in order."""

    def keep_widget_edit(self, edit: WidgetEdit) -> None:
        """Put an edit in place of its widget's former one, and export with it: both or neither.

        The caller holds the lock. Raises `NoRoomError`, or `OSError` where the disk refuses.
        """
