"""Which website the page opens at, and websites of any 64-bit id."""

from pathlib import Path

import pytest
from support.exports import copy_export, read, renumber_website, rewrite, rewrite_page
from support.shops import EMPTY, HOSTILE, OLD, SHOP
from support.visits import Visiting


@pytest.mark.parametrize("from_disk", [False, True])
def test_the_page_opens_at_the_first_website_with_events(
    visit: Visiting, shops: Path, tmp_path: Path, from_disk: bool
) -> None:
    export = copy_export(shops, tmp_path / "copy")
    websites = {website["id"]: website for website in read(export / "websites.json")}
    rewrite(export / "websites.json", [websites[number] for number in (EMPTY, OLD, SHOP, HOSTILE)])
    rewrite_page(export)
    page = visit(export, from_disk=from_disk)
    assert page.page.locator("h1").text_content() == "Ten years old"
    page.go(website=EMPTY)
    assert page.page.locator("h1").text_content() == "Nothing here yet"
    page.go(website=99)
    assert page.page.locator("h1").text_content() == "Ten years old"


@pytest.mark.parametrize(
    ("transactions", "requests", "opened"), [(0, 1, "Nothing here yet"), (0, 0, "Shop")]
)
def test_requests_are_events_and_without_any_it_is_the_first_website(
    visit: Visiting, shops: Path, tmp_path: Path, transactions: int, requests: int, opened: str
) -> None:
    export = copy_export(shops, tmp_path / "copy")
    totals = read(export / "manifest.json")["totals"]
    for website in totals:
        totals[website].update(transactions=0, requests=0)
    totals[str(EMPTY)].update(transactions=transactions, requests=requests)
    rewrite_page(export, totals=totals)
    assert visit(export).page.locator("h1").text_content() == opened


@pytest.mark.parametrize("from_disk", [False, True])
def test_websites_of_any_64_bit_id_can_be_opened_and_switched(
    visit: Visiting, shops: Path, tmp_path: Path, from_disk: bool
) -> None:
    export = copy_export(shops, tmp_path / "copy")
    ids = (27983085677, 9007199254740993, -9223372036854775808, 9223372036854775807)
    names = [website["name"] for website in read(export / "websites.json")]
    for old, new in zip((SHOP, EMPTY, HOSTILE, OLD), ids, strict=True):
        renumber_website(export, old, new)
    page = visit(export, from_disk=from_disk)
    for number, name in zip(ids, names, strict=True):
        page.page.get_by_label("Website").select_option(str(number))
        page.page.wait_for_function(
            "name => document.querySelector('h1').textContent === name", arg=name
        )
        assert page.page.url.endswith(f"#website={number}&section=overview&days=30")
        page.go(website=number, days=30)
        assert page.page.locator("h1").text_content() == name
        assert page.page.locator(".failure").count() == 0
