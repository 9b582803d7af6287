"""What differs from the last run, by its name: why models are built again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

LONGEST = 60
"""Characters of a value that is told: longer ones nobody reads, and checksums of files least."""
SHOWN = 3
"""Changes that a reason names; more would hide them."""


class Change(NamedTuple):
    """Something that isn't what it was; of files, rows and long values the name alone."""

    name: str
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        """What changed, as part of a sentence."""
        if self.before is None and self.after is None:
            return self.name
        before, after = (text or "not set" for text in (self.before, self.after))
        return f"{self.name} ({before} → {after})"


def find_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    """What has another value now, or is there only once, in the order of what is there now."""
    for name in dict.fromkeys((*now, *before)):
        values = before.get(name), now.get(name)
        if values[0] != values[1]:
            texts = [None if value is None else _text(value) for value in values]
            is_long = max(len(text or "") for text in texts) > LONGEST
            yield Change(name) if is_long else Change(name, *texts)


def with_changes(reason: str, changes: Sequence[Change]) -> str:
    """A reason with the first changes that are behind it."""
    if not changes:
        return reason
    more = f" and {len(changes) - SHOWN:,} more" if len(changes) > SHOWN else ""
    return f"{reason}: {', '.join(map(str, changes[:SHOWN]))}{more}"


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
