"""The questions of a loyalty manager: the page answers each in the clicks that the docs count."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from support.commands import serving
from support.replay import PROJECT
from support.visits import Visit, Visiting, payload
from support.workspaces import Built

MOST_CLICKS = 2
HEADING = "## Questions of a loyalty manager"


def section() -> str:
    """What the docs say of the questions."""
    return (PROJECT / "docs/analysts.md").read_text().split(HEADING)[1].split("\n## ")[0]


def paths() -> dict[str, tuple[int, str]]:
    """By question, how many clicks its row counts, and the way that it tells."""
    rows = re.findall(r"^\| (.+\?) \| (\d) \| (.+) \|$", section(), flags=re.MULTILINE)
    return {question: (int(clicks), way) for question, clicks, way in rows}


def follow(page: Visit, way: str) -> int:
    """Click what is bold in a way, in its order, and say how many clicks that took."""
    clicks = re.findall(r"\*\*(.+?)\*\*(?: of ([\w -]+\w))?", way)
    for name, whose in clicks:
        target(page, name, whose).click()
        page.wait()
    return len(clicks)


def target(page: Visit, name: str, whose: str) -> Locator:
    """What the docs call by a name: a button of a card or figure, a period, or a section."""
    if whose:
        label = {"i": "What this counts"}.get(name, name)
        return page.page.get_by_role("button", name=f"{label}: {whose}", exact=True)
    if name.endswith("days"):
        return page.page.locator("#period").get_by_text(name, exact=True)
    return page.link(name)


Payload = Callable[[str], Any]


def about_to_lapse(held: Payload) -> dict[str, list[str]]:
    row = next(row for row in held("lifecycle/index") if row["state"] == "at_risk")
    return {"Lifecycle": ["At risk", f"{row['clients']:,}"]}


def segments_with_points(held: Payload) -> dict[str, list[str]]:
    return {"Segments": [f"{row['points_balance']:,}" for row in held("segments/index")]}


def tier_moves(held: Payload) -> dict[str, list[str]]:
    moves = held("tier_migration/index")[-3:]
    return {"Moves between tiers": [str(move["clients"]) for move in moves]}


def never_redeemed(held: Payload) -> dict[str, list[str]]:
    liability = held("liability/index")
    never = liability["points_held"] - liability["points_expected"]
    return {"Liability": [f"{never:,} never redeemed", f"{liability['liability_amount']:,}"]}


def cost_of_a_point(held: Payload) -> dict[str, list[str]]:
    liability = held("liability/index")
    cost = liability["point_value"] * liability["ultimate_redemption_rate"] / 100
    cents, further = f"{cost:.6f}"[:-4], f"{cost:.6f}"[-4:].rstrip("0")
    return {"Liability": [f"costs {cents}{further} as it is issued"]}


def programme_cost(held: Payload) -> dict[str, list[str]]:
    value = held("programme_value/days=365")
    return {"Programme value": ["Break-even uplift", f"{value['cost']:,}"]}


def rewards_in_reach(held: Payload) -> dict[str, list[str]]:
    items = held("item_performance/index")
    never = [item for item in items if item["last_redeemed"] is None]
    return {
        "Who can afford an item": [f"{item['affordable_rate']}%" for item in items],
        "Never redeemed": [f"{len(never)} of {len(items)} items"],
    }


def first_redemptions(held: Payload) -> dict[str, list[str]]:
    first = held("first_redemption/index")
    return {"First redemption": [f"{first['median_days']:,} days", f"{first['after_30_days']}%"]}


def cohorts(held: Payload) -> dict[str, list[str]]:
    rates = [row["retention_rate"] for row in held("cohorts/index") if row["months_since"] == 1]
    return {"Cohorts": [f"{round(rate)}" for rate in rates]}


def restated(_: Payload) -> dict[str, list[str]]:
    return {"Restated figures": ["No published figure has changed since."]}


def rows_of_a_figure(held: Payload) -> dict[str, list[str]]:
    points = sum(row["points"] for row in held("redemption_trend/days=30"))
    return {"Redemptions": [f"{points:,}, the sum of the points of"]}


ANSWERS: dict[str, Callable[[Payload], dict[str, list[str]]]] = {
    "Who is about to lapse?": about_to_lapse,
    "Which segments hold the points?": segments_with_points,
    "Who moved from Bronze to Silver this quarter?": tier_moves,
    "How many points will never be redeemed, and what is the liability?": never_redeemed,
    "What does a point cost?": cost_of_a_point,
    "What did the programme cost, and how much more must it have sold to pay for itself?": (
        programme_cost
    ),
    "Which rewards can most clients afford, and which are never reached?": rewards_in_reach,
    "When do clients redeem first?": first_redemptions,
    "How do cohorts hold?": cohorts,
}
ANSWERS_OF_A_SERVER = {
    "What changed in a published figure, and why?": restated,
    "Which rows make this figure?": rows_of_a_figure,
}
"""By question, the cards that answer it and what stands on them, of a website's payloads."""


def expect_answer(page: Visit, export: Path, question: str) -> None:
    """Go the way that the docs tell, and find the answer within the clicks that they count."""
    counted, way = paths()[question]
    assert follow(page, way) == counted <= MOST_CLICKS
    answer = (ANSWERS | ANSWERS_OF_A_SERVER)[question]
    for card, texts in answer(lambda file: payload(export, f"analytics/{file}.json")).items():
        for text in texts:
            expect(page.card(card)).to_contain_text(text)


def test_each_question_has_its_way() -> None:
    asked = re.findall(r"^\*\*(.+\?)\*\*$", section(), flags=re.MULTILINE)
    assert asked == list(paths())
    assert set(asked) == ANSWERS.keys() | ANSWERS_OF_A_SERVER.keys()


@pytest.mark.parametrize("question", ANSWERS)
def test_a_question_is_answered_in_two_clicks(visit: Visiting, shops: Path, question: str) -> None:
    expect_answer(visit(shops), shops, question)


@pytest.mark.parametrize("question", ANSWERS_OF_A_SERVER)
def test_a_question_to_the_server_too(visit: Visiting, built: Built, question: str) -> None:
    export = (built.workspace / "export/current").resolve()
    page = visit(export, server=lambda _: serving(built.workspace))
    expect_answer(page, export, question)
