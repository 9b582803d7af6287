"""Widgets, and the sizes and ranges that they ask for (metrics.md, "Widget data")."""

import re
from datetime import date, timedelta

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
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


def _config_of(widget: Row) -> Row:
    """Only an object configures anything."""
    return widget["config"] if isinstance(widget["config"], dict) else {}


def requested_size(widget: Row, key: str) -> int | None:
    """The valid value a widget's config holds under the key, or None."""
    value = _config_of(widget).get(key)
    if not isinstance(value, NumberText) or re.fullmatch(r"-?[0-9]{1,9}", value) is None:
        return None
    return int(value) if 1 <= int(value) <= GREATEST[key] else None


def requested_date(widget: Row, key: str) -> date | None:
    """The valid date a widget's config holds under the key, or None."""
    value = _config_of(widget).get(key)
    if isinstance(value, NumberText) or not isinstance(value, str):
        return None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def shown_range(widget: Row, as_of: date | None) -> tuple[date, date] | None:
    """The dates of the range that takes the place of a widget's window, if one does."""
    first, last = requested_date(widget, "date_from"), requested_date(widget, "date_to")
    if as_of is None or (first is None and last is None):
        return None
    last = last or as_of
    if first is None:
        days = requested_size(widget, "days") or DEFAULT["days"]
        first = max(last - timedelta(days=days - 1), EARLIEST)
    length = (last - first).days + 1
    return (first, last) if last <= as_of and 1 <= length <= GREATEST["days"] else None


def fallbacks_of(site: Site) -> list[tuple[int, int, str]]:
    """The keys of each widget's config whose values are not used."""
    return [
        (site.id, widget["id"], key)
        for widget in site.widgets
        for key in _unused_keys(site, widget)
    ]


def _unused_keys(site: Site, widget: Row) -> set[str]:
    config, span = _config_of(widget), shown_range(widget, site.as_of)
    dates = {key: requested_date(widget, key) for key in ("date_from", "date_to")}
    readable = {**dates, **{key: requested_size(widget, key) for key in GREATEST}}
    unused = {key for key, value in readable.items() if key in config and value is None}
    first, last = dates.values()
    if span is not None:
        # A window that begins on a date has no need of its length.
        return unused | ({"days"} & config.keys() if first else set())
    if first is None and last is None:
        return unused
    never = first is not None and last is not None and first > last
    end = last or site.as_of
    too_long = first is not None and end is not None and (end - first).days >= GREATEST["days"]
    return unused | {"date_from" if never or too_long or last is None else "date_to"}


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
