"""A mapping: how a programme's source differs from the contract, in names and conventions."""

from dataclasses import dataclass, field

from orchestration.sources.contract import TRANSACTION_TYPES

BY_SIGN = "by_sign"
"""The type of rows that add points or deduct them by their sign."""


@dataclass(frozen=True)
class Mapped:
    """How a source keeps an entity; by default, as the contract has it."""

    table: str | None = None
    """The table, after its schema and a dot if it needs one."""
    columns: dict[str, str] = field(default_factory=dict)
    """The source's names of the contract's columns, of those that differ."""
    select: str | None = None
    """A SELECT in the source's own SQL, in place of a table."""
    where: str | None = None
    """The condition of the rows that count, in the SQL of the source; of files, in DuckDB's."""
    transaction_types: dict[str, str] = field(default_factory=dict)
    """The contract's type, or `by_sign`, for each type that the source calls otherwise."""
    has_positive_debits: bool = False
    """Whether what is redeemed or deducted is delivered as a positive number."""

    def type_rows(self) -> list[tuple[str, str, int]]:
        """Each type that isn't taken as delivered: its name there, its name here, and its sign.

        The sign is what the delivered points are multiplied by.
        """
        debits = [name for name in TRANSACTION_TYPES if name != "add"]
        known = self.transaction_types
        if self.has_positive_debits:
            known = {name: name for name in debits} | known
        return [
            (delivered, name, -1 if self.has_positive_debits and name in debits else 1)
            for delivered, name in known.items()
        ]
