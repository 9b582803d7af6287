"""A workspace as `calculate` and the server use it: they read what is published, and may add."""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from api_export.export.versions import write_export
from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.errors import NoRoomError
from orchestration.settings import Settings
from orchestration.workspace.duckdb_setup import Limits
from orchestration.workspace.status import note_current_export
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)

MOST_RANGES = 500
"""Ranges that are kept: until the next run has them, every export calculates each of them."""
MOST_WIDGETS = 1_000
"""Widgets that are edited and not deleted: each has files of its own in every export."""
MOST_EDIT_CHARACTERS = 4_000_000
"""Characters that all kept edits have together: they are laid over the widgets in memory."""


class PublishedWorkspace(Workspace):
    """The workspace of some settings; it is `api_export.additions.published.Published`."""

    def __init__(self, settings: Settings) -> None:
        """Name the files."""
        super().__init__(settings.workspace, Limits.of(settings), settings.lakehouse)
        self._keep_exports = settings.keep_exports

    def keep_requested_range(self, requested: RequestedRange) -> None:
        """Add a range to those asked for, and export what is published with it: both or neither.

        Raises `NoRoomError`, or `OSError` where the disk refuses; the caller is the one writer.
        """
        known = self.requested_ranges()
        ranges = tuple(sorted({*known, requested}))
        if len(ranges) > max(len(known), MOST_RANGES):
            raise NoRoomError(
                f"{len(known):,} ranges are kept, and no more than {MOST_RANGES:,} may be: take out"
                " of the workspace's state/asked_ranges.json those that nobody needs"
            )
        self._export(ranges, self.widget_edits(), partial(self.keeping_requested_ranges, ranges))

    def keep_widget_edit(self, edit: WidgetEdit) -> None:
        """Make an edit the one of its widget, and export what is published with it, likewise."""
        known = {kept[:2]: kept for kept in self.widget_edits()}
        edited = known | {edit[:2]: edit}
        edits = tuple(edited[key] for key in sorted(edited))
        if not edit.is_deleted:
            _check_room(edits, tuple(known.values()))
        self._export(self.requested_ranges(), edits, partial(self.keeping_widget_edits, edits))

    def _export(
        self,
        ranges: tuple[RequestedRange, ...],
        edits: tuple[WidgetEdit, ...],
        keeping: Callable[[Path], AbstractContextManager[None]],
    ) -> None:
        """Export what is published, and keep what was asked for as that becomes the current export.

        What is still to do then, syncing, cleaning and noting, may fail and undoes nothing.
        """
        try:
            write_export(self.marts, self.export, ranges, edits, self._keep_exports, keeping)
            note_current_export(self)
        except OSError as error:
            if (self.requested_ranges(), self.widget_edits()) != (ranges, edits):
                raise
            log.warning("it is kept and exported, but then: %s", error)


def _check_room(edits: tuple[WidgetEdit, ...], known: tuple[WidgetEdit, ...]) -> None:
    """Raise `NoRoomError` where there would be more than there may be, and more than is known."""
    if _widgets(edits) > max(_widgets(known), MOST_WIDGETS):
        raise NoRoomError(f"{MOST_WIDGETS:,} widgets are edited, and no more may be: delete some")
    if _characters(edits) > max(_characters(known), MOST_EDIT_CHARACTERS):
        raise NoRoomError(
            f"the edited widgets would have more than {MOST_EDIT_CHARACTERS:,} characters, and no"
            " more are kept: give them shorter configs, or delete some"
        )


def _widgets(edits: tuple[WidgetEdit, ...]) -> int:
    return sum(not edit.is_deleted for edit in edits)


def _characters(edits: tuple[WidgetEdit, ...]) -> int:
    return sum(len(json.dumps(edit)) for edit in edits)
