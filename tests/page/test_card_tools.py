"""What a card has besides its picture: what it counts, and the rows behind its figures."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
import simplejson
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect
from support.commands import serving
from support.exports import api_file, copy_export, read, rewrite
from support.shops import HOSTILE, SHOP
from support.visits import Visit, Visiting, payload
from support.workspaces import Built

SECTIONS = ("Overview", "Clients", "Rewards", "Points", "Forecast", "Campaigns", "Widgets")


@pytest.fixture(scope="module")
def run(built: Built) -> Path:
    """The export of a run by the command, beside its marts with all that can be asked of them."""
    return (built.workspace / "export/current").resolve()


def served(export: Path) -> Any:
    """The workspace of an export, by `loyalty serve`."""
    return serving(export.parents[2])


def tool(card: Locator, name: str) -> Locator:
    """A card's button: `What this counts`, `Save`."""
    return card.get_by_role("button", name=re.compile(f"^{name}: "))


def counted(card: Locator) -> dict[str, str]:
    """The keys that a card says something of, and what, once it has been asked."""
    tool(card, "What this counts").click()
    terms = card.locator(".meanings > div")
    expect(terms.first).to_be_visible()
    return {
        term.locator("dt code").text_content(): term.locator("dd").evaluate(
            "dd => [...dd.childNodes].filter(each => !each.matches?.('button, .rows'))"
            ".map(each => each.textContent).join('').trim()"
        )
        for term in terms.all()
    }


def meanings(export: Path, *endpoints: str) -> dict[str, set[str]]:
    """What the schemas of endpoints say of each key."""
    found: dict[str, set[str]] = {}
    for endpoint in endpoints:
        schema = simplejson.loads((export / f"schemas/{endpoint}.json").read_bytes())
        for each in (schema, *schema.get("$defs", {}).values()):
            for key, value in each.get("properties", {}).items():
                found.setdefault(key, set()).add(value["description"].replace("`", ""))
    return found


@pytest.mark.parametrize("from_disk", [False, True])
def test_each_card_says_what_it_counts_in_the_words_of_its_schema(
    visit: Visiting, shops: Path, from_disk: bool
) -> None:
    page = visit(shops, from_disk=from_disk)
    endpoints = [path.stem for path in (shops / "schemas").iterdir()]
    known = meanings(shops, *endpoints)
    asked = 0
    for section in SECTIONS:
        part = page.open(section)
        for card in part.locator("section.card:has(button[aria-expanded])").all():
            if tool(card, "What this counts").count() == 0:
                continue
            said = counted(card)
            assert said, card.locator("h3").text_content()
            assert {key: text for key, text in said.items() if text not in known[key]} == {}
            asked += 1
    assert asked > 25


