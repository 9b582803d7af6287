"""JSON as it was delivered, and as it is exported: numbers keep their digits."""

import json
import re

import simplejson

from support.recount.contract import JsonValue


class NumberText(str):
    """A JSON number as it was delivered."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parse_json(text: str) -> JsonValue:
    """The value of strict JSON, numbers as NumberText; raises ValueError for anything else."""
    return json.loads(
        text, parse_int=NumberText, parse_float=NumberText, parse_constant=_refuse_constant
    )


def as_written(value: JsonValue) -> object:
    """A parsed value ready for simplejson: keys sorted at every level, numbers as delivered."""
    if isinstance(value, dict):
        return {key: as_written(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [as_written(part) for part in value]
    if isinstance(value, NumberText):
        return simplejson.RawJSON(str(value))
    return value


def compact(value: JsonValue) -> str:
    return simplejson.dumps(as_written(value), separators=(",", ":"), ensure_ascii=False)


def to_bytes(payload: object) -> bytes:
    """The bytes of one exported file (api.md, "The export")."""
    return (simplejson.dumps(payload, indent=2, ensure_ascii=False) + "\n").encode()


LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def has_lone_surrogate(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return any(has_lone_surrogate(key) or has_lone_surrogate(value[key]) for key in value)
    if isinstance(value, list):
        return any(has_lone_surrogate(part) for part in value)
    return isinstance(value, str) and LONE_SURROGATE.search(value) is not None
