"""What is wrong with a source's rows, by example.

All of it is read from the models: `quarantined_rows` names the column that is the reason. The
connection knows the databases of models as `warehouse` and `marts`.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from orchestration.sources.contract import Entity

EXAMPLES = 3
SHOWN_CHARACTERS = 40
BESIDE = {
    "website_mismatch": ("website_id", "campaign_id"),
    "sign_mismatch": ("transaction_type",),
    "conflicting_arms": ("client_id",),
}
"""Columns, of which an entity has one, without which the value that is the reason says little."""
WANTED = {
    "integer": "a whole number",
    "decimal": "a number with at most two decimals",
    "share": "a number between 0 and 1",
    "instant": "2024-03-31 12:00:00, and Z or an offset where it is not UTC",
    "boolean": "true or false, 1 or 0",
    "json": "strict JSON",
    "text": "a text",
}
BOUNDS = {
    **dict.fromkeys(
        (
            ("redemption_requests", "points_used"),
            ("wallet_conversions", "points"),
            ("wallet_conversions", "amount"),
        ),
        ", 0 or more",
    ),
    ("campaigns", "ends_at"): "; not before starts_at",
}
"""What a column's values are held to besides, by entity and column; so is an event's time."""


@dataclass(frozen=True)
class Quarantined:
    """The rows of an entity that are quarantined for a reason."""

    reason: str
    rows: int
    examples: list[str]
    """The values that are the reason, those of most rows first; of each column that has any."""


def find_quarantined(connection: DuckDBPyConnection, entity: Entity) -> list[Quarantined]:
    """The entity's quarantined rows, by reason."""
    counted = connection.execute(
        "select reason, count(*) from marts.quarantined_rows where entity = ?"
        " group by all order by all",
        [entity.name],
    ).fetchall()
    return [
        Quarantined(reason, rows, find_examples(connection, entity, reason))
        for reason, rows in counted
    ]


def find_examples(
    connection: DuckDBPyConnection, entity: Entity, reason: str, website_id: int | None = None
) -> list[str]:
    """Values for which rows are quarantined, three for each column, with what it takes.

    Of the rows of one website alone, where one is named.
    """
    beside = next((name for name in BESIDE.get(reason, ()) if name in entity.columns), None)
    rows = connection.execute(
        """
        with

        quarantined as (

            select
                column_name,
                cast(delivered_row as json) as delivered
            from marts.quarantined_rows
            where entity = $entity and reason = $reason

        ),

        named as (

            select
                if((delivered ->> '_line') is null, column_name, 'line') as column_or_line,
                coalesce((delivered ->> '_line'), (delivered ->> column_name)) as value,
                (delivered ->> cast($beside as varchar)) as beside
            from quarantined
            where
                $website is null
                or try_cast(
                    regexp_replace(delivered ->> cast($website_column as varchar), '[.]0+$', '')
                    as bigint
                ) = $website

        )

        select
            column_or_line,
            value,
            beside
        from named
        group by column_or_line, value, beside
        qualify row_number() over (
            partition by column_or_line
            order by count(*) desc, length(value), value, beside
        ) <= $examples
        order by column_or_line, count(*) desc, length(value), value, beside
        """,
        {
            "entity": entity.name,
            "reason": reason,
            "beside": beside,
            "website": website_id,
            "website_column": "id" if entity.name == "websites" else "website_id",
            "examples": EXAMPLES,
        },
    ).fetchall()
    found: dict[str, list[str]] = defaultdict(list)
    for named, value, value_beside in rows:
        with_beside = "" if beside is None else f" ({beside} {shown(value_beside)})"
        found[named].append(shown(value) + with_beside)
    return [
        f"{named} {', '.join(values)}{_takes(entity, named) if reason == 'invalid_value' else ''}"
        for named, values in found.items()
    ]


def _takes(entity: Entity, column: str) -> str:
    """What a column takes, in brackets."""
    if column not in entity.columns:
        return ""
    bounds = "; 1970 to 2199" if column == entity.event_time else ""
    bounds += BOUNDS.get((entity.name, column), "")
    return f" (takes {WANTED[entity.kind_of(column)]}{bounds})"


def shown(value: str | None) -> str:
    """A delivered value for people: a number bare, any other text quoted and cut."""
    if value is None:
        return "null"
    if re.fullmatch(r"[+-]?[0-9]{1,20}", value):
        return value
    return repr(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")
