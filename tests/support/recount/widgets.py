"""Widgets and the sizes that they ask for (metrics.md, "Widget data")."""

import re

from support.recount.contract import Row
from support.recount.sites import Site
from support.recount.strict_json import NumberText, as_written

WIDGET_ENDPOINT = {
    "points_issued": "points_trend",
    "redemptions_trend": "redemption_trend",
    "tier_distribution": "tier_distribution",
    "top_redemptions": "top_redemptions",
    "engagement_rate": "engagement_stats",
    "points_balance": "points_balance",
    "conversion_rate": "conversion",
}
GREATEST = {"days": 3660, "limit": 100}
DEFAULT = {"days": 30, "limit": 10}


def requested_size(widget: Row, key: str) -> int | None:
    """The valid value a widget's config holds under the key, or None."""
    config = widget["config"]
    value = config.get(key) if isinstance(config, dict) else None
    if not isinstance(value, NumberText) or re.fullmatch(r"-?[0-9]{1,9}", value) is None:
        return None
    return int(value) if 1 <= int(value) <= GREATEST[key] else None


def fallbacks_of(site: Site) -> list[tuple[int, int, str]]:
    return [
        (site.id, widget["id"], key)
        for widget in site.widgets
        for key in GREATEST
        if isinstance(widget["config"], dict)
        and key in widget["config"]
        and requested_size(widget, key) is None
    ]


def widget_json(site: Site, widget: Row) -> Row:
    created = widget["created_at"]
    return {
        "id": widget["id"],
        "website": site.id,
        "website_name": site.name,
        "widget_type": widget["widget_type"],
        "title": widget["title"],
        "position": widget["position"],
        "is_visible": True,
        "config": as_written(widget["config"]),
        "created_at": created and created.replace(tzinfo=None).isoformat() + "Z",
    }
