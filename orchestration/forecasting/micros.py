"""Exact arithmetic: values and forecasts as whole millionths, and one rounding at the end.

A mean of eight whole numbers is a whole number of millionths, and Python's integers have no bounds,
so errors, their sums and ratios are exact, whatever the size of the values.
"""

from decimal import Decimal

MICROS = 1_000_000
"""Millionths in one."""


def divide(numerator: int, denominator: int) -> int:
    """The whole number nearest to a ratio, half away from zero."""
    quotient = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def to_whole(micros: int) -> int:
    """Millionths as a whole number, half away from zero."""
    return divide(micros, MICROS)


def ratio(numerator: int, denominator: int) -> Decimal | None:
    """A ratio with 4 decimals, half away from zero; none over 0."""
    if not denominator:
        return None
    return Decimal(f"{divide(numerator * 10_000, denominator)}E-4")
