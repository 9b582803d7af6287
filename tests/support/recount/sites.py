"""What counts for one website (metrics.md, "Building blocks")."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from support.recount.contract import EVENT_TIME, WIDGET_TITLES, Row
from support.recount.strict_json import parse_json
from support.recount.validation import Validated, local_time, validate, zone_of
from support.recount.values import read_time

PointValue = Decimal | Mapping[int, Decimal] | None
"""The value set for a point: for all websites, by website, or for none."""
Margin = PointValue
"""The share of an order's amount that is margin where the order doesn't say, set likewise."""
Fitted = Callable[[tuple[int, ...], int], Mapping[str, Sequence[Decimal | float] | None]]
"""What a library forecasts of a series for so many steps: of each candidate in order, null where it
can't be fitted."""


@dataclass
class Site:
    """What counts for one website: dimensions as now, events up to as_of."""

    id: int
    name: str
    as_of: date | None
    tier_basis: str
    member_since: dict[int, date | None]
    tiers: list[Row]
    items: dict[int, Row]
    categories: dict[int, Row]
    transactions: list[Row]
    requests: list[Row]
    conversions: list[Row]
    widgets: list[Row]
    point_value: Decimal | None = None
    margin: Decimal | None = None
    orders: list[Row] | None = None
    campaigns: list[Row] = field(default_factory=list)
    members: list[Row] = field(default_factory=list)
    named_members: set[tuple[int, int]] = field(default_factory=set)
    fitted: Fitted | None = None
    at: Callable[[date], "Site"] | None = None
    """The same website in a run whose as_of is that day."""
    parts: list["Site"] = field(default_factory=list)
    """The websites that are added up in this one, if it is none of its own."""

    @property
    def redemptions(self) -> list[Row]:
        """Requests with status fulfilled, dated by requested_at."""
        return [row for row in self.requests if row["status"] == "fulfilled"]

    def window(self, days: int) -> list[date]:
        """The business dates that end on as_of, oldest first; none without as_of."""
        if self.as_of is None:
            return []
        return [self.as_of - timedelta(days=back) for back in reversed(range(days))]


def event_dates(validated: Validated) -> list[date]:
    return [row["date"] for entity in EVENT_TIME for row in validated.valid[entity].values()]


def latest_date(validated: Validated, clock: datetime | None) -> date | None:
    """The latest event's date that is over on all websites by the clock, if there is one."""
    dates = event_dates(validated)
    if clock is not None:
        today = [
            local_time(clock, zone_of(website["timezone"])).date()
            for website in validated.valid["websites"].values()
        ]
        dates = [day for day in dates if day < min(today)]
    return max(dates, default=None)


def _member_since(clients: list[Row], transactions: list[Row]) -> dict[int, date | None]:
    """The earlier of date_joined and the first transaction up to as_of; None is always."""
    since: dict[int, date | None] = {client["id"]: client["joined_on"] for client in clients}
    for row in transactions:
        known = since[row["client_id"]]
        since[row["client_id"]] = row["date"] if known is None else min(known, row["date"])
    return since


def _default_widgets() -> list[Row]:
    """The seven widgets of a website where the entity is absent (source-contract.md)."""
    return [
        {
            "id": number,
            "widget_type": widget_type,
            "title": title,
            "position": number,
            "is_visible": True,
            "config": {},
            "created_at": None,
        }
        for number, (widget_type, title) in enumerate(WIDGET_TITLES.items(), start=1)
    ]


def _lay_over(widgets: list[Row], edits: list[Row]) -> list[Row]:
    """The widgets as edited through the API: those made there, and changes to those that exist."""
    now = {row["id"]: row for row in widgets}
    for edit in edits:
        before = now.pop(edit["widget_id"], None)
        made = edit["created_at"]
        if not edit["is_deleted"] and (made is not None or before is not None):
            now[edit["widget_id"]] = {
                "id": edit["widget_id"],
                "widget_type": edit["widget_type"],
                "title": edit["title"],
                "position": edit["position"],
                "is_visible": edit["is_visible"],
                "config": parse_json(edit["config"]),
                "created_at": before["created_at"] if made is None else read_time(made),
            }
    return list(now.values())


def all_sites(
    validated: Validated,
    as_of: date | None,
    tier_basis: str,
    widget_edits: Sequence[Row] = (),
    point_value: PointValue = None,
    margin: Margin = None,
    fitted: Fitted | None = None,
) -> list[Site]:
    sites = []
    for _, website in sorted(validated.valid["websites"].items()):
        at = partial(_site, validated, website, tier_basis, widget_edits)
        site = at(as_of)
        site.point_value = _of_website(point_value, site.id)
        site.margin = _of_website(margin, site.id)
        site.fitted = fitted
        site.at = at
        sites.append(site)
    return sites


def _of_website(setting: PointValue | Margin, website_id: int) -> Decimal | None:
    return setting.get(website_id) if isinstance(setting, Mapping) else setting


def site_of(
    source: Path,
    website_id: int = 1,
    as_of: date | None = None,
    point_value: PointValue = None,
    tier_basis: str = "balance",
    margin: Margin = None,
    fitted: Fitted | None = None,
) -> Site:
    """One website of a source: as of the day, or else of its latest event."""
    validated = validate(source)
    day = as_of or latest_date(validated, clock=None)
    sites = all_sites(
        validated, day, tier_basis, point_value=point_value, margin=margin, fitted=fitted
    )
    (site,) = (one for one in sites if one.id == website_id)
    return site


def _site(
    validated: Validated,
    website: Row,
    tier_basis: str,
    widget_edits: Sequence[Row],
    as_of: date | None,
) -> Site:
    def own(entity: str) -> list[Row]:
        rows = validated.valid[entity].values()
        return [row for row in rows if row["website_id"] == website["id"]]

    def events(entity: str) -> list[Row]:
        return [row for row in own(entity) if as_of is not None and row["date"] <= as_of]

    absent = "dashboard_widgets" in validated.absent
    configured = _default_widgets() if absent else own("dashboard_widgets")
    edits = [edit for edit in widget_edits if edit["website_id"] == website["id"]]
    widgets = _lay_over(configured, edits)
    visible = [row for row in widgets if row["is_visible"]]
    transactions = events("loyalty_transactions")
    campaigns = own("campaigns")
    ids = {row["id"] for row in campaigns}
    members = validated.valid["campaign_members"].values()
    return Site(
        id=website["id"],
        name=website["name"],
        as_of=as_of,
        tier_basis=tier_basis,
        member_since=_member_since(own("clients"), transactions),
        tiers=sorted(own("loyalty_tiers"), key=lambda tier: (tier["threshold"], tier["id"])),
        items={row["id"]: row for row in own("redemption_items")},
        categories={row["id"]: row for row in own("redemption_categories")},
        transactions=transactions,
        requests=events("redemption_requests"),
        conversions=events("wallet_conversions"),
        widgets=sorted(visible, key=lambda row: (row["position"], row["id"])),
        orders=None if "orders" in validated.absent else events("orders"),
        campaigns=campaigns,
        members=[row for row in members if row["campaign_id"] in ids],
        named_members=validated.named_members,
    )
