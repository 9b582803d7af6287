"""dbt's documentation in a browser without a network."""

from pathlib import Path

from playwright.sync_api import Browser, Request, expect

LOCAL = ("file:", "data:", "blob:")


def test_the_documentation_opens_from_disk_and_asks_nobody(
    browser: Browser, documented: Path
) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.on("request", note)
        page.goto((documented / "docs/index.html").as_uri())
        expect(page.get_by_role("heading", name="Loyalty Analytics")).to_be_visible()
        page.locator("a", has_text="Application").click()
        page.locator("a", has_text="Points trend").click()
        expect(page.get_by_role("heading", name="Points trend")).to_be_visible()
        expect(page.get_by_role("link", name="rpt_points_trend")).to_be_visible()
    assert [address for address in asked if not address.startswith(LOCAL)] == []
