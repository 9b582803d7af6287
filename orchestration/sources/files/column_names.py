"""The names of columns in files: the one that is looked for may be spelt a little differently."""

from collections.abc import Collection


class AmbiguousNameError(ValueError):
    """Several columns have one name."""


def find_name(wanted: str, names: Collection[str]) -> str | None:
    """The name that equals the wanted one; without it, one that differs in case and blanks alone.

    Raises `AmbiguousNameError` where several do.
    """
    same = [name for name in names if name == wanted] or [
        name for name in names if plain_name(name) == plain_name(wanted)
    ]
    if len(same) > 1:
        spellings = ", ".join(dict.fromkeys(same))
        raise AmbiguousNameError(f"it has {len(same)} columns {wanted} ({spellings}); keep one")
    return same[0] if same else None


def plain_name(name: str) -> str:
    """The name without case and the blanks around it, in which spellings may differ."""
    return name.strip().casefold()