def test_all_columns_of_a_payload_are_told_with_their_names_and_keys(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.open("Points")
    card = page.card("Roll-forward of points")
    said = counted(card)
    assert said.keys() == payload(shops, "analytics/roll_forward/index.json")[0].keys() - {
        "is_complete"
    }
    known = meanings(shops, "roll_forward")
    assert all({text} == known[key] for key, text in said.items())
    page.open("Forecast")
    card = page.card("Forecast: Points redeemed, in all")
    assert counted(card)["redeemed"] in meanings(shops, "points_trend")["redeemed"]


def test_it_is_read_when_it_is_asked_for_and_opened_and_closed_by_the_keyboard(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url.removeprefix(page.address)))
    page.page.reload()
    page.wait()
    late = {"assets/counts.js", "assets/saving.js", "assets/images.js", "assets/schemas.js"}
    assert not late & {*asked} and not any(path.startswith("schemas/") for path in asked)
    card = page.card("Points outstanding")
    button = tool(card, "What this counts")
    button.focus()
    page.page.keyboard.press("Enter")
    expect(card.locator(".meanings")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert late & {*asked} == {"assets/counts.js"}
    assert [path for path in asked if path.startswith("schemas/")] == ["schemas/points_trend.json"]
    tool(card, "Save").press("Enter")
    expect(card.get_by_role("group", name="Save: Points outstanding")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(card.locator(".meanings")).to_have_count(0)
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Escape")
    expect(card.locator(".aside")).to_be_hidden()
    expect(tool(card, "Save")).to_be_focused()


def test_a_schema_that_cannot_be_read_is_told_and_asked_for_again(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.page.route("**/schemas/*.json", lambda route: route.fulfill(status=500), times=1)
    card = page.card("Redemptions")
    button = tool(card, "What this counts")
    button.click()
    expect(card.locator(".aside .failure")).to_contain_text("HTTP 500")
    assert card.locator("canvas").is_visible()
    button.click()
    button.click()
    expect(card.locator(".meanings")).to_be_visible()
    page.complaints.clear()


def rows_of(card: Locator, name: str) -> Locator:
    """The panel of a figure's rows, opened."""
    if card.locator(".meanings").count() == 0:
        tool(card, "What this counts").click()
    card.get_by_role("button", name=f"Rows: {name}", exact=True).click()
    place = card.locator(".rows:visible")
    expect(place.locator(".answer p").first).to_be_visible()
    return place


def test_the_rows_behind_a_figure_are_those_of_explain(visit: Visiting, run: Path) -> None:
    page = visit(run, server=served)
    page.go(website=1, days=365)
    trend = payload(run, "analytics/points_trend/days=365.json")
    issued = sum(row["issued"] for row in trend)
    place = rows_of(page.card("Points issued and redeemed"), "Points issued")
    sentence = place.locator(".answer p").first
    expect(sentence).to_contain_text(f"{issued:,}, the sum of the points of ")
    assert place.locator("tbody tr").count() == 20
    assert place.locator("tbody td").first.text_content() == "Transaction"
    last = next(row for row in reversed(trend) if row["issued"])
    place.get_by_label("From").fill(last["date"])
    place.get_by_label("To").fill(last["date"])
    expect(sentence).to_contain_text(f"{last['issued']:,}, the sum of the points of ")
    page.go(website="all", days=365)
    outstanding = payload(run, "analytics/points_trend/days=365.json", "all")[-1]["balance"]
    place = rows_of(page.card("Points outstanding"), "Points outstanding")
    expect(place.locator(".answer p").first).to_contain_text(f"{outstanding:,}, the sum of ")


def test_counted_figures_say_how_many_rows_and_those_of_a_day_begin_with_the_last_one(
    visit: Visiting, run: Path
) -> None:
    page = visit(run, server=served)
    page.go(website=1, days=365)
    trend = payload(run, "analytics/redemption_trend/days=365.json")
    redemptions, points = (sum(row[key] for row in trend) for key in ("redemptions", "points"))
    place = rows_of(page.card("Redemptions"), "Redemptions")
    expect(place.locator(".answer p").first).to_have_text(
        f"{redemptions:,}, the number of rows. Their points add up to {points:,}."
    )
    engaged = payload(run, "analytics/engagement_trend/days=365.json")[-1]
    place = rows_of(page.card("Engagement"), "Clients with transactions")
    assert place.get_by_label("From").input_value() == engaged["date"]
    expect(place.locator(".answer p").first).to_contain_text(
        f"{engaged['clients_with_transactions']:,}, the number of rows"
    )


def test_all_rows_behind_a_figure_are_saved(visit: Visiting, run: Path) -> None:
    page = visit(run, server=served)
    page.go(website=1, days=365)
    place = rows_of(page.card("Points issued and redeemed"), "Points issued")
    with page.page.expect_download() as download:
        place.get_by_role("button", name="Save rows as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    head, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert head == ["entity", "id", "client_id", "date", "points"]
    trend = payload(run, "analytics/points_trend/days=365.json")
    assert sum(int(line[-1]) for line in lines) == sum(row["issued"] for row in trend)
    assert len({line[1] for line in lines}) == len(lines) > 20
    expect(place.locator(".answer > :last-child")).to_have_text(f"Saved {len(lines):,} rows.")


def test_a_range_that_the_server_refuses_is_told(visit: Visiting, run: Path) -> None:
    page = visit(run, server=served)
    page.go(website=1, days=365)
    place = rows_of(page.card("Redemptions"), "Redemptions")
    place.get_by_label("From").fill("2199-05-30")
    expect(place.locator(".failure")).to_contain_text("HTTP 400")
    page.complaints.clear()


@pytest.mark.parametrize("from_disk", [False, True])
def test_without_the_server_no_rows_are_offered(
    visit: Visiting, shops: Path, from_disk: bool
) -> None:
    page = visit(shops, from_disk=from_disk)
    counted(page.card("Points outstanding"))
    assert page.page.get_by_role("button", name=re.compile("^Rows: ")).count() == 0


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_what_is_open(visit: Visiting, run: Path, colours: str) -> None:
    page = visit(run, server=served, color_scheme=colours)
    page.go(website=1, days=365)
    rows_of(page.card("Points issued and redeemed"), "Points issued")
    tool(page.card("Redemptions"), "Save").click()
    expect(page.page.get_by_role("group", name="Save: Redemptions")).to_be_visible()
    assert violations(page) == []


def test_what_is_open_shows_hostile_names_as_text(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.go(website=HOSTILE, section="widgets")
    buttons = page.page.get_by_role("button", name=re.compile("^What this counts")).all()[:6]
    for button in buttons:
        button.click()
    expect(page.page.locator(".meanings")).to_have_count(len(buttons))
    assert violations(page) == []
    assert page.page.locator("main :is(img, script, b)").count() == 0


def violations(visit: Visit) -> list[tuple[str, str]]:
    return [
        (violation["id"], node["html"])
        for violation in Axe().run(visit.page).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("width", [320, 390])
def test_no_width_needs_scrolling_sideways_with_all_open(
    visit: Visiting, run: Path, width: int
) -> None:
    page = visit(run, server=served, viewport={"width": width, "height": 800})
    page.go(website=1, days=365)
    rows_of(page.card("Points issued and redeemed"), "Points issued")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_day_that_would_flatten_all_others_is_beyond_the_scale_and_told(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    path = api_file(export, SHOP, "analytics/points_trend/days=30.json")
    rows = read(path)
    rows[-1]["redeemed"] = 323_500
    rewrite(path, rows)
    page = visit(export)
    card = page.card("Points issued and redeemed")
    assert card.locator(".beyond").text_content() == (
        "↑ Beyond the scale: Redeemed, in all 323,500 (Apr 30, 2024)"
    )
    drawn = card.locator("canvas").evaluate(
        "canvas => { const { data, scales } = Chart.getChart(canvas);"
        " return [data.datasets[1].data.at(-1).y, scales.y.max]; }"
    )
    highest = max(max(row["issued"], row["redeemed"]) for row in rows[:-1])
    assert drawn[0] == 323_500 and highest < drawn[1] < 2 * highest
    assert page.card("Redemptions").locator(".beyond").count() == 0
