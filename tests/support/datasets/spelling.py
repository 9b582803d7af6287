"""Typed values as text, in every way that source-contract.md lets them be written."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

OFFSETS = ("", "Z", "Z", "+00", "+00:00", "+05:30", "-0800", "+1345", "-03", "-00:30")


def _spell_time(rng: random.Random, moment: datetime) -> str:
    offset = rng.choice(OFFSETS)
    digits = offset[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2] or 0), minutes=int(digits[2:] or 0))
    local = moment - shift if offset.startswith("-") else moment + shift
    fraction = f"{local.microsecond:06d}"
    short = fraction.rstrip("0")
    decimals = rng.choice((short, short.ljust(3, "0"), fraction))
    text = local.strftime(f"%Y-%m-%d{rng.choice('T ')}%H:%M:%S")
    return text + (f".{decimals}" if decimals else "") + offset


def spell(rng: random.Random, value: object) -> str:
    """One of the ways in which source-contract.md lets the value be written."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        words = ("t", "TRUE", "True", "y", "Yes", "1") if value else ("f", "FALSE", "n", "No", "0")
        return rng.choice(words)
    if isinstance(value, int):
        forms = [f"{value}"] * 12 + [f"{value}.0", f"{value}.000"]
        if value >= 0:
            forms += [f"+{value}", f"00{value}"]
        return rng.choice(forms)
    if isinstance(value, Decimal):
        return rng.choice((f"{value}", f"{value}", f"{value}00", f"{value:+}"))
    return _spell_time(rng, value)
