"""The errors of runs, beside those that the export and its server share with them."""

from collections.abc import Iterator
from pathlib import Path

from api_export.errors import BusyError, LoyaltyError, NoRoomError, UnwritableError, UsageError

__all__ = [
    "BusyError",
    "DeliveryError",
    "LoyaltyError",
    "NoRoomError",
    "RunError",
    "SourceError",
    "UnwritableError",
    "UsageError",
]


class SourceError(LoyaltyError):
    """A source that can't be used: absent, unreadable, or not of the contract's shape."""

    exit_code = 2
    step = "pull"


class RunError(LoyaltyError):
    """A run or check that failed; what was published before stays as it was."""


class DeliveryError(RunError):
    """A delivery that breaks the contract of deliveries, so that nothing of it is published."""

    step = "delivery_keeps_its_contract"


FULL_DISK = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "database or disk is full",
    "max_temp_directory_size",
)
"""What the operating system, SQLite and DuckDB say where a file can't grow."""


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it, each once, the innermost last.

    An error that is raised again may name itself among its causes.
    """
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and not any(cause is one for one in seen):
        yield cause
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__


def is_full_disk(error: BaseException | str) -> bool:
    """Whether a full disk is behind an error, or behind what a tool said of it."""
    texts = [error] if isinstance(error, str) else [str(cause) for cause in causes(error)]
    return any(words in text for words in FULL_DISK for text in texts)


def is_interrupt(error: BaseException) -> bool:
    """Whether a signal to stop is behind an error: DuckDB tells one as a query that failed."""
    return any(not isinstance(cause, Exception) for cause in causes(error))


def damaged_state(path: Path, fault: str = "it can't be read") -> RunError:
    """The error for a file of `state/` that can't be read."""
    return RunError(
        f"{path} is damaged ({fault}); restore it from a backup, or delete it to lose what it keeps"
    )


def later_state(path: Path, version: int | str) -> RunError:
    """The error for a file of `state/` that a later version of the project wrote."""
    return RunError(
        f"{path} is of version {version}, which only a later version of this project can read;"
        " install that one, restore the file from a backup, or delete it to lose what it keeps"
    )


def describe_full_disk(folder: Path) -> str:
    """What a full disk means for a workspace, and the way out."""
    return (
        f"the disk of {folder} is full; what was published before stays as it was;"
        " make room there, then run again"
    )
