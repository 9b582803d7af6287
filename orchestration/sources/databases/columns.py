"""The columns of a database's tables, and the types from which the contract can read."""

from dataclasses import dataclass

INTEGERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}
NUMBERS = INTEGERS | {"DECIMAL", "DOUBLE", "FLOAT"}
TEXTS = {"VARCHAR", "ENUM"}
INSTANTS = {
    *("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
    *("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
}
READABLE = {
    "integer": NUMBERS | TEXTS | {"BIT"},
    "decimal": NUMBERS | TEXTS,
    "instant": INSTANTS | TEXTS,
}
"""The types in which a column of a kind of the contract may come; other kinds take any type."""


@dataclass(frozen=True)
class Column:
    """A column of a table or SELECT."""

    type: str
    """Its type, by DuckDB's name for it."""
    read: str = "{}"
    """The SQL that reads it without loss, where `{}` stands for its quoted name."""
