"""The manifest (api.md, "The export"), and what its warnings count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from support.recount.blocks import iso, outstanding_points
from support.recount.contract import CONTRACT, REASONS, Range, Row
from support.recount.sites import all_sites, event_dates, latest_date
from support.recount.validation import Validated, validate
from support.recount.widgets import fallbacks_of

POINTS = {
    "loyalty_transactions": "points",
    "redemption_requests": "points_used",
    "wallet_conversions": "points",
}
"""The points that a row of an entity is about."""


def _drift(validated: Validated) -> Row:
    """Cached loyalty_points against the ledger over all events (metrics.md, "Drift")."""
    balances: Counter[int] = Counter()
    for row in validated.valid["loyalty_transactions"].values():
        balances[row["client_id"]] += row["points"]
    clients = validated.valid["clients"].values()
    gaps = [
        abs((client["loyalty_points"] or 0) - max(balances[client["id"]], 0)) for client in clients
    ]
    return {
        "clients_checked": len(gaps),
        "clients_drifted": sum(1 for gap in gaps if gap),
        "points_drifted": sum(gaps),
    }


def _quarantined(validated: Validated) -> dict[str, dict[str, int]]:
    """Rows by entity and reason, in the contract's order; only what occurs."""
    return {
        entity: {reason: counts[reason] for reason in REASONS if counts[reason]}
        for entity in CONTRACT
        if (counts := Counter(reason for reason, _ in validated.quarantined[entity]))
    }


def _excluded_points(validated: Validated) -> dict[str, dict[str, int]]:
    """The points on those rows that have any, by entity and reason."""
    sums: dict[str, Counter[str]] = {}
    for entity, column in POINTS.items():
        for reason, row in validated.quarantined[entity]:
            if row.get(column) is not None:
                sums.setdefault(entity, Counter())[reason] += row[column]
    return {entity: dict(points) for entity, points in sums.items()}


def recount_manifest(
    source: Path,
    *,
    as_of: date | None = None,
    tier_basis: str = "balance",
    window_days: Sequence[int] = (7, 30, 90, 365),
    top_limits: Sequence[int] = (5, 10, 25),
    requested_ranges: Iterable[Range] = (),
    clock: datetime | None = None,
) -> dict[str, Any]:
    """The manifest without its warnings and files. Requested ranges change nothing in it."""
    validated = validate(source)
    day = as_of or latest_date(validated, clock)
    counted = [event for event in event_dates(validated) if day is not None and event <= day]
    sites = all_sites(validated, day, tier_basis)
    return {
        "schema_version": 1,
        "as_of": iso(day),
        "latest_event": iso(max(counted, default=None)),
        "settings": {
            "tier_basis": tier_basis,
            "window_days": list(window_days),
            "top_limits": list(top_limits),
        },
        "totals": {
            str(site.id): {
                "transactions": len(site.transactions),
                "requests": len(site.requests),
                "points_outstanding": outstanding_points(site, day),
            }
            for site in sites
        },
        "quarantined": _quarantined(validated),
        "excluded_points": _excluded_points(validated),
        "drift": _drift(validated),
    }


def recount_fallbacks(
    source: Path,
    widget_edits: Sequence[Row] = (),
    *,
    as_of: date | None = None,
    clock: datetime | None = None,
) -> list[tuple[int, int, str]]:
    """(website_id, widget_id, key) of each config value that is not used.

    Any visible widget's sizes and dates are looked at, whatever its type.
    """
    validated = validate(source)
    day = as_of or latest_date(validated, clock)
    sites = all_sites(validated, day, "balance", widget_edits)
    return sorted(entry for site in sites for entry in fallbacks_of(site))


def recount_left_out(source: Path) -> list[str]:
    """How many of each entity's delivered rows reach no figure, where any is left out, by name."""
    validated = validate(source)
    return [
        f"{entity}: {left_out} of {left_out + len(validated.valid[entity])} rows"
        for entity in sorted(CONTRACT)
        if (left_out := len(validated.quarantined[entity]))
    ]
