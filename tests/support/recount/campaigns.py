"""What campaigns brought (metrics.md)."""

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from support.recount.activity import Activity, activity_of
from support.recount.blocks import (
    margin_of,
    points_issued,
    points_redeemed,
    points_refunded,
    rounded,
)
from support.recount.contract import Row
from support.recount.effects import UNKNOWN, Estimate, Number, chi_squared, difference, mean, theta
from support.recount.sites import Site

FEWEST = 30
"""Clients in an arm, from which on an interval is told."""
GREATEST_CHI_SQUARED = Fraction("10.83")
HALF = Fraction(1, 2)
FIGURES = (
    *("treatment_mean", "comparison_mean", "treatment_mean_before", "comparison_mean_before"),
    *("effect", "effect_low", "effect_high", "adjusted_effect", "adjusted_low", "adjusted_high"),
    *("relative_effect", "incremental_total"),
)
Figures = dict[str, Fraction | None]


class Groups(NamedTuple):
    """The clients that a campaign is judged by."""

    is_experiment: bool
    treated: list[int]
    compared: list[int]


class Values(NamedTuple):
    """A group's values of a metric, before the campaign and in it, by client."""

    before: list[Number]
    after: list[Number]

    @property
    def changes(self) -> list[Number]:
        return [after - before for before, after in zip(*self, strict=True)]

    def adjusted(self, share: Fraction) -> list[Number]:
        """The values less that share of those before."""
        return [after - share * before for before, after in zip(*self, strict=True)]


class Result(NamedTuple):
    """A campaign's groups, its status, and the exact figures of each metric."""

    groups: Groups
    status: str
    chi_squared: Fraction | None
    metrics: dict[str, Figures]

    @property
    def is_ok_experiment(self) -> bool:
        return self.groups.is_experiment and self.status == "ok"

    def incremental(self, metric: str) -> Fraction | None:
        """What an experiment brought of a metric, where that is measured."""
        if not self.groups.is_experiment:
            return None
        return self.metrics.get(metric, {}).get("incremental_total")


def campaigns(site: Site) -> list[Row]:
    """Every campaign, newest start first, then by id."""
    activity = activity_of(site)
    ordered = sorted(site.campaigns, key=lambda row: (-row["date_from"].toordinal(), row["id"]))
    return [_shown(site, campaign, result_of(site, campaign, activity)) for campaign in ordered]


def _shown(site: Site, campaign: Row, result: Result) -> Row:
    is_experiment, treated, compared = result.groups
    chi, cost = result.chi_squared, campaign["cost"]
    return {
        "id": campaign["id"],
        "name": campaign["name"],
        "date_from": campaign["date_from"].isoformat(),
        "date_to": campaign["date_to"].isoformat(),
        "design": "experiment" if is_experiment else "observational",
        "is_causal": is_experiment,
        "status": result.status,
        "treatment_clients": len(treated),
        "comparison_clients": len(compared),
        "members_elsewhere": _elsewhere(site, campaign, treated),
        "sample_ratio_chi2": None if chi is None else rounded(chi, places=4),
        "cost": None if cost is None else rounded(cost),
        "return_on_cost": _per_cost(result.incremental("margin"), cost),
        "revenue_per_cost": _per_cost(result.incremental("revenue"), cost),
        "metrics": [
            {
                "metric": metric,
                **{
                    name: None if figures[name] is None else rounded(figures[name], places=4)
                    for name in FIGURES
                },
            }
            for metric, figures in result.metrics.items()
        ],
    }


def _per_cost(brought: Fraction | None, cost: Fraction | None) -> object:
    if brought is None or cost is None or cost <= 0:
        return None
    return rounded(brought / cost)


def _elsewhere(site: Site, campaign: Row, treated: list[int]) -> int:
    """The treated who are in another campaign on one of the dates."""
    others = {
        row["id"]
        for row in site.campaigns
        if row["id"] != campaign["id"]
        and row["date_from"] <= campaign["date_to"]
        and row["date_to"] >= campaign["date_from"]
    }
    busy = {row["client_id"] for row in site.members if row["campaign_id"] in others}
    return len(busy & set(treated))


