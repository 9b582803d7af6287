"""What a source is opened with."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.sources.mapping import Mapped
from orchestration.sources.mapping_file import read_mapping


@dataclass(frozen=True)
class Opening:
    """A source's URL, and what any kind of source may need beside it."""

    url: str
    scratch: Path
    """A folder for what the source has to write, such as a copy of a file."""
    mapping: Path | None
    """The mapping file; None where the source is as the contract says."""
    timeout_seconds: float
    """How long to wait for what others have locked there."""

    def read_mapping(self, *, is_for_files: bool) -> dict[str, Mapped]:
        """What the mapping file says of each entity; raises `UsageError` for a faulty one."""
        if self.mapping is None:
            return {}
        return read_mapping(self.mapping, is_for_files=is_for_files)
