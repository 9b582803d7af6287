"""What is wrong with a source's rows, by example, and what its owner might tell in a mapping.

All of it is read from the models: `quarantined_rows` names the column that is the reason. The
connection knows the databases of models as `warehouse` and `marts`.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import get_args

from duckdb import DuckDBPyConnection

from api_export.payloads.schemas import WidgetType
from orchestration.sources.contract import LEDGER, STATUSES, TRANSACTION_TYPES, Entity
from orchestration.sources.mapping import Mapped

EXAMPLES = 3
HINTED_TYPES = 10
SHOWN_CHARACTERS = 40
BESIDE = {"website_mismatch": "website_id", "sign_mismatch": "transaction_type"}
"""The column without which the value that is the reason says little."""
WANTED = {
    "integer": "a whole number",
    "decimal": "a number with at most two decimals",
    "instant": "2024-03-31 12:00:00, and Z or an offset where it is not UTC; 1970 to 2199",
    "boolean": "true or false, 1 or 0",
    "json": "strict JSON",
    "text": "a text",
}
DELETION_WORDS = ("delet", "remov", "archiv", "void", "trash")
INSTANT_NAME = re.compile(r"(at|on|date|time)$", re.IGNORECASE)
WITH_DECIMALS = r"[+-]?\d+[.,]\d*[1-9]\d*"


@dataclass(frozen=True)
class Quarantined:
    """The rows of an entity that are quarantined for a reason."""

    reason: str
    rows: int
    examples: list[str]
    """The values that are the reason, those of most rows first; of each column that has any."""


def accepted_values(entity: Entity, mapped: Mapped) -> list[str]:
    """What columns take that take a few values only."""
    told = [
        f"{delivered} as {name}"
        for delivered, name in mapped.transaction_types.items()
        if delivered != name
    ]
    debits = "≥ 0 as delivered" if mapped.has_positive_debits else "≤ 0"
    accepted = {
        "transaction_type": [
            f"{TRANSACTION_TYPES[0]} (points ≥ 0), {' and '.join(TRANSACTION_TYPES[1:])}"
            f" (points {debits})",
            *told,
        ],
        "status": STATUSES,
        "widget_type": get_args(WidgetType),
    }
    return [
        f"{column} {', '.join(values)}"
        for column, values in accepted.items()
        if column in entity.columns
    ]


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

        told as (

            select
                if((delivered ->> '_line') is null, column_name, 'line') as named,
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
            named,
            value,
            beside
        from told
        group by named, value, beside
        qualify row_number() over (
            partition by named
            order by count(*) desc, length(value), value, beside
        ) <= $examples
        order by named, count(*) desc, length(value), value, beside
        """,
        {
            "entity": entity.name,
            "reason": reason,
            "beside": BESIDE.get(reason),
            "website": website_id,
            "website_column": "id" if entity.name == "websites" else "website_id",
            "examples": EXAMPLES,
        },
    ).fetchall()
    found: dict[str, list[str]] = defaultdict(list)
    for named, value, beside in rows:
        with_beside = f" ({BESIDE[reason]} {shown(beside)})" if reason in BESIDE else ""
        found[named].append(shown(value) + with_beside)
    return [
        f"{named} {', '.join(values)}{_takes(entity, named) if reason == 'invalid_value' else ''}"
        for named, values in found.items()
    ]


def _takes(entity: Entity, column: str) -> str:
    """What a column takes, in brackets."""
    if column not in entity.columns:
        return ""
    is_amount = column in ("points_used", "amount") or (
        entity.name == "wallet_conversions" and column == "points"
    )
    return f" (takes {WANTED[entity.kind_of(column)]}{', 0 or more' if is_amount else ''})"


