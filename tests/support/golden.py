"""Published inputs and results that figures are held against."""

from decimal import Decimal
from typing import NamedTuple


class SurvivalStudy(NamedTuple):
    """Subjects as (time, whether it ended with the event), and the printed Kaplan–Meier estimate.

    Rows of the estimate are (time, at risk, events, surviving).
    """

    times: tuple[tuple[int, bool], ...]
    estimate: tuple[tuple[int, int, int, Decimal], ...]
    median: int


KM_6MP = SurvivalStudy(
    times=(
        (6, True),
        (6, True),
        (6, True),
        (6, False),
        (7, True),
        (9, False),
        (10, True),
        (10, False),
        (11, False),
        (13, True),
        (16, True),
        (17, False),
        (19, False),
        (20, False),
        (22, True),
        (23, True),
        (25, False),
        (32, False),
        (32, False),
        (34, False),
        (35, False),
    ),
    estimate=(
        (6, 21, 3, Decimal("0.8571")),
        (7, 17, 1, Decimal("0.8067")),
        (10, 15, 1, Decimal("0.7529")),
        (13, 12, 1, Decimal("0.6902")),
        (16, 11, 1, Decimal("0.6275")),
        (22, 7, 1, Decimal("0.5378")),
        (23, 6, 1, Decimal("0.4482")),
    ),
    median=23,
)
"""Weeks of remission with 6-MP (Freireich et al. 1963)."""

KM_AML_MAINTAINED = SurvivalStudy(
    times=(
        (9, True),
        (13, True),
        (13, False),
        (18, True),
        (23, True),
        (28, False),
        (31, True),
        (34, True),
        (45, False),
        (48, True),
        (161, False),
    ),
    estimate=(
        (9, 11, 1, Decimal("0.9091")),
        (13, 10, 1, Decimal("0.8182")),
        (18, 8, 1, Decimal("0.7159")),
        (23, 7, 1, Decimal("0.6136")),
        (31, 5, 1, Decimal("0.4909")),
        (34, 4, 1, Decimal("0.3682")),
        (48, 2, 1, Decimal("0.1841")),
    ),
    median=31,
)
"""Weeks of remission of maintained acute myeloid leukemia (Miller 1981; R's `survival::aml`)."""

PLAIN_TEA_TASTING = (
    Decimal("0.04269014577177832"),
    Decimal("-0.0108002016"),
    Decimal("0.0961804931"),
)
"""Effect on orders, and its 95 % interval, of `make_users_data(seed=42)` of tea-tasting 1.14."""

CUPED_TEA_TASTING = (
    Decimal("0.05830389260866353"),
    Decimal("0.015696510168618664"),
    Decimal("0.1009112750487084"),
)
"""The same, adjusted by the covariate of the orders."""


class DifferenceInDifferences(NamedTuple):
    """Means before and after of who was treated and of who was not, and the printed effect."""

    treated: tuple[Decimal, Decimal]
    compared: tuple[Decimal, Decimal]
    effect: Decimal


CARD_KRUEGER = DifferenceInDifferences(
    treated=(Decimal("20.44"), Decimal("21.03")),
    compared=(Decimal("23.33"), Decimal("21.17")),
    effect=Decimal("2.75"),
)
"""Employees of fast-food restaurants in New Jersey and Pennsylvania (Card and Krueger 1994)."""
