"""All websites as one, each by its own calendar, added up (metrics.md)."""

from collections import Counter
from datetime import date

from support.recount.contract import Row
from support.recount.money import roll_forward
from support.recount.sites import Site


def together(sites: list[Site], as_of: date | None) -> Site:
    """A website with the clients and the events of all of them, each dated by its own calendar."""
    return Site(
        id=0,
        name="all",
        as_of=as_of,
        tier_basis="balance",
        member_since={one: since for site in sites for one, since in site.member_since.items()},
        tiers=[],
        items={},
        categories={},
        transactions=[row for site in sites for row in site.transactions],
        requests=[row for site in sites for row in site.requests],
        conversions=[row for site in sites for row in site.conversions],
        widgets=[],
        at=lambda day: together([site.at(day) for site in sites], day),
        parts=sites,
    )


def roll_forward_of_all(sites: list[Site]) -> list[Row]:
    """The websites' rows of each month, added up: each website has those from its own first one."""
    sums: dict[str, Counter[str]] = {}
    complete: dict[str, bool] = {}
    for row in (row for site in sites for row in roll_forward(site)):
        month, is_complete = row.pop("month"), row.pop("is_complete")
        complete[month] = is_complete
        sums.setdefault(month, Counter()).update(row)
    return [
        {"month": month, **sums[month], "is_complete": complete[month]} for month in sorted(sums)
    ]
