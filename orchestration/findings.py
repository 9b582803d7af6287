"""What is wrong with a source's rows, by example, and what its owner might tell in a mapping.

All of it is read from the tables of a full build of `quarantined_rows`, in a workspace that is
thrown away: the models are the judges.
"""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import get_args

from duckdb import DuckDBPyConnection

from api_export.schemas import WidgetType
from orchestration.compiled import full_build
from orchestration.sources.contract import STATUSES, TRANSACTION_TYPES, Entity, kind_of
from orchestration.sources.mapping import LEDGER, Mapped
from orchestration.sync import ID

EXAMPLES = 3
SAMPLED_ROWS = 100
HINTED_TYPES = 10
SHOWN_CHARACTERS = 40
OFFENDERS = {
    "duplicate_id": ("id",),
    "unknown_website": ("website_id",),
    "unknown_category": ("category_id",),
    "unknown_client": ("client_id",),
    "website_mismatch": ("client_id", "website_id"),
    "unknown_item": ("item_id",),
    "unknown_type": ("transaction_type",),
    "unknown_status": ("status",),
    "unknown_widget_type": ("widget_type",),
    "sign_mismatch": ("transaction_type", "points"),
}
"""The columns whose values a reason is about; `invalid_value` may be about any."""
WANTED = {
    "integer": "a whole number",
    "decimal": "a number with at most two decimals",
    "instant": "2024-03-31 12:00:00, and Z or an offset where it is not UTC",
    "boolean": "true or false, 1 or 0",
    "json": "strict JSON",
    "text": "a text",
}
DELETION_WORDS = ("delet", "remov", "archiv", "void", "trash")
INSTANT_NAME = re.compile(r"(at|on|date|time)$", re.IGNORECASE)
WITH_DECIMALS = re.compile(r"[+-]?\d+[.,]\d*[1-9]\d*")


@dataclass(frozen=True)
class Quarantined:
    """The rows of an entity that would be quarantined for a reason."""

    reason: str
    rows: int
    examples: list[str]
    """The values that it is about, those of most rows first; of each column where any may be."""
    values: list[tuple[str, str | None]]
    """Of `invalid_value`, the values as delivered, each with its column."""


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
    """The entity's rows that would be quarantined, by reason."""
    counted = connection.execute(
        "select reason, count(*) from marts.quarantined_rows where entity = ?"
        " group by all order by all",
        [entity.name],
    ).fetchall()
    found = []
    for reason, rows in counted:
        if reason == "invalid_value":
            found.append(Quarantined(reason, rows, *_unreadable_values(connection, entity)))
        else:
            columns = OFFENDERS.get(reason, ("id",))
            examples = _common_values(connection, entity, reason, columns, EXAMPLES)
            found.append(Quarantined(reason, rows, [_listed(columns, examples)], []))
    return found


def _common_values(
    connection: DuckDBPyConnection,
    entity: Entity,
    reason: str,
    columns: tuple[str, ...],
    limit: int,
) -> list[tuple[str | None, ...]]:
    """The delivered values of these columns that most rows of a reason have."""
    values = ", ".join(f"json_extract_string(delivered_row, '$.{column}')" for column in columns)
    return connection.execute(
        f"""
        select {values}
        from marts.quarantined_rows
        where entity = ? and reason = ?
        group by {values}
        order by count(*) desc, {values}
        limit {limit}
        """,
        [entity.name, reason],
    ).fetchall()


