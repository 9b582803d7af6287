"""The part Forecast: what was counted, what is expected, and how far that can be trusted."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from support.exports import api_file, copy_export, read, rewrite, rewrite_page
from support.outlooks import BOUNDS, SERIES, candidate, forecast_days
from support.shops import AS_OF, ATTACKS, SHOP
from support.visits import Visit, Visiting, payload

from api_export.payloads.forecast_schemas import ForecastAccuracy, ForecastDay

CARDS = {
    "Forecast: Points issued": ("points_issued", "points_trend", "issued"),
    "Forecast: Points redeemed, in all": ("points_redeemed", "points_trend", "redeemed"),
    "Forecast: Redemptions": ("redemptions", "redemption_trend", "redemptions"),
}
"""The series of each card, and where what was counted of it stands."""

NAIVE, ETS, THETA = ("naive", "1.0000"), ("ets", "0.8000"), ("theta", "0.9000")


def accuracy_of(*models: tuple[str, str | None], published: str, **fields: Any) -> list[Any]:
    """How some models did on each series, one of which is published."""
    return [
        candidate(series, model, mase, is_published=model == published, **fields)
        for series in SERIES
        for model, mase in models
    ]


def test_handmade_forecasts_have_the_keys_of_real_ones() -> None:
    assert list(forecast_days(AS_OF)[0]) == list(ForecastDay.__annotations__)
    assert list(candidate("redemptions", "naive", None)) == list(ForecastAccuracy.__annotations__)


def test_real_forecasts_are_shown(visit: Visiting, shops: Path) -> None:
    page = opened(visit, shops)
    forecast = payload(shops, "analytics/forecast/days=90.json")
    for title, (series, *_) in CARDS.items():
        days = [row for row in forecast if row["series"] == series][:30]
        shown = [row[2:4] for row in page.table(title)[-30:]]
        assert shown == [[f"{row['point']:,}", f"{row['low_80']:,}"] for row in days], title
    accuracy = payload(shops, "analytics/forecast_accuracy/index.json")
    for title, is_shown in (
        ("Accuracy of the forecasts", lambda row: row["item"] is None),
        ("Accuracy by item", lambda row: row["item"] is not None),
    ):
        assert [row[2] for row in page.table(title)[1:]] == [
            "not known" if row["mase"] is None else f"{row['mase']:.4f}"
            for row in accuracy
            if is_shown(row)
        ]
    assert page.page.locator("#part-forecast .failure").count() == 0


@pytest.fixture
def outlook(shops: Path, tmp_path: Path) -> Path:
    """An export of a shop whose first item alone has a forecast, the naive one."""
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    put(export, "forecast/days=90", forecast_days(AS_OF))
    item, *others = read(api_file(export, SHOP, "analytics/item_performance/index.json"))
    known = {"expected_30": 12, "expected_30_low": 7, "expected_30_high": 19}
    put(
        export,
        "item_performance/index",
        [item | known, *(other | dict.fromkeys(known) for other in others)],
    )
    by_item = [
        candidate("redemptions", model, mase, item=item["id"], is_published=model == "naive")
        for model, mase in (("naive", "0.9000"), ("ets", "0.9500"))
    ]
    put(
        export,
        "forecast_accuracy/index",
        [*accuracy_of(NAIVE, ETS, THETA, published="ets"), *by_item],
    )
    return export


def put(export: Path, file: str, content: Any) -> None:
    """Give a payload of the shop other content."""
    rewrite(api_file(export, SHOP, f"analytics/{file}.json"), content)


def opened(visit: Visiting, export: Path, **options: Any) -> Visit:
    """A visit to the part."""
    page = visit(export, **options)
    page.open("Forecast")
    return page


@pytest.mark.parametrize(("days", "ahead"), [(7, 7), (30, 30), (365, 90)])
def test_a_table_has_the_days_counted_and_as_many_to_come(
    visit: Visiting, outlook: Path, days: int, ahead: int
) -> None:
    page = visit(outlook)
    page.go(days=days)
    page.open("Forecast")
    expected = payload(outlook, "analytics/forecast/days=90.json")
    for title, (series, file, key) in CARDS.items():
        counted = payload(outlook, f"analytics/{file}/days={days}.json")
        rows = [[f"{row[key]:,}", *["–"] * 5] for row in counted]
        rows += [
            ["–", *(f"{row[each]:,}" for each in ("point", *BOUNDS))]
            for row in expected
            if row["series"] == series and row["date"] <= f"{AS_OF + timedelta(days=ahead)}"
        ]
        assert [row[1:] for row in page.table(title)[1:]] == rows, title


def test_a_chart_has_the_line_so_far_the_expected_one_and_its_bands(
    visit: Visiting, outlook: Path
) -> None:
    put(outlook, "forecast/days=90", forecast_days(AS_OF, known_bands=20))
    page = opened(visit, outlook)
    card = page.card("Forecast: Points issued")
    drawn = card.locator("canvas").evaluate(
        "canvas => Chart.getChart(canvas).data.datasets.map("
        "({ data, borderDash, fill }) => [data.filter(({ y }) => y !== null).length,"
        " borderDash?.length > 0, fill])"
    )
    assert drawn == [
        [30, False, False],
        [30, True, False],
        *([20, False, "+1"], [20, False, False]) * 2,
    ]
    assert card.locator(".legend li").all_text_contents() == [
        "Points issued",
        "Expected",
        "80% band",
        "95% band",
    ]


HELD = "off by 25% of what came; 80% bands held 81.3%."
NO_BAND = {"coverage_80": None, "coverage_95": None}


@pytest.mark.parametrize(
    ("accuracy", "sentence"),
    [
        (
            accuracy_of(NAIVE, ETS, THETA, published="ets"),
            f"ETS beat the naive forecast by 20% in 8 tries, {HELD}",
        ),
        (
            accuracy_of(NAIVE, ("ets", "0.9996"), published="ets", cut_offs=1, **NO_BAND),
            "ETS beat the naive forecast by less than 0.1% in 1 try, off by 25% of what came; no"
            " band could be tried.",
        ),
        (
            [
                candidate(series, model, None, wape=Decimal(wape), is_published=model == "theta")
                for series in SERIES
                for model, wape in (("naive", "0.2500"), ("theta", "0.1000"))
            ],
            "Theta beat the naive forecast by 60% in 8 tries, off by 10% of what came; 80% bands"
            " held 81.3%.",
        ),
        (
            accuracy_of(NAIVE, ETS, published="naive"),
            f"Nothing beat the naive forecast, each day as a week before, in 8 tries, {HELD}",
        ),
        (
            accuracy_of(NAIVE, published="naive", cut_offs=2),
            f"Only the naive forecast, each day as a week before, was tested, in 2 tries, {HELD}",
        ),
        (
            accuracy_of(("naive", None), published="naive", cut_offs=0, wape=None, **NO_BAND),
            "Too short a history to be tried: the naive forecast, each day as a week before, with"
            " no band.",
        ),
        ([], "How far this forecast can be trusted isn't known."),
    ],
)
def test_a_sentence_says_how_far_a_forecast_can_be_trusted(
    visit: Visiting, outlook: Path, accuracy: list[Any], sentence: str
) -> None:
    put(outlook, "forecast_accuracy/index", accuracy)
    page = opened(visit, outlook)
    for title in CARDS:
        assert page.card(title).locator(".picture > p").text_content() == sentence


def test_without_bands_none_is_named(visit: Visiting, outlook: Path) -> None:
    put(outlook, "forecast/days=90", forecast_days(AS_OF, known_bands=0))
    page = opened(visit, outlook)
    assert page.card("Forecast: Redemptions").locator(".legend li").all_text_contents() == [
        "Redemptions",
        "Expected",
    ]


def test_every_candidate_has_its_errors(visit: Visiting, outlook: Path) -> None:
    page = opened(visit, outlook)
    figures = ["25.00%", "-1.25%", "81.25%", "93.75%", "8"]
    assert page.table("Accuracy of the forecasts")[1:] == [
        [series, *row, *figures]
        for series in ("Issued", "Redeemed", "Redemptions")
        for row in (["Naive", "1.0000"], ["ETS, published", "0.8000"], ["Theta", "0.9000"])
    ]
    name = payload(outlook, "analytics/item_performance/index.json")[0]["name"]
    assert page.table("Accuracy by item")[1:] == [
        [name, "Naive, published", "0.9000", *figures],
        [name, "ETS", "0.9500", *figures],
    ]


def test_items_have_what_is_expected_of_them_with_bounds(visit: Visiting, outlook: Path) -> None:
    page = opened(visit, outlook)
    item, *_ = payload(outlook, "analytics/item_performance/index.json")
    shown = [item["name"], item["category"], str(item["redemptions_30"])]
    assert page.table("Expected redemptions of items")[1:] == [[*shown, "12", "7", "19"]]
    bounds = dict.fromkeys(("expected_30_low", "expected_30_high"))
    put(outlook, "item_performance/index", [item | bounds])
    page.go(section="forecast", days=90)
    assert page.table("Expected redemptions of items")[1:] == [[*shown, "12", "–", "–"]]


def test_without_anything_to_forecast_every_card_says_so(visit: Visiting, outlook: Path) -> None:
    for file in ("forecast/days=90", "forecast_accuracy/index", "item_performance/index"):
        put(outlook, file, [])
    page = opened(visit, outlook)
    assert page.page.locator("#part-forecast .empty").count() == 6
    assert page.page.locator("#part-forecast .failure").count() == 0


@pytest.mark.parametrize("from_disk", [False, True])
def test_names_of_items_and_models_are_text(
    visit: Visiting, outlook: Path, from_disk: bool
) -> None:
    item, *_ = payload(outlook, "analytics/item_performance/index.json")
    ids = [2**53 + at for at in range(len(ATTACKS))]
    put(
        outlook,
        "item_performance/index",
        [item | {"id": id, "name": name} for id, name in zip(ids, ATTACKS, strict=True)],
    )
    put(
        outlook,
        "forecast_accuracy/index",
        [
            candidate("redemptions", name, "1.0", item=id)
            for id, name in zip(ids, ATTACKS, strict=True)
        ],
    )
    rewrite_page(outlook)
    page = opened(visit, outlook, from_disk=from_disk)
    assert [row[0] for row in page.table("Expected redemptions of items")[1:]] == list(ATTACKS)
    assert [row[:2] for row in page.table("Accuracy by item")[1:]] == [[n, n] for n in ATTACKS]
    assert page.page.locator("main :is(img, script, b)").count() == 0
    assert page.page.title() == "Forecast · Shop · Loyalty Analytics"


@pytest.mark.parametrize("content", [b"", {"__proto__": []}, [None]])
def test_without_the_accuracy_forecasts_are_drawn_and_say_what_is_missing(
    visit: Visiting, outlook: Path, content: Any
) -> None:
    put(outlook, "forecast_accuracy/index", content)
    page = opened(visit, outlook)
    for title in CARDS:
        expect(page.card(title).locator("canvas")).to_be_visible()
        expect(page.card(title).locator(".failure")).to_contain_text("This can't be shown.")
    expect(page.card("Expected redemptions of items").locator("table")).to_be_visible()
    page.complaints.clear()


def test_a_broken_history_breaks_its_own_cards_alone(visit: Visiting, outlook: Path) -> None:
    put(outlook, "redemption_trend/days=30", b"")
    page = opened(visit, outlook)
    broken = page.page.locator("#part-forecast .card", has=page.page.locator("> .failure"))
    assert broken.locator("h3").all_text_contents() == ["Forecast: Redemptions"]


def test_figures_are_written_as_the_reader_writes_them(visit: Visiting, outlook: Path) -> None:
    page = opened(visit, outlook, locale="de-DE")
    sentence = page.card("Forecast: Points issued").locator(".picture > p").text_content()
    assert sentence == (
        "ETS beat the naive forecast by 20\u00a0% in 8 tries, off by 25\u00a0% of what came;"
        " 80\u00a0% bands held 81,3\u00a0%."
    )
