"""The sentences on a window (metrics.md, "headlines")."""

from datetime import date, timedelta
from fractions import Fraction

from support.recount.blocks import (
    between,
    points_deducted,
    points_issued,
    points_redeemed,
    points_refunded,
    rounded,
)
from support.recount.comparison import comparison
from support.recount.contract import Row
from support.recount.months import first_event
from support.recount.sites import Site

MOST = 3
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NAMES = {
    "redemptions": "Redemptions",
    "points_issued": "Points issued",
    "active_clients": "Active clients",
    "clients_with_transactions": "Clients with transactions",
    "new_clients": "New clients",
}


def headlines(site: Site, days: int) -> list[Row]:
    """At most three sentences, the points outstanding first."""
    last = site.as_of
    if last is None:
        return _placed([("points_outstanding", "There is no event yet.")])
    starts = [day for part in site.parts or [site] if (day := first_event(part)) is not None]
    if not starts:
        text = f"There is no event up to {_date(last, has_year=True)}."
        return _placed([("points_outstanding", text)])
    figures = {row["figure"]: row for row in comparison(site, days)}
    first = last - timedelta(days=days - 1)
    if first - timedelta(days=days) < min(starts):
        return _placed(_without_before(site, figures, first, last, min(starts)))
    return _placed([_outstanding(site, figures, first, last), *_changes(figures, days)])


def _placed(sentences: list[tuple[str, str]]) -> list[Row]:
    return [
        {"place": place, "figure": figure, "sentence": sentence}
        for place, (figure, sentence) in enumerate(sentences[:MOST], start=1)
    ]


def _without_before(
    site: Site, figures: dict[str, Row], first: date, last: date, start: date
) -> list[tuple[str, str]]:
    value = {figure: int(row["value"]) for figure, row in figures.items()}
    age = (last - start).days + 1
    if start < first:
        opening = f"In these {_number((last - first).days + 1)} days"
    elif age == 1:
        opening = "On the programme's first day"
    else:
        opening = f"In the programme's first {_number(age)} days"
    flow = _flow(between(site.transactions, first, last))
    sentences = [
        (
            "points_outstanding",
            f"{opening}, {flow or 'no points were issued, redeemed or deducted'}:"
            f" points outstanding stand at {_number(value['points_outstanding'])}.",
        )
    ]
    if value["redemptions"]:
        redemptions = _counted(value["redemptions"], "redemption")
        points = _counted(value["redemption_points"], "point")
        sentences.append(("redemptions", f"{redemptions} used {points}."))
    if value["clients_with_transactions"] or value["active_clients"]:
        active = value["active_clients"]
        sentences.append(
            (
                "clients_with_transactions",
                f"{_counted(value['clients_with_transactions'], 'client')} had transactions;"
                f" {_counted(active, 'client')} {'has' if active == 1 else 'have'}"
                " a balance above 0.",
            )
        )
    return sentences


def _outstanding(site: Site, figures: dict[str, Row], first: date, last: date) -> tuple[str, str]:
    now = int(figures["points_outstanding"]["value"])
    before = int(figures["points_outstanding"]["value_before"])
    rows = between(site.transactions, first, last)
    length = _length((last - first).days + 1)
    flow = _flow(rows)
    if not flow:
        text = f"Nothing was issued, redeemed or deducted in {length}: points outstanding stayed at"
        return "points_outstanding", f"{text} {_number(now)}."
    if now == before:
        text = f"Points outstanding stayed at {_number(now)} in {length}: {flow}."
        return "points_outstanding", text
    made = _day_that_made_it(site, rows, now - before, has_year=first.year != last.year)
    text = f"Points outstanding {_change(now, before)} in {length}{made or f': {flow}'}."
    return "points_outstanding", text


