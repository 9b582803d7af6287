"""What sets rows of one id apart."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from support.datasets.vocabulary import LATER, Json


def changes_of(entity: str) -> Iterator[dict[str, Callable[[Any], Any]]]:
    """What sets a duplicate apart: the time, the points, the position, or a later column."""

    def other(*values: object) -> Callable[[Any], Any]:
        return lambda value: next(new for new in values if new != value)

    def shifted(seconds: int) -> Callable[[datetime], datetime]:
        return lambda moment: moment + timedelta(seconds=seconds)

    if entity == "loyalty_transactions":
        yield {"timestamp": shifted(-1), "points": lambda points: points * 2}
        yield {"timestamp": shifted(1)}
        yield {"points": lambda points: points - (points < 0)}
        yield {"reason": lambda _: None}
        yield {"reason": other("zzz", "😀")}
        yield {"redemption_request_id": other(None, 18)}
        yield {"timestamp": shifted(3), "client_id": lambda _: 999_999}
        yield {"timestamp": shifted(-86_400), "website_id": other(3, 2)}
    elif entity == "redemption_requests":
        yield {"requested_at": shifted(-60), "status": other("rejected", "fulfilled")}
        yield {"requested_at": shifted(60), "status": other("fulfilled", "cancelled")}
        yield {"status": other("cancelled", "fulfilled")}
        yield {"status": other("rejected", "fulfilled")}
        yield {"points_used": lambda points: points + 1}
        yield {"fulfilled_at": lambda moment: None if moment else LATER}
        yield {"requested_at": shifted(5), "status": lambda _: "done"}
    elif entity == "wallet_conversions":
        yield {"converted_at": shifted(-60)}
        yield {"points": lambda points: points + 10, "amount": lambda _: Decimal("0.05")}
        yield {"amount": lambda amount: amount + Decimal("1.10")}
    elif entity == "orders":
        yield {"ordered_at": shifted(-60), "amount": lambda amount: amount + 1}
        yield {"ordered_at": shifted(60), "margin": lambda _: None}
        yield {"amount": lambda amount: -amount}
        yield {"margin": lambda margin: None if margin else Decimal("-0.01")}
        yield {"ordered_at": shifted(5), "client_id": lambda _: 999_999}
    elif entity == "campaigns":
        yield {"website_id": other(2, 3)}
        yield {"starts_at": shifted(-86_400), "name": lambda _: "\uffee"}
        yield {"ends_at": shifted(1)}
        yield {"cost": lambda cost: None if cost else Decimal("9.50")}
        yield {"planned_treatment_share": lambda share: None if share else Decimal("0.9")}
    elif entity == "campaign_members":
        yield {"arm": lambda arm: None if arm == "treatment" else "treatment"}
        yield {"arm": lambda arm: "treatment" if arm == "control" else "control"}
    elif entity == "dashboard_widgets":
        yield {"position": lambda position: position - 1, "title": lambda _: "first"}
        yield {"position": lambda position: position + 1, "title": lambda _: "second"}
        yield {"title": other("\uffee high", "😀 higher")}
        yield {"is_visible": lambda visible: not visible}
        yield {"config": lambda _: Json('{"days": 9, "colour": "#000"}')}
        yield {"created_at": lambda moment: None if moment else LATER}
    elif entity == "clients":
        yield {"website_id": other(2, 3)}
        yield {"loyalty_points": lambda _: None}
        yield {"tier_id": lambda _: 1000}
        yield {"date_joined": lambda _: LATER}
        yield {"date_joined": lambda _: None}
    elif entity == "websites":
        yield {"timezone": other(None, "UTC")}
        yield {"name": lambda name: f"{name} ✨"}
    else:
        yield {"website_id": other(5, 3)}
        yield {"name": lambda name: f"{name}\U0001f600"}
        yield {"name": lambda _: "\uffee"}
        if entity == "loyalty_tiers":
            yield {"threshold": lambda threshold: threshold - 1}
        if entity == "redemption_items":
            yield {"is_active": lambda active: None if active else True}
