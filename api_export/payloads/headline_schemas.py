"""The payload of the sentences on a window, key by key in the documented order."""

from typing import Literal

from typing_extensions import TypedDict

ToldFigure = Literal[
    "points_outstanding",
    "redemptions",
    "points_issued",
    "active_clients",
    "clients_with_transactions",
    "new_clients",
]
"""The figures of `comparison` that a sentence may be about."""


class Headline(TypedDict):
    """A sentence on a window, for people."""

    place: int
    figure: ToldFigure
    sentence: str
