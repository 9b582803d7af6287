"""Thresholds of figures, as YAML, and what is wrong in a file of them.

- figure: overview.total_points_issued
  website: each
  days: 7
  below: 1000
- figure: conversion.points_converted
  website: 2
  changed_by: 50
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import NoneType
from typing import get_args, get_type_hints

import yaml

from api_export.payloads.endpoints import ALL_WEBSITES, DAYS, ENDPOINTS, Endpoint
from api_export.payloads.limits import MAX_INT64, MIN_INT64
from orchestration.yaml_files import read_yaml, refuse

EACH_WEBSITE = "each"
CONDITIONS = ("above", "below", "changed_by")
KEYS = ("figure", "website", "days", *CONDITIONS)
MOST_THRESHOLDS = 100
LONGEST_NUMBER = 30


@dataclass(frozen=True)
class Threshold:
    """What a figure is held to; one that is given several conditions is several."""

    endpoint: Endpoint
    key: str
    website: int | str
    """An id, `each`, or `all` together."""
    days: int | None
    """The length of the window that ends on as_of; null for a figure that has none."""
    condition: str
    limit: Decimal
    """In the figure's own unit, or in percent for `changed_by`."""

    @property
    def figure(self) -> str:
        """The figure's full name."""
        return f"{self.endpoint.name}.{self.key}"


@cache
def known_figures() -> dict[str, tuple[Endpoint, str]]:
    """Every number of a payload that is an object, by its full name."""
    return {
        f"{endpoint.name}.{key}": (endpoint, key)
        for endpoint in ENDPOINTS
        if not endpoint.is_list
        for key, kind in get_type_hints(endpoint.schema).items()
        if key != DAYS.name and {*(get_args(kind) or (kind,))} - {NoneType} <= {int, Decimal}
    }


def read_thresholds(path: Path | None) -> tuple[Threshold, ...]:
    """The thresholds of a file, in its order; none without a file.

    Raises `UsageError` that names the file, the line and what may stand there.
    """
    if path is None:
        return ()
    root = read_yaml(path, "the thresholds")
    if root is None:
        return ()
    if not isinstance(root, yaml.SequenceNode):
        refuse(path, root, f"the thresholds must be a list, whose items have {', '.join(KEYS)}")
    thresholds = tuple(each for item in root.value for each in _read_item(path, item))
    if len(thresholds) > MOST_THRESHOLDS:
        refuse(path, root, f"there are {len(thresholds)} thresholds; give {MOST_THRESHOLDS}")
    return thresholds


def _read_item(path: Path, item: yaml.Node) -> Iterable[Threshold]:
    given = _given(path, item)
    if "figure" not in given:
        refuse(path, item, "a threshold must name its figure, such as overview.total_points_issued")
    endpoint, key = _figure(path, given["figure"])
    website = _website(path, given.get("website"), endpoint)
    days = _days(path, given.get("days"), endpoint)
    conditions = [name for name in CONDITIONS if name in given]
    if not conditions:
        refuse(path, item, f"a threshold must say when: give one of {', '.join(CONDITIONS)}")
    for name in conditions:
        if name == "changed_by" and days is None:
            refuse(
                path,
                given[name],
                f"{endpoint.name} has no window, so none before it to have changed from;"
                " points and clients of windows are in overview",
            )
        limit = _number(path, given[name], name)
        yield Threshold(endpoint, key, website, days, name, limit)


def _given(path: Path, item: yaml.Node) -> dict[str, yaml.Node]:
    """The values of an item; a key that is unknown, or is there twice, is refused."""
    if not isinstance(item, yaml.MappingNode):
        refuse(path, item, f"a threshold must be a mapping of {', '.join(KEYS)}")
    given: dict[str, yaml.Node] = {}
    for key, value in item.value:
        if not isinstance(key, yaml.ScalarNode) or key.value not in KEYS:
            refuse(path, key, f"{_text(key)!r} is unknown; use one of {', '.join(KEYS)}")
        if key.value in given:
            refuse(path, key, f"{key.value!r} is there twice")
        given[key.value] = value
    return given


def _figure(path: Path, node: yaml.Node) -> tuple[Endpoint, str]:
    """The figure of a name, which may be its key alone where only one figure has it."""
    name, figures = _text(node), known_figures()
    named = [full for full in figures if name in (full, figures[full][1])]
    if len(named) == 1:
        return figures[named[0]]
    if named:
        refuse(path, node, f"more than one figure is named {name}: write {' or '.join(named)}")
    close = get_close_matches(name, figures, n=3, cutoff=0.5) or [
        full
        for full, (_, key) in figures.items()
        if key in get_close_matches(name, [key for _, key in figures.values()], n=3)
    ]
    hint = f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(figures)}"
    refuse(path, node, f"the figure {name!r} is unknown; {hint}")


def _website(path: Path, node: yaml.Node | None, endpoint: Endpoint) -> int | str:
    if node is None:
        return EACH_WEBSITE
    text = _text(node)
    if text == ALL_WEBSITES and not endpoint.sums_up:
        refuse(path, node, f"{endpoint.name} isn't added up over websites: give each, or a website")
    if text in (ALL_WEBSITES, EACH_WEBSITE):
        return text
    if (website := _whole(text)) is None or not MIN_INT64 <= website <= MAX_INT64:
        refuse(path, node, f"{text!r} isn't a website: give an id, each, or all")
    return website


def _days(path: Path, node: yaml.Node | None, endpoint: Endpoint) -> int | None:
    if not endpoint.looks_back:
        if node is not None:
            refuse(path, node, f"{endpoint.name} has no window, so no days")
        return None
    if node is None:
        return DAYS.default
    text = _text(node)
    if (days := _whole(text)) is None or not 1 <= days <= DAYS.highest:
        refuse(path, node, f"days must be a whole number from 1 to {DAYS.highest}, not {text!r}")
    return days


def _number(path: Path, node: yaml.Node, condition: str) -> Decimal:
    text = _text(node)
    try:
        number = Decimal(text if len(text) <= LONGEST_NUMBER else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        refuse(path, node, f"{condition} must be a number, such as 1000 or 2.5, not {text!r}")
    if condition == "changed_by" and number <= 0:
        refuse(path, node, f"changed_by is percent, up or down: more than 0, not {text}")
    return number


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def _text(node: yaml.Node) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else f"a {node.id}"
