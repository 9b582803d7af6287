"""What the owner of a source should look at, and may say in a mapping: read from validated rows.

The connection knows the databases of models as `warehouse` and `marts`.
"""

import json
import re
from typing import get_args

from duckdb import DuckDBPyConnection

from api_export.payloads.schemas import WidgetType
from orchestration.quality.examples import SHOWN_CHARACTERS, shown
from orchestration.sources.contract import ARMS, LEDGER, STATUSES, TRANSACTION_TYPES, Entity
from orchestration.sources.mapping import Mapped

DELETION_WORDS = ("delet", "remov", "archiv", "void", "trash")
INSTANT_NAME = re.compile(r"(at|on|date|time)$", re.IGNORECASE)
WITH_DECIMALS = r"[+-]?\d+[.,]\d*[1-9]\d*"
HINTED_TYPES = 10


def accepted_values(entity: Entity, mapped: Mapped) -> list[str]:
    """What columns take that take a few values only."""
    mapped_types = [
        f"{delivered} as {name}"
        for delivered, name in mapped.transaction_types.items()
        if delivered != name
    ]
    debits = "≥ 0 as delivered" if mapped.has_positive_debits else "≤ 0"
    accepted = {
        "transaction_type": [
            f"{TRANSACTION_TYPES[0]} (points ≥ 0), {' and '.join(TRANSACTION_TYPES[1:])}"
            f" (points {debits})",
            *mapped_types,
        ],
        "status": STATUSES,
        "widget_type": get_args(WidgetType),
        "arm": ARMS,
    }
    return [
        f"{column} {', '.join(values)}"
        for column, values in accepted.items()
        if column in entity.columns
    ]


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
    for field in entity.fields:
        if field.kind == "instant" and field.is_required:
            hints += _zone_hint(connection, entity, field.name)
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
        from marts.intermediate.int_loyalty_transactions_validated
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
