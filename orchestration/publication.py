"""A workspace as `calculate` and the server use it: they read what is published, and may add."""

from api_export import writer
from orchestration.settings import Settings
from orchestration.status import note_published
from orchestration.workspace import Workspace


class Publication(Workspace):
    """The workspace of some settings; it is `api_export.published.Published`."""

    def __init__(self, settings: Settings) -> None:
        """Name the files."""
        super().__init__(settings.workspace)
        self._keep_exports = settings.keep_exports

    def write_export(self) -> None:
        """Export what is published and asked for, outside a run."""
        writer.write_export(
            self.marts,
            self.export,
            self.asked_ranges(),
            self.widget_edits(),
            self._keep_exports,
        )
        note_published(self)
