"""The bytes of a payload: in the export's files and in the server's answers they are the same."""

from datetime import date
from typing import Any

import simplejson


def json_bytes(payload: Any) -> bytes:
    """UTF-8, two-space indent, decimals as they stand, a final newline."""
    text = simplejson.dumps(
        payload, indent=2, ensure_ascii=False, use_decimal=True, default=_date_text
    )
    return text.encode() + b"\n"


def _date_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a payload can't hold {type(value).__name__}")
