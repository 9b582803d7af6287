"""The part Campaigns: an effect with its interval, what can be told of it, and nothing beyond."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect
from support.exports import api_file, copy_export, rewrite, rewrite_page
from support.outlooks import campaign, effect
from support.shops import ATTACKS, SHOP
from support.visits import Visit, Visiting, payload

from api_export.payloads.campaign_schemas import Campaign, CampaignMetric

NOTHING = (None, None, None)
UP, DOWN, EITHER = ("21.5", "12", "31"), ("-21.5", "-31", "-12"), ("3", "-5.25", "11.25")
FILE = "analytics/campaigns/index.json"
ON_PHONE = {"viewport": {"width": 360, "height": 740}}

TELLINGS = {
    "told": (
        campaign(1, "experiment", "ok", [effect("points_issued", UP)]),
        "Between 12 and 31 points more a member; not explained by chance.",
    ),
    "told down": (
        campaign(2, "experiment", "ok", [effect("points_issued", DOWN)]),
        "Between 12 and 31 points fewer a member; not explained by chance.",
    ),
    "adjusted": (
        campaign(3, "experiment", "ok", [effect("points_issued", EITHER, UP)]),
        "Between 12 and 31 points more a member; not explained by chance, adjusted for the days"
        " before.",
    ),
    "chance": (
        campaign(4, "experiment", "ok", [effect("points_issued", UP, EITHER)]),
        "Can't be told from chance: between 5.25 points fewer and 11.3 more a member, adjusted for"
        " the days before.",
    ),
    "holds zero": (
        campaign(5, "experiment", "ok", [effect("points_issued", ("2", "0", "4"))]),
        "Can't be told from chance: between 0 and 4 points more a member.",
    ),
    "no difference": (
        campaign(12, "experiment", "ok", [effect("points_issued", ("0", "0", "0"))]),
        "No difference between any two clients.",
    ),
    "all the same": (
        campaign(13, "experiment", "ok", [effect("points_issued", ("-5", "-5", "-5"))]),
        "5 points fewer a member; not explained by chance.",
    ),
    "association": (
        campaign(6, "observational", "ok", [effect("points_issued", UP)]),
        "Can't be told: no hold-out; association only, between 12 and 31 points more a member.",
    ),
    "all changed alike": (
        campaign(14, "observational", "ok", [effect("points_issued", ("0", "0", "0"))]),
        "Can't be told: no hold-out; association only, all clients changed alike.",
    ),
    "too early": (
        campaign(
            7, "experiment", "too_early", [effect("points_issued", NOTHING)], date_to="2024-05-31"
        ),
        "Too early: it runs until May 31, 2024, beyond the last day counted.",
    ),
    "srm": (
        campaign(
            8,
            "experiment",
            "srm_failed",
            [effect("points_issued", NOTHING)],
            sample_ratio_chi2=Decimal("17.2345"),
        ),
        "Not to be trusted: clients were not split as planned (χ² 17.23, far more than"
        " chance gives), so something other than chance put them into an arm, and no effect can be"
        " told.",
    ),
    "few": (
        campaign(9, "experiment", "too_few", [effect("points_issued", ("1250.75", None, None))]),
        "Too few clients to tell: an arm has fewer than 30. The difference is 1,251 points more a"
        " member, with no interval.",
    ),
    "few without": (
        campaign(10, "observational", "too_few", [effect("points_issued", NOTHING)]),
        "Too few clients to tell: an arm has fewer than 30, and there's no hold-out.",
    ),
    "unknown": (
        campaign(11, "experiment", "ok", [effect("margin", UP)]),
        "Not known.",
    ),
}
"""Campaigns of every kind, and what is said of each."""

SUMMED_UP = (
    "4 of 14 campaigns had an effect on points issued that chance doesn't explain; 3 not to be told"
    " from chance, 2 without a hold-out, 2 with too few clients, 1 still running on the last day"
    " counted, 1 not split as planned, 1 without a figure."
)


def test_handmade_campaigns_have_the_keys_of_real_ones() -> None:
    row, _ = TELLINGS["told"]
    assert list(row) == list(Campaign.__annotations__)
    assert list(row["metrics"][0]) == list(CampaignMetric.__annotations__)


def test_real_campaigns_of_few_clients_are_shown_without_an_interval(
    visit: Visiting, shops: Path
) -> None:
    page = opened(visit, shops)
    campaigns = payload(shops, FILE)
    assert [row["status"] for row in campaigns] == ["too_few"] * 2
    for item, row in zip(items(page).all(), campaigns, strict=True):
        expect(item.locator("h4")).to_have_text(row["name"])
        expect(item.locator(".verdict")).to_contain_text("Too few clients to tell")
        effect, *_ = [each["effect"] for each in row["metrics"]]
        expect(item.locator("svg.effect")).to_have_attribute(
            "aria-label", f"Effect {effect:,.4f}, no interval"
        )


@pytest.fixture
def told(shops: Path, tmp_path: Path) -> Path:
    """An export of a shop with a campaign of every kind."""
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    put(export, [row for row, _ in TELLINGS.values()])
    return export


def put(export: Path, campaigns: Any) -> None:
    """Give the shop other campaigns."""
    rewrite(api_file(export, SHOP, FILE), campaigns)


def opened(visit: Visiting, export: Path, **options: Any) -> Visit:
    """A visit to the part."""
    page = visit(export, **options)
    page.open("Campaigns")
    return page


def items(page: Visit) -> Locator:
    """What stands for each campaign."""
    return page.card("Effects of campaigns").locator(".forest > li")


def test_of_each_campaign_is_said_what_can_be_told_and_not_more(
    visit: Visiting, told: Path
) -> None:
    page = opened(visit, told)
    assert [item.locator(".verdict").text_content() for item in items(page).all()] == [
        sentence for _, sentence in TELLINGS.values()
    ]


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("revenue", "Not known: no orders are delivered."),
        (
            "margin",
            "Not known: no orders are delivered, or one in its days or in as many before has no"
            " margin, and LOYALTY_MARGIN sets no share for it.",
        ),
    ],
)
def test_money_that_is_not_known_has_its_reason(
    visit: Visiting, told: Path, metric: str, reason: str
) -> None:
    put(told, [TELLINGS["told"][0]])
    page = opened(visit, told)
    page.page.get_by_label("Effect on").select_option(metric)
    assert items(page).locator(".verdict").text_content() == reason


def test_all_of_them_are_summed_up_first(visit: Visiting, told: Path) -> None:
    page = opened(visit, told)
    expect(page.page.locator("#part-campaigns .picture > p")).to_have_text(SUMMED_UP)
    put(told, [TELLINGS["told"][0]])
    expect(opened(visit, told).page.locator("#part-campaigns .picture > p")).to_have_text(
        "1 of 1 campaign had an effect on points issued that chance doesn't explain."
    )


def test_a_mark_differs_by_what_can_be_told_and_not_in_colour_alone(
    visit: Visiting, told: Path
) -> None:
    page = opened(visit, told)
    marks = dict(zip(TELLINGS, items(page).all(), strict=True))
    drawn = {
        kind: item.locator("svg.effect").evaluate_all(
            """all => all.map((svg) => {
                const dot = svg.querySelector(".dot");
                const whisker = svg.querySelector(".whisker");
                return [
                    dot.tagName,
                    getComputedStyle(dot).fill === getComputedStyle(dot).stroke,
                    whisker === null ? null : getComputedStyle(whisker).strokeDasharray !== "none",
                ];
            })"""
        )
        for kind, item in marks.items()
    }
    full, hollow = ["circle", True, False], ["circle", False, False]
    assert drawn == {
        "told": [full],
        "told down": [full],
        "adjusted": [full],
        "all the same": [full],
        "no difference": [hollow],
        "chance": [hollow],
        "holds zero": [hollow],
        "association": [["path", False, True]],
        "all changed alike": [["path", False, True]],
        "few": [["circle", False, None]],
        "too early": [],
        "srm": [],
        "few without": [],
        "unknown": [],
    }
    assert page.card("Effects of campaigns").locator(".marks li").all_text_contents() == [
        "Random hold-out: not explained by chance",
        "Random hold-out: can't be told from chance",
        "No hold-out: association only",
        "Too few clients for an interval",
    ]


def test_effects_lie_on_one_axis_with_zero(visit: Visiting, told: Path) -> None:
    page = opened(visit, told)
    places = {
        kind: item.locator("svg.effect").evaluate_all(
            """all => all.map((svg) => {
                const [zero, low, high] = [".zero", ".whisker"].flatMap((name) => {
                    const line = svg.querySelector(name);
                    if (line === null) return [];
                    const ends = [line.x1, line.x2].map(({ baseVal }) => baseVal.value);
                    return name === ".zero" ? ends.slice(1) : ends;
                });
                return [zero, low, high];
            })"""
        )
        for kind, item in zip(TELLINGS, items(page).all(), strict=True)
    }
    [[zero, low, high]] = places["told"]
    [[same_zero, down_low, down_high]] = places["told down"]
    assert zero == same_zero < low < high
    assert down_low < down_high < zero
    assert abs((high - low) - (down_high - down_low)) < 0.1
    [[_, across_low, across_high]] = places["chance"]
    assert across_low < zero < across_high


def test_campaigns_stand_in_the_order_of_the_file(visit: Visiting, told: Path) -> None:
    page = opened(visit, told)
    names = [row["name"] for row, _ in TELLINGS.values()]
    assert page.card("Effects of campaigns").locator("h4").all_text_contents() == names
    assert [row[0] for row in page.table("Effects of campaigns")[1:]] == names


def test_who_is_compared_and_who_was_elsewhere_is_told(visit: Visiting, told: Path) -> None:
    kinds = ("experiment", "observational")
    put(
        told,
        [
            campaign(1, kind, "ok", [effect("points_issued", UP)], members_elsewhere=at)
            for at, kind in enumerate(kinds)
        ],
    )
    page = opened(visit, told)
    assert items(page).locator(".caption").all_text_contents() == [
        "Mar 1 – 14, 2024 · Random hold-out · 400 treated · 380 held out",
        "Mar 1 – 14, 2024 · No hold-out · 400 treated · 380 others · 1 in another campaign at once",
    ]


def test_a_return_is_given_with_its_doubt(visit: Visiting, told: Path) -> None:
    ratios = {"return_on_cost": Decimal("2.40"), "revenue_per_cost": Decimal("9.10")}
    metrics = [effect("points_issued", UP), effect("revenue", UP), effect("margin", EITHER)]
    put(told, [campaign(1, "experiment", "ok", metrics, **ratios)])
    expect(items(opened(visit, told)).locator(".verdict")).to_contain_text(
        "An estimated 2.40 of margin (can't be told from chance) and 9.10 of revenue for each 1 of"
        " its cost."
    )


def test_a_metric_is_chosen_by_the_keyboard_and_stays_chosen(visit: Visiting, told: Path) -> None:
    units = {
        "points_issued": "points",
        "points_redeemed": "points",
        "redemptions": "redemptions",
        "active_days": "active days",
        "revenue": "of revenue",
        "margin": "of margin",
    }
    places = list(enumerate(units, start=1))
    metrics = [effect(metric, (f"{at}.5", f"{at}", f"{at + 1}")) for at, metric in places]
    put(told, [campaign(1, "experiment", "ok", metrics)])
    page = opened(visit, told)
    choice = page.page.get_by_label("Effect on")
    choice.focus()
    for at, metric in places:
        expect(choice).to_have_value(metric)
        expect(choice).to_be_focused()
        expect(items(page).locator(".verdict")).to_have_text(
            f"Between {at} and {at + 1} {units[metric]} more a member; not explained by chance."
        )
        page.page.keyboard.press("ArrowDown")
    page.go(section="campaigns", days=90)
    expect(page.page.get_by_label("Effect on")).to_have_value("margin")


def test_the_table_has_every_figure_of_the_chosen_metric(visit: Visiting, told: Path) -> None:
    ratios = {"return_on_cost": Decimal("2.40"), "revenue_per_cost": Decimal("9.10")}
    row = campaign(1, "experiment", "ok", [effect("redemptions", EITHER, UP)], **ratios)
    put(told, [row])
    page = opened(visit, told)
    page.page.get_by_label("Effect on").select_option("redemptions")
    [shown] = page.table("Effects of campaigns")[1:]
    assert shown == [
        *("Campaign 1", "Mar 1, 2024", "Mar 14, 2024", "Random hold-out"),
        "Between 12 and 31 redemptions more a member; not explained by chance, adjusted for the"
        " days before.",
        *("400", "380", "0", "120.5000", "99.0000", "88.2500", "88.0000"),
        *("3.0000", "-5.2500", "11.2500", "21.5000", "12.0000", "31.0000", "21.72%", "1,200.0000"),
        *("0.5128", "120.00", "2.40", "9.10"),
    ]


@pytest.mark.parametrize("from_disk", [False, True])
def test_names_of_campaigns_are_text(visit: Visiting, told: Path, from_disk: bool) -> None:
    put(
        told,
        [
            campaign(at, "experiment", "ok", [effect("points_issued", UP)], name=name)
            for at, name in enumerate(ATTACKS)
        ],
    )
    rewrite_page(told)
    page = opened(visit, told, from_disk=from_disk)
    assert items(page).locator("h4").all_text_contents() == list(ATTACKS)
    assert [row[0] for row in page.table("Effects of campaigns")[1:]] == list(ATTACKS)
    assert page.page.locator("main :is(img, script, b)").count() == 0
    assert page.page.title() == "Campaigns · Shop · Loyalty Analytics"


def test_without_campaigns_the_part_says_so(visit: Visiting, told: Path) -> None:
    put(told, [])
    page = opened(visit, told)
    expect(page.card("Effects of campaigns").locator(".empty")).to_have_text(
        "There are no campaigns."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "isn't valid JSON"),
        ([None], "not of the kind that this page knows"),
        ([TELLINGS["told"][0] | {"metrics": {}}], "not of the kind that this page knows"),
        ([TELLINGS["told"][0] | {"status": "__proto__"}], "doesn't know a campaign of this status"),
        (
            [
                TELLINGS["told"][0]
                | {"metrics": [effect("points_issued", UP) | {"effect_low": "x"}]}
            ],
            "not of the kind that this page knows",
        ),
    ],
)
def test_a_broken_file_is_told_in_the_card(
    visit: Visiting, told: Path, content: Any, reason: str
) -> None:
    put(told, content)
    page = opened(visit, told)
    expect(page.card("Effects of campaigns").locator(".failure")).to_contain_text(reason)
    page.complaints.clear()


@pytest.mark.parametrize("settings", [ON_PHONE, ON_PHONE | {"color_scheme": "dark"}, {}])
def test_as_many_campaigns_as_the_demo_has_are_readable_anywhere(
    visit: Visiting, told: Path, settings: dict[str, Any]
) -> None:
    rows = [row for row, _ in TELLINGS.values()]
    put(told, [rows[at % len(rows)] | {"id": at, "name": "Type A " * 9} for at in range(27)])
    page = opened(visit, told, **settings)
    width = page.page.viewport_size["width"]
    boxes = (
        items(page)
        .locator("h4, .caption, .verdict, svg.effect")
        .evaluate_all(
            "all => all.map(each => [each.getBoundingClientRect(), each.tagName])"
            ".map(([box, tag]) => [tag, box.left, box.right, box.height])"
        )
    )
    assert len(boxes) > 27 * 3
    assert [box for box in boxes if box[1] < 0 or box[2] > width or box[3] < 10] == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    assert [
        (violation["id"], node["html"], node["failureSummary"])
        for violation in Axe().run(page.page).response["violations"]
        for node in violation["nodes"]
    ] == []
