"""The mapping file, as YAML, and what is wrong in one.

loyalty_transactions:
  table: crm.points_ledger
  columns: {client_id: customer_id, timestamp: booked_at}
  where: is_deleted = 0
  transaction_types: {earn: add, expire: deduct, adjust: by_sign}
  sign: positive_debits
wallet_conversions:
  select: |
    select id, site as website_id, customer as client_id, points, amount, converted_at
    from payouts where kind = 'loyalty'
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from orchestration.sources.contract import ENTITIES, LEDGER, TRANSACTION_TYPES, Entity
from orchestration.sources.mapping import BY_SIGN, Mapped
from orchestration.yaml_files import read_yaml, refuse

DATABASE_KEYS = ("table", "select")
"""What places an entity in a database; a folder has its files for that."""
SHARED_KEYS = ("columns", "where")
LEDGER_KEYS = ("transaction_types", "sign")
POSITIVE_DEBITS = "positive_debits"
NO_SCALE = (
    "points_scale is not offered, since points are whole numbers; deliver hundredths as points"
    " (points × 100) in every entity: points, points_used, points_required, threshold and"
    " loyalty_points"
)


def read_mapping(path: Path, *, is_for_files: bool = False) -> dict[str, Mapped]:
    """What a mapping file says of each entity that it names.

    Raises `UsageError` that names the file, the line and what may stand there.
    """
    root = read_yaml(path, "the mapping")
    if root is None:
        return {}
    entities = {entity.name: entity for entity in ENTITIES}
    return {
        name: _read_entity(path, entities[name], node, is_for_files)
        for name, node in _items(path, root, "the mapping", entities)
    }


def _read_entity(path: Path, entity: Entity, node: yaml.Node, is_for_files: bool) -> Mapped:
    keys = (
        *(() if is_for_files else DATABASE_KEYS),
        *SHARED_KEYS,
        *(LEDGER_KEYS if entity.name == LEDGER else ()),
    )
    _refuse_misplaced(path, entity, node, keys)
    given = dict(_items(path, node, entity.name, keys))
    if "select" in given and not given.keys().isdisjoint(("table", *SHARED_KEYS)):
        refuse(
            path,
            node,
            f"{entity.name} has a select, which leaves no room for table, columns, where",
        )
    return Mapped(
        table=_text(path, given["table"], "table") if "table" in given else None,
        columns=_texts(path, given.get("columns"), "columns", entity.columns),
        select=_statement(path, given.get("select"), "select"),
        where=_statement(path, given.get("where"), "where"),
        transaction_types=_types(path, given.get("transaction_types")),
        has_positive_debits="sign" in given
        and _choice(path, given["sign"], "sign", (POSITIVE_DEBITS,)) == POSITIVE_DEBITS,
    )


def _refuse_misplaced(
    path: Path, entity: Entity, node: yaml.Node, allowed: tuple[str, ...]
) -> None:
    """Refuse keys that other entities or sources take, or that people look for, and say why."""
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in allowed:
            continue
        if key.value == "points_scale":
            refuse(path, key, NO_SCALE)
        if key.value in DATABASE_KEYS:
            refuse(
                path,
                key,
                f"{key.value} is for databases; {entity.name} comes from files,"
                f" which take {', '.join(allowed)}",
            )
        if key.value in LEDGER_KEYS:
            refuse(path, key, f"{key.value} is for {LEDGER} alone, not for {entity.name}")


def _types(path: Path, node: yaml.Node | None) -> dict[str, str]:
    """The contract's type, or `by_sign`, for each of the source's types."""
    what, choices = "transaction_types", (*TRANSACTION_TYPES, BY_SIGN)
    return {
        name: _choice(path, value, name, choices)
        for name, value in ([] if node is None else _items(path, node, what, None))
    }


def _texts(path: Path, node: yaml.Node | None, what: str, allowed: Iterable[str]) -> dict[str, str]:
    return {
        key: _text(path, value, key)
        for key, value in ([] if node is None else _items(path, node, what, allowed))
    }


def _items(
    path: Path, node: yaml.Node, what: str, allowed: Iterable[str] | None
) -> Iterator[tuple[str, yaml.Node]]:
    """The keys and values of a node; a key that isn't allowed, or is there twice, is refused.

    Any key is allowed where `allowed` is None.
    """
    named = "names" if allowed is None else ", ".join(allowed)
    if not isinstance(node, yaml.MappingNode):
        refuse(path, node, f"{what} must be a mapping of {named}")
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or (
            key.value not in allowed if allowed is not None else not key.value.strip()
        ):
            refuse(path, key, f"{key.value!r} is unknown in {what}; use one of {named}")
        if key.value in seen:
            refuse(path, key, f"{key.value!r} is there twice in {what}")
        seen.add(key.value)
        yield key.value, value


def _statement(path: Path, node: yaml.Node | None, what: str) -> str | None:
    return None if node is None else _text(path, node, what).strip().rstrip(";")


def _text(path: Path, node: yaml.Node, what: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        refuse(path, node, f"{what} must be text")
    return node.value


def _choice(path: Path, node: yaml.Node, what: str, choices: tuple[str, ...]) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.value not in choices:
        refuse(path, node, f"{what} must be {' or '.join(choices)}")
    return node.value
