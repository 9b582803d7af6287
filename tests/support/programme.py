"""A small programme as the operational system would hold it, and everything that may befall it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

START = datetime(2024, 3, 1, tzinfo=UTC)
WEBSITES = (1, 2, 3)
CLIENTS = tuple(range(1, 8))
ITEMS = tuple(range(1, 5))
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", None)
STATUSES = ("pending", "approved", "fulfilled", "rejected", "cancelled")
CAMPAIGNS = (1, 2, 3)
ARMS = ("treatment", "control", None, None, "blue")
AMOUNTS = ("10.00", "-2.5", "0", "1e3", None)
UNNEEDED = ("orders", "campaigns", "campaign_members")
"""The optional entities that a programme may begin, and cease, to deliver."""
EVENT_TIMES = ("timestamp", "requested_at", "converted_at", "ordered_at")
REQUESTS = ("", "", "7")
DIRT = (" 12 ", "", "1e3", "twelve", None)

instants = st.builds(
    lambda day, second: (START + timedelta(days=day, seconds=second)).isoformat(),
    st.integers(0, 80),
    st.one_of(st.integers(0, 86_399), st.sampled_from([0, 86_399, 18_000, 14_400])),
)
points = st.sampled_from([0, 1, 10, 10, 60, 100, 999, 1000])
reasons = st.sampled_from([None, "visit", "order"])


class Programme:
    """The rows of each entity, in the order they were made."""

    def __init__(self) -> None:
        """Two websites with clients, tiers, items, and no event yet."""
        self.next_id = {
            "loyalty_transactions": 0,
            "redemption_requests": 0,
            "wallet_conversions": 0,
            "orders": 0,
        }
        self.absent: set[str] = set()
        self.rows: dict[str, list[Row]] = {
            "websites": [
                {"id": website, "name": f"Site {website}", "timezone": ZONES[website - 1]}
                for website in WEBSITES[:2]
            ],
            "clients": [
                {"id": client, "website_id": 1 + client % 2, "loyalty_points": 0}
                for client in CLIENTS[:5]
            ],
            "loyalty_tiers": [
                {"id": number, "website_id": website, "name": name, "threshold": threshold}
                for number, (website, name, threshold) in enumerate(
                    [(1, "Bronze", 0), (1, "Silver", 60), (2, "Gold", 10), (2, "Platinum", 100)], 1
                )
            ],
            "redemption_categories": [
                {"id": category, "website_id": category, "name": "Things"} for category in (1, 2)
            ],
            "redemption_items": [
                {
                    "id": item,
                    "website_id": 1 + item % 2,
                    "category_id": 1 + item % 2,
                    "name": f"Item {item}",
                    "points_required": 10,
                }
                for item in ITEMS
            ],
            "loyalty_transactions": [],
            "redemption_requests": [],
            "wallet_conversions": [],
            "orders": [],
            "campaigns": [],
            "campaign_members": [],
        }

    def write(self, directory: Path) -> None:
        """The entities as JSON lines."""
        for entity, rows in self.rows.items():
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            file = directory / f"{entity}.jsonl"
            file.write_text(lines, encoding="utf-8")
            if entity in self.absent:
                file.unlink()

    def add_transactions(self, draw: Draw) -> None:
        """New rows, some of them backdated, or of clients that aren't there yet."""
        for _ in range(draw(st.integers(1, 4))):
            client = draw(st.sampled_from(CLIENTS))
            kind = draw(st.sampled_from(["add", "add", "add", "redeem", "deduct"]))
            amount = draw(points)
            self._append(
                "loyalty_transactions",
                website_id=1 + client % 2,
                client_id=client,
                points=amount if kind == "add" else -amount,
                transaction_type=kind,
                timestamp=draw(instants),
                reason=draw(reasons),
                redemption_request_id=draw(st.sampled_from(REQUESTS)),
            )

    def add_request(self, draw: Draw) -> None:
        """A redemption request in any status."""
        client = draw(st.sampled_from(CLIENTS))
        self._append(
            "redemption_requests",
            website_id=1 + client % 2,
            client_id=client,
            item_id=draw(st.sampled_from(ITEMS)),
            points_used=draw(points),
            status=draw(st.sampled_from(STATUSES)),
            requested_at=draw(instants),
            fulfilled_at=draw(st.one_of(st.none(), instants)),
        )

    def add_conversion(self, draw: Draw) -> None:
        """A conversion to wallet credit."""
        client = draw(st.sampled_from(CLIENTS))
        self._append(
            "wallet_conversions",
            website_id=1 + client % 2,
            client_id=client,
            points=draw(points),
            amount="1.25",
            converted_at=draw(instants),
        )

    def add_orders(self, draw: Draw) -> None:
        """New orders, some of them given back, some without a margin."""
        for _ in range(draw(st.integers(1, 3))):
            client = draw(st.sampled_from(CLIENTS))
            self._append(
                "orders",
                website_id=1 + client % 2,
                client_id=client,
                ordered_at=draw(instants),
                amount=draw(st.sampled_from(AMOUNTS[:3])),
                margin=draw(st.sampled_from(AMOUNTS)),
            )

    def touch_campaign(self, draw: Draw) -> None:
        """A campaign begins, ends otherwise, moves to another website, or is gone."""
        number = draw(st.sampled_from(CAMPAIGNS))
        campaigns = self.rows["campaigns"]
        known = [row for row in campaigns if row["id"] == number]
        if not known:
            times = {"starts_at": draw(instants), "ends_at": draw(instants)}
            place = {"id": number, "website_id": 1 + number % 2, "name": f"Campaign {number}"}
            campaigns.append({**place, **times, "cost": draw(st.sampled_from(AMOUNTS))})
            return
        match draw(st.integers(0, 3)):
            case 0:
                campaigns.remove(known[0])
            case 1:
                known[0]["website_id"] = draw(st.sampled_from(WEBSITES))
            case 2:
                known[0]["ends_at"] = draw(instants)
            case 3:
                known[0]["planned_treatment_share"] = draw(st.sampled_from(["0.5", "1.5", None]))

    def touch_members(self, draw: Draw) -> None:
        """Clients come to a campaign in one arm or both, go from it, or change arms."""
        members = self.rows["campaign_members"]
        if members and draw(st.integers(0, 2)) == 0:
            row = draw(st.sampled_from(members))
            if draw(st.booleans()):
                members.remove(row)
            else:
                row["arm"] = draw(st.sampled_from(ARMS))
            return
        for _ in range(draw(st.integers(1, 5))):
            members.append(
                {
                    "campaign_id": draw(st.sampled_from((*CAMPAIGNS, 99, None))),
                    "client_id": draw(st.sampled_from(CLIENTS)),
                    "arm": draw(st.sampled_from(ARMS)),
                }
            )

    def touch_deliveries(self, draw: Draw) -> None:
        """An optional entity is delivered from now on, or no longer."""
        self.absent ^= {draw(st.sampled_from(UNNEEDED))}

    def edit_event(self, draw: Draw) -> None:
        """Points, type, time, client or website of an event become others, or dirt."""
        if not (row := self._draw_event(draw)):
            return
        column = draw(st.sampled_from(sorted(row.keys() - {"id"})))
        if draw(st.integers(0, 3)) == 0:
            row[column] = draw(st.sampled_from(DIRT))
        elif column in (*EVENT_TIMES, "fulfilled_at"):
            row[column] = draw(instants)
        elif column in ("points", "points_used"):
            sign = -1 if row.get("transaction_type") in ("redeem", "deduct") else 1
            row[column] = sign * draw(points)
        elif column in ("amount", "margin"):
            row[column] = draw(st.sampled_from(AMOUNTS))
        elif column == "client_id":
            row[column] = draw(st.sampled_from(CLIENTS))
        elif column == "website_id":
            row[column] = draw(st.sampled_from(WEBSITES))
        elif column == "reason":
            row[column] = draw(reasons)
        elif column == "status":
            row[column] = draw(st.sampled_from(STATUSES))
        elif column == "item_id":
            row[column] = draw(st.sampled_from((*ITEMS, 99)))
        elif column == "redemption_request_id":
            row[column] = draw(st.sampled_from(REQUESTS))
        elif column == "transaction_type":
            row[column] = draw(st.sampled_from(["add", "redeem", "deduct", "gift"]))

    def swap_points(self, draw: Draw) -> None:
        """Two transactions swap their points: sums stay, figures don't."""
        rows = self.rows["loyalty_transactions"]
        if len(rows) > 1:
            one, other = draw(st.sampled_from(rows)), draw(st.sampled_from(rows))
            one["points"], other["points"] = other["points"], one["points"]

    def delete_event(self, draw: Draw) -> None:
        """An event is gone."""
        entity = draw(st.sampled_from(sorted(self.next_id)))
        if self.rows[entity]:
            self.rows[entity].pop(draw(st.integers(0, len(self.rows[entity]) - 1)))

    def deliver_twice(self, draw: Draw) -> None:
        """A further row of the same id: an exact copy, the same in other words, or another."""
        if not (row := self._draw_event(draw)):
            return
        copy = dict(row)
        match draw(st.integers(0, 2)):
            case 1:
                copy["website_id"] = f"{row['website_id']}.0"
            case 2:
                for column in EVENT_TIMES:
                    if column in copy:
                        copy[column] = draw(instants)
        entity = next(name for name in self.next_id if any(row is r for r in self.rows[name]))
        self.rows[entity].insert(draw(st.integers(0, len(self.rows[entity]))), copy)

    def touch_client(self, draw: Draw) -> None:
        """A client arrives, leaves, moves to another website, or only its caches move."""
        client = draw(st.sampled_from(CLIENTS))
        clients = self.rows["clients"]
        known = [row for row in clients if row["id"] == client]
        if not known:
            joined = draw(st.one_of(st.none(), instants))
            clients.append({"id": client, "website_id": 1 + client % 2, "date_joined": joined})
            return
        match draw(st.integers(0, 3)):
            case 0:
                clients.remove(known[0])
            case 1:
                known[0]["website_id"] = draw(st.sampled_from(WEBSITES))
            case 2:
                known[0]["loyalty_points"] = draw(points)
            case 3:
                known[0]["date_joined"] = draw(instants)

    def touch_website(self, draw: Draw) -> None:
        """A website arrives, leaves, or turns out to lie elsewhere."""
        website = draw(st.sampled_from(WEBSITES))
        websites = self.rows["websites"]
        known = [row for row in websites if row["id"] == website]
        if not known:
            websites.append({"id": website, "name": "New", "timezone": "Asia/Kolkata"})
        elif draw(st.integers(0, 4)) == 0:
            websites.remove(known[0])
        else:
            known[0]["timezone"] = draw(st.sampled_from(ZONES))

    def touch_catalogue(self, draw: Draw) -> None:
        """A tier, item or category is edited or gone."""
        entity = draw(
            st.sampled_from(["loyalty_tiers", "redemption_items", "redemption_categories"])
        )
        if not self.rows[entity]:
            return
        row = draw(st.sampled_from(self.rows[entity]))
        match draw(st.integers(0, 3)):
            case 0:
                self.rows[entity].remove(row)
            case 1:
                row["website_id"] = draw(st.sampled_from(WEBSITES))
            case 2 if "threshold" in row:
                row["threshold"] = draw(st.sampled_from([0, 1, 10, 60, 100]))
            case _:
                row["name"] = draw(st.sampled_from(["Bronze", "Silver", "Old", ""]))

    def _append(self, entity: str, **values: object) -> None:
        # Far apart, so that a small programme fills many blocks.
        self.next_id[entity] += 5_000
        self.rows[entity].append({"id": self.next_id[entity], **values})

    def _draw_event(self, draw: Draw) -> Row | None:
        events = [row for entity in sorted(self.next_id) for row in self.rows[entity]]
        return draw(st.sampled_from(events)) if events else None


def draw_as_of(draw: Draw) -> date | None:
    """None for the latest event, or a date before, among or after the events, or a year later."""
    day = draw(st.one_of(st.none(), st.integers(-3, 120), st.integers(360, 480)))
    return None if day is None else START.date() + timedelta(days=day)