def result_of(site: Site, campaign: Row, activity: Activity) -> Result:
    groups = _groups(site, campaign)
    is_experiment, treated, compared = groups
    chi = None
    if is_experiment:
        share = campaign["planned_treatment_share"] or HALF
        chi = chi_squared(len(treated), len(compared), share)
    if site.as_of is None or campaign["date_to"] > site.as_of:
        status = "too_early"
    elif chi is not None and chi > GREATEST_CHI_SQUARED:
        status = "srm_failed"
    else:
        status = "too_few" if min(len(treated), len(compared)) < FEWEST else "ok"
    first, last = campaign["date_from"].toordinal(), campaign["date_to"].toordinal()
    before = _metrics(site, activity, first - (last - first + 1), first - 1)
    after = _metrics(site, activity, first, last)
    metrics = {}
    for metric in after:
        if metric in before:  # no margin where an order of either window lacks one
            values = (
                Values(*([found[metric][one] for one in group] for found in (before, after)))
                for group in (treated, compared)
            )
            metrics[metric] = _figures(status, is_experiment, *values)
    return Result(groups, status, chi, metrics)


def _groups(site: Site, campaign: Row) -> Groups:
    """Members, and who they are compared with; of clients who were there before it began."""

    def was_there(client: int) -> bool:
        since = site.member_since[client]
        return since is None or since < campaign["date_from"]

    members = [row for row in site.members if row["campaign_id"] == campaign["id"]]
    arms = {row["client_id"]: row["arm"] for row in members if was_there(row["client_id"])}
    treated = sorted(client for client, arm in arms.items() if arm == "treatment")
    if any(row["arm"] == "control" for row in members):
        return Groups(True, treated, sorted(arms.keys() - set(treated)))
    others = [
        client
        for client in sorted(site.member_since)
        if was_there(client) and (campaign["id"], client) not in site.named_members
    ]
    return Groups(False, treated, others)


def _metrics(site: Site, activity: Activity, first: int, last: int) -> dict[str, Counter[int]]:
    """Each metric of each client, on dates that are told by their ordinals.

    The days before a long campaign begin before there are dates.
    """

    def is_within(day: date) -> bool:
        return first <= day.toordinal() <= last

    def summed(pairs: list[tuple[int, Number]]) -> Counter[int]:
        sums: Counter[int] = Counter()
        for client, value in pairs:
            sums[client] += value
        return sums

    rows = [row for row in site.transactions if is_within(row["date"])]
    found = {
        "points_issued": summed(
            [(row["client_id"], points_issued([row]) - points_refunded([row])) for row in rows]
        ),
        "points_redeemed": summed([(row["client_id"], points_redeemed([row])) for row in rows]),
        "redemptions": summed(
            [(row["client_id"], 1) for row in site.redemptions if is_within(row["date"])]
        ),
        "active_days": summed(
            [(client, 1) for client, days in activity.items() for day in days if is_within(day)]
        ),
    }
    if site.orders is not None:
        orders = [row for row in site.orders if is_within(row["date"])]
        found["revenue"] = summed([(row["client_id"], row["amount"]) for row in orders])
        margins = [(row["client_id"], margin_of(site, row)) for row in orders]
        if all(margin is not None for _, margin in margins):
            found["margin"] = summed(margins)
    return found


def _figures(status: str, is_experiment: bool, treated: Values, compared: Values) -> Figures:
    figures: Figures = dict.fromkeys(FIGURES)
    if status == "too_early":
        return figures
    figures["treatment_mean"] = mean(treated.after)
    figures["comparison_mean"] = mean(compared.after)
    figures["treatment_mean_before"] = mean(treated.before)
    figures["comparison_mean_before"] = mean(compared.before)
    if status == "srm_failed":
        return figures
    plain, adjusted = _estimates(is_experiment, treated, compared)
    figures["effect"], figures["adjusted_effect"] = plain.effect, adjusted.effect
    if plain.effect is not None:
        expected = figures["treatment_mean"] - plain.effect
        base = figures["comparison_mean"] if is_experiment else expected
        figures["relative_effect"] = plain.effect / base if base else None
    if status == "ok":
        _, figures["effect_low"], figures["effect_high"] = plain
        _, figures["adjusted_low"], figures["adjusted_high"] = adjusted
        figures["incremental_total"] = plain.effect * len(treated.after)
    return figures


def _estimates(is_experiment: bool, treated: Values, compared: Values) -> tuple[Estimate, Estimate]:
    """The effect, and that adjusted by what went before (CUPED)."""
    if not is_experiment:
        return difference(treated.changes, compared.changes), UNKNOWN
    share = theta(treated.before + compared.before, treated.after + compared.after)
    return (
        difference(treated.after, compared.after),
        difference(treated.adjusted(share), compared.adjusted(share)),
    )
