"""The rows behind a figure (metrics.md)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from support.recount.blocks import active_clients, between
from support.recount.contract import Row
from support.recount.sites import Site

BEGINNING = date.min


def _shown(entity: str, rows: list[Row], column: str, sign: int = 1) -> list[Row]:
    """Source rows as evidence."""
    return [
        {
            "entity": entity,
            "id": row["id"],
            "client_id": row["client_id"],
            "date": row["date"].isoformat(),
            "points": sign * row[column],
        }
        for row in rows
    ]


def _ledger(site: Site, first: date, last: date, kind: str, sign: int) -> list[Row]:
    rows = between(site.transactions, first, last)
    of_kind = [row for row in rows if row["transaction_type"] == kind]
    return _shown("loyalty_transactions", of_kind, "points", sign)


def _issued(site: Site, first: date, last: date) -> list[Row]:
    return _ledger(site, first, last, "add", 1)


def _redeemed(site: Site, first: date, last: date) -> list[Row]:
    return _ledger(site, first, last, "redeem", -1)


def _deducted(site: Site, first: date, last: date) -> list[Row]:
    return _ledger(site, first, last, "deduct", -1)


def _outstanding(site: Site, _: date, last: date) -> list[Row]:
    return _shown("loyalty_transactions", between(site.transactions, BEGINNING, last), "points")


def _redemptions(site: Site, first: date, last: date) -> list[Row]:
    return _shown("redemption_requests", between(site.redemptions, first, last), "points_used")


def _conversions(site: Site, first: date, last: date) -> list[Row]:
    return _shown("wallet_conversions", between(site.conversions, first, last), "points")


def _by_client(rows: list[Row], column: str, clients: set[int]) -> list[Row]:
    """A row for each of the clients: the last date of its rows, and the sum of their points."""
    evidence = []
    for client in clients:
        own = [row for row in rows if row["client_id"] == client]
        evidence.append(
            {
                "entity": "clients",
                "id": client,
                "client_id": client,
                "date": max(row["date"] for row in own).isoformat(),
                "points": sum(row[column] for row in own),
            }
        )
    return evidence


def _active_clients(site: Site, _: date, last: date) -> list[Row]:
    """With their balances, and the dates of their last transactions."""
    rows = between(site.transactions, BEGINNING, last)
    return _by_client(rows, "points", set(active_clients(site, last)))


def _clients_with_transactions(site: Site, first: date, last: date) -> list[Row]:
    rows = between(site.transactions, first, last)
    return _by_client(rows, "points", {row["client_id"] for row in rows})


def _clients_with_redemptions(site: Site, first: date, last: date) -> list[Row]:
    rows = between(site.redemptions, first, last)
    return _by_client(rows, "points_used", {row["client_id"] for row in rows})


EVIDENCE: dict[str, Callable[[Site, date, date], list[Row]]] = {
    "issued": _issued,
    "redeemed": _redeemed,
    "deducted": _deducted,
    "outstanding": _outstanding,
    "redemptions": _redemptions,
    "redemption_value": _redemptions,
    "conversions": _conversions,
    "points_converted": _conversions,
    "active_clients": _active_clients,
    "clients_with_transactions": _clients_with_transactions,
    "clients_with_redemptions": _clients_with_redemptions,
}
"""Each figure that can be explained, and its rows."""


def explain(site: Site, figure: str, date_from: date, date_to: date) -> list[dict[str, Any]]:
    """The rows whose number or whose points' sum is the figure, by date, then id."""
    rows = EVIDENCE[figure](site, date_from, date_to)
    return sorted(rows, key=lambda row: (row["date"], row["id"]))
