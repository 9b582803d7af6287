"""The mapping file: where a database keeps the contract's entities, if not where Django does.

loyalty_transactions:
  table: crm.points_ledger
  columns: {client_id: customer_id, timestamp: booked_at}
wallet_conversions:
  select: |
    select id, site as website_id, customer as client_id, points, amount, converted_at
    from payouts where kind = 'loyalty'
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from orchestration.errors import UsageError
from orchestration.sources.contract import ENTITIES, Entity

KEYS = ("table", "columns", "select")


@dataclass(frozen=True)
class Mapped:
    """Where an entity comes from: a table with renamed columns, or a SELECT in the source's SQL."""

    table: str | None = None
    """The table, after its schema and a dot if it needs one."""
    columns: dict[str, str] = field(default_factory=dict)
    """The table's names of contract columns that are called otherwise there."""
    select: str | None = None


def read_mapping(path: Path) -> dict[str, Mapped]:
    """The entities that a mapping file places, by name.

    Raises `UsageError` that names the file, the line and what may stand there.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise UsageError(f"the mapping {path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the mapping {path} is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{path}:{line}: this is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise UsageError(f"the mapping {path} is no YAML: {error}") from None
    if root is None:
        return {}
    entities = {entity.name: entity for entity in ENTITIES}
    return {
        name: _read_entity(path, entities[name], node)
        for name, node in _items(path, root, "the mapping", entities)
    }


def _read_entity(path: Path, entity: Entity, node: yaml.Node) -> Mapped:
    told = dict(_items(path, node, entity.name, KEYS))
    if "select" in told:
        if len(told) > 1:
            _refuse(path, node, f"{entity.name} has a select, which leaves no room for other keys")
        return Mapped(select=_text(path, told["select"], "select").strip().rstrip(";"))
    columns = {}
    if "columns" in told:
        for column, named in _items(path, told["columns"], "columns", entity.columns):
            columns[column] = _text(path, named, column)
    table = _text(path, told["table"], "table") if "table" in told else None
    return Mapped(table=table, columns=columns)


def _items(
    path: Path, node: yaml.Node, what: str, allowed: tuple[str, ...] | dict[str, Entity]
) -> Iterator[tuple[str, yaml.Node]]:
    """The keys and values of a node, each key allowed and there once."""
    if not isinstance(node, yaml.MappingNode):
        _refuse(path, node, f"{what} must be a mapping of {', '.join(allowed)}")
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value not in allowed:
            _refuse(
                path, key, f"{key.value!r} is unknown in {what}; use one of {', '.join(allowed)}"
            )
        if key.value in seen:
            _refuse(path, key, f"{key.value!r} is there twice in {what}")
        seen.add(key.value)
        yield key.value, value


def _text(path: Path, node: yaml.Node, what: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        _refuse(path, node, f"{what} must be a text")
    return node.value


def _refuse(path: Path, node: yaml.Node, problem: str) -> None:
    raise UsageError(f"{path}:{node.start_mark.line + 1}: {problem}")