def _listed(columns: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> str:
    if len(columns) == 1:
        return f"{columns[0]} {', '.join(shown(value) for (value,) in rows)}"
    return "; ".join(
        ", ".join(f"{column} {shown(value)}" for column, value in zip(columns, row, strict=True))
        for row in rows
    )


def _unreadable_values(
    connection: DuckDBPyConnection, entity: Entity
) -> tuple[list[str], list[tuple[str, str | None]]]:
    """Examples of required values that the models can't read, by column, and the values.

    Staging reads each sampled row again without one of its values: what changes nothing was not
    readable.
    """
    columns = entity.required
    _sample_unreadable(connection, entity)
    rows = connection.execute(
        "select cast(columns(* exclude (_sample)) as varchar) from sampled order by sampled._sample"
    )
    names = [name for name, *_ in rows.description]
    sampled = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    connection.begin()  # the sample takes the place of the entity's rows for a moment
    variants = " union all ".join(
        f"select * exclude (_sample) replace ({replaced}_sample * {len(columns) + 1} + {number}"
        " as _copy) from sampled"
        for number, replaced in enumerate(["", *(f'null as "{column}", ' for column in columns)])
    )
    connection.execute(f"create or replace table raw.{entity.name} as {variants}")
    staging = f"stg_loyalty__{entity.name}"
    connection.execute(full_build(model=staging)[-1])
    staged = connection.execute(
        f"select copy_number, to_json(staged) from staging.{staging} as staged"
    ).fetchall()
    connection.rollback()
    read = {
        divmod(number, len(columns) + 1): json.loads(row) | {"copy_number": None}
        for number, row in staged
    }
    found: dict[str, Counter[str | None]] = defaultdict(Counter)
    examples, out_of_range = [], []
    for at, row in enumerate(sampled):
        whole, *without = (read[at, number] for number in range(len(columns) + 1))
        unreadable = [
            column for column, again in zip(columns, without, strict=True) if again == whole
        ]
        if row["_line"] is not None:
            found["line"][row["_line"]] += 1
        elif unreadable:
            for column in unreadable:
                found[column][row[column]] += 1
        else:
            out_of_range.append(
                ", ".join(f"{name} {shown(row[name])}" for name in columns if _has_range(name))
            )
    for column, values in found.items():
        listed = ", ".join(shown(value) for value, _ in values.most_common(EXAMPLES))
        wanted = f" (takes {WANTED[kind_of(column)]})" if column in columns else ""
        examples.append(f"{column} {listed}{wanted}")
    if out_of_range:
        examples.append(f"out of range: {'; '.join(out_of_range[:EXAMPLES])}")
    return examples, [(column, value) for column, values in found.items() for value in values]


def _sample_unreadable(connection: DuckDBPyConnection, entity: Entity) -> None:
    """Make the table `sampled` of raw rows that have a required value that can't be read."""
    key = connection.sql(f"from staging.stg_loyalty__{entity.name}").columns[1]
    connection.execute(
        f"""
        create or replace temp table sampled as
        select row_number() over (order by row_id, copy_number) - 1 as _sample, delivered.*
        from raw.{entity.name} as delivered
        inner join (
            select {key} as row_id, copy_number
            from intermediate.int_{entity.name}_judged
            where quarantine_reason = 'invalid_value'
            order by all
            limit {SAMPLED_ROWS}
        ) as judged on ({ID}) is not distinct from row_id and _copy = copy_number
        """
    )


def _has_range(column: str) -> bool:
    """Whether the contract refuses some values of a column that can be read."""
    return column == "id" or (
        kind_of(column) != "text" and not column.endswith("_id") and not column.startswith("is_")
    )


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
    quarantined: list[Quarantined],
) -> list[str]:
    """What a person should ask about the entity's rows."""
    hints = []
    values = [value for found in quarantined for value in found.values]
    if mapped.where is None and mapped.select is None:
        hints += map(_deletion_hint, [name for name in unread if _is_about_deletion(name)])
    decimals = [
        value
        for column, value in values
        if ("points" in column or column == "threshold") and WITH_DECIMALS.fullmatch(value or "")
    ]
    if decimals:
        hints.append(
            f"points are whole numbers, unlike {shown(decimals[0])}; deliver hundredths as points"
            " (points × 100) in every entity"
        )
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


def _type_hint(connection: DuckDBPyConnection, entity: Entity) -> list[str]:
    column = ("transaction_type",)
    types = _common_values(connection, entity, "unknown_type", column, HINTED_TYPES)
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
        from intermediate.int_loyalty_transactions_judged
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
