"""Segments and lifecycle of clients (metrics.md)."""

from collections import Counter
from datetime import timedelta

from support.recount.activity import SEGMENTS, STATES, activity_of, lifecycle_states, rfm
from support.recount.blocks import balances_on, between, percentage, points_issued, tiers_on
from support.recount.contract import Row
from support.recount.sites import Site


def client_segments(site: Site) -> list[Row]:
    """Each member at as_of, by id: scores, segment and lifecycle, now and 30 days before."""
    day = site.as_of
    before = None if day is None else day - timedelta(days=30)
    activity = activity_of(site)
    scored, scored_before = rfm(activity, day), rfm(activity, before)
    states, states_before = (lifecycle_states(site, activity, at) for at in (day, before))
    balances, tiers = balances_on(site, day), tiers_on(site, day)
    rows = []
    for client in sorted(states):
        scores = scored.get(client)
        known = scored_before.get(client)
        rows.append(
            {
                "client_id": client,
                "recency_days": scores and scores.recency_days,
                "frequency": scores and scores.frequency,
                "monetary_points": scores and scores.monetary_points,
                "r_score": scores and scores.r_score,
                "f_score": scores and scores.f_score,
                "m_score": scores and scores.m_score,
                "segment": scores and scores.segment,
                "lifecycle": states[client],
                "segment_before": known and known.segment,
                "lifecycle_before": states_before.get(client),
                "balance": balances[client],
                "tier_id": tiers.get(client),
            }
        )
    return rows


def segments(site: Site) -> list[Row]:
    """The ten segments, none missing.

    points_issued is all that was ever issued to their clients, up to as_of; redemptions are those
    of the last 365 days.
    """
    clients = client_segments(site)
    year = site.window(365)
    redemptions = between(site.redemptions, year[0], year[-1]) if year else []
    rows = []
    for segment in SEGMENTS:
        members = [row for row in clients if row["segment"] == segment]
        ids = {row["client_id"] for row in members}
        scored = sum(1 for row in clients if row["segment"] is not None)
        rows.append(
            {
                "segment": segment,
                "clients": len(members),
                "percentage": percentage(len(members), scored),
                "points_balance": sum(row["balance"] for row in members),
                "points_issued": points_issued(
                    [row for row in site.transactions if row["client_id"] in ids]
                ),
                "redemptions": sum(1 for row in redemptions if row["client_id"] in ids),
                "clients_before": sum(1 for row in clients if row["segment_before"] == segment),
            }
        )
    return rows


def lifecycle(site: Site) -> list[Row]:
    """The five states, none missing."""
    clients = client_segments(site)
    rows = []
    for state in STATES:
        members = [row for row in clients if row["lifecycle"] == state]
        rows.append(
            {
                "state": state,
                "clients": len(members),
                "percentage": percentage(len(members), len(clients)),
                "points_balance": sum(row["balance"] for row in members),
                "clients_before": sum(1 for row in clients if row["lifecycle_before"] == state),
            }
        )
    return rows


def lifecycle_moves(site: Site) -> list[Row]:
    """From each state 30 days ago (null: joined since) to each state now, where it occurs."""
    moves = Counter((row["lifecycle_before"], row["lifecycle"]) for row in client_segments(site))
    return [
        {"from_state": before, "to_state": now, "clients": moves[before, now]}
        for before in (None, *STATES)
        for now in STATES
        if moves[before, now]
    ]