def shown(value: str | None) -> str:
    """A delivered value for people: a number bare, any other text quoted and cut."""
    if value is None:
        return "null"
    if re.fullmatch(r"[+-]?[0-9]{1,20}", value):
        return value
    return repr(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")


def find_hints(
    connection: DuckDBPyConnection,
    entity: Entity,
    mapped: Mapped,
    unread: list[str],
) -> list[str]:
    """What a person should ask about the entity's rows."""
    hints = []
    if mapped.where is None and mapped.select is None:
        hints += map(_deletion_hint, [name for name in unread if _is_about_deletion(name)])
    hints += _decimals_hint(connection, entity)
    if entity.name == LEDGER:
        hints += [*_type_hint(connection, entity), *_sign_hints(connection, mapped)]
    if entity.event_time is not None:
        hints += _zone_hint(connection, entity, entity.event_time)
    return hints


def _is_about_deletion(name: str) -> bool:
    return any(word in name.casefold() for word in DELETION_WORDS)


def _deletion_hint(name: str) -> str:
    named = _quoted(name)
    condition = f"{named} is null" if INSTANT_NAME.search(name) else f"not {named}"
    return (
        f"{named} is not read: if it marks rows that no longer count, tell it in a mapping,"
        f" such as where: {condition}"
    )


def _decimals_hint(connection: DuckDBPyConnection, entity: Entity) -> list[str]:
    found = connection.execute(
        """
        select cast(delivered_row as json) ->> column_name as value
        from marts.quarantined_rows
        where
            entity = ?
            and reason = 'invalid_value'
            and (contains(column_name, 'points') or column_name = 'threshold')
            and regexp_full_match(value, ?)
        order by row_id
        limit 1
        """,
        [entity.name, WITH_DECIMALS],
    ).fetchone()
    if found is None:
        return []
    return [
        f"points are whole numbers, unlike {shown(found[0])}; deliver hundredths as points"
        " (points × 100) in every entity"
    ]


def _type_hint(connection: DuckDBPyConnection, entity: Entity) -> list[str]:
    types = connection.execute(
        """
        select cast(delivered_row as json) ->> 'transaction_type' as value
        from marts.quarantined_rows
        where entity = ? and reason = 'unknown_type'
        group by value
        order by count(*) desc, value
        limit ?
        """,
        [entity.name, HINTED_TYPES],
    ).fetchall()
    named = [_quoted(name) for (name,) in types if name and len(name) <= SHOWN_CHARACTERS]
    if not named:
        return []
    return [
        f"types of your own can be told in a mapping: transaction_types: {{{': …, '.join(named)}:"
        " …}, each as add, redeem, deduct or by_sign"
    ]


def _sign_hints(connection: DuckDBPyConnection, mapped: Mapped) -> list[str]:
    (wrong_debits, right_debits, wrong_credits) = connection.execute(
        """
        select
            count(*) filter (quarantine_reason = 'sign_mismatch' and transaction_type != 'add'),
            count(*) filter (
                quarantine_reason is null and transaction_type != 'add' and points < 0
            ),
            count(*) filter (quarantine_reason = 'sign_mismatch' and transaction_type = 'add')
        from intermediate.int_loyalty_transactions_validated
        """
    ).fetchone()
    hints = []
    if wrong_debits > right_debits:
        hints.append(
            "redeem and deduct arrive as negative numbers: sign: positive_debits is wrong here"
            if mapped.has_positive_debits
            else "redeem and deduct arrive as positive numbers: tell it in a mapping, with sign:"
            " positive_debits"
        )
    if wrong_credits:
        hints.append(
            "add arrives with negative points: if these are corrections, tell it in a mapping, with"
            " transaction_types: {add: by_sign}"
        )
    return hints


def _zone_hint(connection: DuckDBPyConnection, entity: Entity, column: str) -> list[str]:
    found = connection.execute(
        f"""
        select cast("{column}" as varchar)
        from raw.{entity.name}
        where
            typeof("{column}") != 'TIMESTAMP WITH TIME ZONE'
            and regexp_full_match(
                cast("{column}" as varchar),
                '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ][0-9:]+([.][0-9]+)?)?'
            )
        limit 1
        """
    ).fetchone()
    return [] if found is None else [f"{column} has no zone, as in {found[0]!r}: it counts as UTC"]


def _quoted(name: str) -> str:
    """A name as a mapping or a condition needs it."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name)
