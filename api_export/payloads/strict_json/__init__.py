"""Strict JSON, because the parsers at hand are lenient: the one reader of every JSON text.

DuckDB and Python read NaN, DuckDB takes trailing commas and the first of a doubled key. The source
contract asks for neither: of a doubled key the last counts, and keys are written sorted.

A package of its own, because the models use it too: a run rebuilds the marts where a package that
shapes them has changed.
"""

from typing import Any

import simplejson
from simplejson import RawJSON


def loads_strict(text: str) -> Any:
    """The value of a strict JSON text; its numbers as `RawJSON`, just as they were written.

    Raises `ValueError` for anything else.
    """
    try:
        return simplejson.loads(
            text, parse_int=RawJSON, parse_float=RawJSON, parse_constant=_refuse_constant
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps_sorted(value: Any) -> str:
    """The JSON text of a value of `loads_strict`, its keys sorted at every depth.

    Raises `ValueError` where a string holds a lone surrogate, which isn't text.
    """
    try:
        text = simplejson.dumps(value, sort_keys=True, ensure_ascii=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    text.encode()
    return text


def strict_json(text: str | None) -> str | None:
    """The text with sorted keys; `None` where it is null, JSON's `null` or not strict JSON."""
    if text is None:
        return None
    try:
        value = loads_strict(text)
        return None if value is None else dumps_sorted(value)
    except ValueError:
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
