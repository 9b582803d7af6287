"""The page's head: how old the data is, and what was left out of it or let through."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect
from support.exports import api_file, copy_export, rewrite, rewrite_page
from support.shops import EMPTY
from support.visits import Visit, Visiting


@pytest.fixture
def export(shops: Path, tmp_path: Path) -> Path:
    """A copy of the website without figures, with other fields in the manifest."""
    return copy_export(shops, tmp_path / "copy", only=EMPTY)


def notes(visit: Visit) -> list[tuple[str, str]]:
    """The level and the text of each note in the head, opened."""
    return [
        (
            note.get_attribute("data-level") or "",
            " ".join(note.locator(part).inner_text() for part in ("summary", ".panel")).strip(),
        )
        for note in opened(visit.page.locator(".state .note"))
    ]


def opened(found: Locator) -> Iterator[Locator]:
    """Each pill with its panel open."""
    for pill in found.all():
        pill.locator("summary").click()
        yield pill


AGES = {
    "2024-05-08": ("warning", "Dated in the future", "in 2 days"),
    "2024-05-09": ("fine", "Up to date", "tomorrow"),
    "2024-05-10": ("fine", "Up to date", "today"),
    "2024-05-11": ("fine", "Up to date", "yesterday"),
    "2024-05-12": ("fine", "Up to date", "2 days ago"),
    "2024-05-13": ("warning", "Getting old", "3 days ago"),
    "2024-05-17": ("warning", "Getting old", "7 days ago"),
    "2024-05-18": ("alert", "Out of date", "8 days ago"),
    "2033-04-06": ("alert", "Out of date", "3,253 days ago"),
}
"""By the reader's today, what is said of an event of 10 May 2024."""


@pytest.mark.parametrize("from_disk", [False, True])
def test_the_age_of_the_newest_event_is_told_by_the_readers_clock_whenever_it_is_seen(
    visit: Visiting, export: Path, from_disk: bool
) -> None:
    rewrite_page(export, latest_event="2024-05-10", accepted_quarantine=False)
    page = visit(export, from_disk=from_disk)
    for today, (level, word, age) in AGES.items():
        page.page.clock.set_fixed_time(f"{today}T12:00:00Z")
        page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        note = page.page.locator(".state .note").first
        expect(note).to_contain_text(
            f"Newest event: May 10, 2024, {age}. Last day counted: Apr 30, 2024."
        )
        expect(note).to_contain_text(word)
        assert note.get_attribute("data-level") == level


def test_without_an_event_no_age_is_told(visit: Visiting, export: Path) -> None:
    rewrite_page(export, latest_event=None, as_of=None)
    page = visit(export)
    assert notes(page)[0] == ("warning", "No events yet Nothing has happened on any website.")
    page.page.keyboard.press("Escape")
    page.open("Data")
    expect(page.card("Age")).to_contain_text("no events yet")


def test_the_rule_for_old_data_is_written_on_the_page(visit: Visiting, export: Path) -> None:
    page = visit(export)
    page.open("Data")
    figures = page.card("Age").locator(".figures").inner_text()
    assert "Said to be getting old\nmore than 2 days after the newest event" in figures
    assert "Said to be out of date\nmore than 7 days after the newest event" in figures


def test_the_newest_event_of_several_websites_is_called_that(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "all")
    rewrite_page(export, latest_event="2024-04-30")
    first, *_ = notes(visit(export))
    assert first[1].startswith("Out of date Newest event of all websites: Apr 30, 2024, ")


@pytest.mark.parametrize("latest", [{}, {"latest_event": "soon"}, {"latest_event": 5}])
def test_an_export_that_does_not_tell_its_newest_event_claims_no_age(
    visit: Visiting, export: Path, latest: dict[str, Any]
) -> None:
    rewrite_page(export, without=("latest_event", "accepted_quarantine"), **latest)
    assert notes(visit(export))[0] == (
        "warning",
        "Age unknown This export doesn't say when its newest event was."
        " Last day counted: Apr 30, 2024.",
    )


def test_warnings_are_counted_in_a_pill_that_opens_them_by_the_keyboard(
    visit: Visiting, export: Path
) -> None:
    warnings = [f"Warning <b>{number}</b> of five." for number in range(1, 6)]
    rewrite_page(export, warnings=warnings)
    page = visit(export)
    note = page.page.locator(".state .note", has_text="5 warnings")
    assert note.get_attribute("data-level") == "warning"
    assert visible(note) == []
    note.locator("summary").press("Enter")
    assert visible(note) == warnings
    page.page.keyboard.press("Escape")
    assert visible(note) == []
    expect(note.locator("summary")).to_be_focused()
    page.open("Data")
    assert visible(page.card("Warnings")) == warnings


def test_one_panel_is_open_at_a_time_and_closes_when_something_else_is_done(
    visit: Visiting, export: Path
) -> None:
    rewrite_page(export, warnings=["One."])
    page = visit(export)
    panels = page.page.locator("details.pill")
    for pill in opened(panels):
        expect(page.page.locator("details.pill[open]")).to_have_count(1)
        expect(pill.locator(".panel")).to_be_visible()
    page.page.locator("h2").click()
    expect(page.page.locator("details.pill[open]")).to_have_count(0)


@pytest.mark.parametrize("warnings", [[], None, {"0": [5]}])
def test_no_warnings_are_told_too(visit: Visiting, export: Path, warnings: Any) -> None:
    rewrite_page(export, warnings=warnings)
    level, text = notes(visit(export))[-1]
    assert (level, text.startswith("No warnings")) == ("fine", True)


def test_what_was_let_through_on_request_comes_first(visit: Visiting, export: Path) -> None:
    rewrite_page(export, accepted_quarantine=True, latest_event="2024-04-30")
    for from_disk in (False, True):
        first, *_ = notes(visit(export, from_disk=from_disk))
        assert first == (
            "alert",
            "Let through on request"
            " The run was set to publish this delivery whatever is missing from it.",
        )


def test_the_head_is_printed_with_every_warning(visit: Visiting, export: Path) -> None:
    rewrite_page(export, warnings=["One.", "Two.", "Three."])
    page = visit(export)
    page.page.emulate_media(media="print")
    assert visible(page.page.locator(".state")) == ["One.", "Two.", "Three."]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_notes_of_any_level_and_in_failures(
    visit: Visiting, export: Path, colours: str
) -> None:
    rewrite_page(export, accepted_quarantine=True, warnings=[], latest_event="2024-04-30")
    rewrite(api_file(export, EMPTY, "analytics/overview/days=30.json"), b"")
    page = visit(export, color_scheme=colours)
    assert {level for level, _ in notes(page)} == {"fine", "alert"}
    page.page.evaluate(
        "document.querySelectorAll('.note')[1].setAttribute('data-level', 'warning')"
    )
    for place in (".state", "main .failure"):
        assert Axe().run(page.page, context=place).response["violations"] == []


def test_the_warnings_of_an_export_without_websites_are_told(visit: Visiting, export: Path) -> None:
    rewrite(export / "websites.json", [])
    rewrite_page(export, warnings=["All 4 rows of websites are in quarantine."])
    page = visit(export)
    assert notes(page)[-1] == ("warning", "1 warning All 4 rows of websites are in quarantine.")
    assert "There are no websites yet." in page.page.inner_text("main")


def visible(place: Locator) -> list[str]:
    """The sentences of a list that can be seen."""
    return [item.inner_text() for item in place.locator("li").all() if item.is_visible()]