def _day_that_made_it(site: Site, rows: list[Row], change: int, *, has_year: bool) -> str | None:
    sign = 1 if change > 0 else -1
    nets: dict[date, int] = {}
    for row in rows:
        nets[row["date"]] = nets.get(row["date"], 0) + sign * row["points"]
    along = {day: net for day, net in nets.items() if net > 0}
    day = min(along, key=lambda one: (-along[one], one))
    if 2 * along[day] < sum(along.values()) or 2 * abs(change) < along[day]:
        return None
    kinds = _kinds(site, [row for row in rows if row["date"] == day], day, sign)
    kind = max(kinds, key=lambda one: kinds[one])
    if 2 * kinds[kind] < along[day]:
        return f", by {_number(along[day])} on {_date(day, has_year=has_year)} alone"
    return f": {_points(kinds[kind])} {kind} on {_date(day, has_year=has_year)}"


def _kinds(site: Site, rows: list[Row], day: date, sign: int) -> dict[str, int]:
    """Points of a day by their kind, in the order in which equal ones are said."""
    if sign > 0:
        refunded = points_refunded(rows)
        return {"issued": points_issued(rows) - refunded, "refunded": refunded}
    redeemed = points_redeemed(rows)
    spent = sum(row["points_used"] for row in between(site.redemptions, day, day))
    converted = sum(row["points"] for row in between(site.conversions, day, day))
    if spent + converted > redeemed:
        spent = converted = 0
    return {
        "redeemed on items": spent,
        "converted to wallet credit": converted,
        "deducted": points_deducted(rows),
        "redeemed": redeemed - spent - converted,
    }


def _changes(figures: dict[str, Row], days: int) -> list[tuple[str, str]]:
    """The sentences on other changes that are worth one, the largest first."""
    worth = [figure for figure in NAMES if _is_worth_a_sentence(figures[figure])]
    worth.sort(key=lambda figure: -_size(figures[figure]))
    return [(figure, _sentence_on(figures[figure], days)) for figure in worth]


def _is_worth_a_sentence(row: Row) -> bool:
    now, before = row["value"], row["value_before"]
    change = now - before
    if change == 0 or 10 * abs(change) < before:
        return False
    return row["figure"] == "points_issued" or change**2 >= 4 * (now + before)


def _size(row: Row) -> Fraction | float:
    percentage = row["change_percentage"]
    return float("inf") if percentage is None else abs(Fraction(percentage))


def _sentence_on(row: Row, days: int) -> str:
    change = f"{NAMES[row['figure']]} {_change(int(row['value']), int(row['value_before']))}"
    if row["figure"] == "active_clients":
        return f"{change} in {_length(days)}."
    return f"{change} compared with the {'day' if days == 1 else _length(days)} before."


def _change(now: int, before: int) -> str:
    how = f"from {_number(before)}"
    if now > 0 and before > 0:
        percent = int(rounded(Fraction(100 * abs(now - before), before), places=0))
        if percent == 0:
            how = "by less than 1\u00a0%"
        elif percent < 100 or (percent == 100 and now > before):
            how = f"{percent}\u00a0%"
    return f"{'rose' if now > before else 'fell'} {how} to {_number(now)}"


def _flow(rows: list[Row]) -> str:
    """What came and went, where anything did."""
    points = {
        "issued": points_issued(rows),
        "redeemed": points_redeemed(rows),
        "deducted": points_deducted(rows),
    }
    parts = [(number, kind) for kind, number in points.items() if number]
    texts = [
        f"{_number(number) if at else _points(number)} {kind}"
        for at, (number, kind) in enumerate(parts)
    ]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def _points(number: int) -> str:
    return f"{_counted(number, 'point')} {'was' if number == 1 else 'were'}"


def _counted(number: int, noun: str) -> str:
    return f"{_number(number)} {noun}{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return f"{abs(number):,}" + (" below zero" if number < 0 else "")


def _length(days: int) -> str:
    return "a day" if days == 1 else f"{_number(days)} days"


def _date(day: date, *, has_year: bool) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}" + (f", {day.year}" if has_year else "")
