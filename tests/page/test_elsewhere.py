"""Pages of other origins that call the API, and the page itself behind a read token."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import simplejson
from playwright.sync_api import Browser
from support.replay import PROJECT
from support.servers import TOKEN, Serving, serve, with_few_files
from support.visits import serving as static_server
from support.workspaces import publish

from orchestration.workspace.workspace import Workspace

READ_TOKEN = "a read token"
ASK = """async ([url, method, token, body]) => {
    try {
        const answer = await fetch(url, {
            method,
            headers: {Authorization: `Token ${token}`, "Content-Type": "application/json"},
            body,
        });
        return [answer.status, answer.headers.get("ETag") !== null, await answer.json()];
    } catch (error) {
        return error.name;
    }
}"""

READ = """async ([url, token]) => {
    %s
    const answer = await fetch(url, {headers: {Authorization: `Token ${token}`}});
    const text = await answer.text();
    return JSON.stringify([JSON.parse(text), readExactly(text)]);
}"""
API = (PROJECT / "docs/api.md").read_text()
READ_EXACTLY = re.search("const readExactly = .*?\n\n", API, re.DOTALL)[0]
BIG = 9_007_199_254_740_993


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of another site's page."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>Another site</title>")
    with static_server(folder) as address:
        yield address


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, marts: Path, elsewhere: str
) -> Iterator[Serving]:
    """A workspace that only who shows a token reads, and the other site's pages may call."""
    folder = tmp_path_factory.mktemp("served")
    workspace = Workspace(folder / "workspace")
    publish(workspace, with_few_files(marts, folder / "marts.duckdb"))
    settings = {
        "LOYALTY_ADMIN_TOKEN": TOKEN,
        "LOYALTY_READ_TOKEN": READ_TOKEN,
        "LOYALTY_CORS_ORIGINS": elsewhere.rstrip("/"),
    }
    with serve(workspace, **settings) as started:
        yield started


def ask(browser: Browser, page_address: str, *arguments: Any) -> Any:
    page = browser.new_page()
    page.goto(page_address)
    answer = page.evaluate(ASK, arguments)
    page.close()
    return answer


def test_an_allowed_page_elsewhere_reads_and_writes(
    browser: Browser, served: Serving, elsewhere: str
) -> None:
    overview = f"{served.api}analytics/overview/"
    status, has_tag, payload = ask(browser, elsewhere, overview, "GET", READ_TOKEN, None)
    assert (status, has_tag, payload["days"]) == (200, True, 30)
    calculate = f"{served.api}analytics/calculate/"
    status, _, record = ask(browser, elsewhere, calculate, "POST", TOKEN, "{}")
    assert status == 200
    assert record["date_to"] == payload["as_of"]
    status, _, refusal = ask(browser, elsewhere, overview, "GET", "wrong", None)
    assert (status, refusal) == (401, {"detail": "Invalid token."})


def test_an_allowed_page_elsewhere_keeps_every_digit_of_ids_that_it_reads_as_documented(
    browser: Browser, served: Serving, elsewhere: str
) -> None:
    headers = {"Authorization": f"Token {READ_TOKEN}"}
    url = f"{served.api}analytics/item_performance/?website=1"
    items = requests.get(url, headers=headers, timeout=30).json()
    page = browser.new_page()
    page.goto(elsewhere)
    rounded, exact = simplejson.loads(page.evaluate(READ % READ_EXACTLY, [url, READ_TOKEN]))
    page.close()
    assert exact == [
        {**item, "id": str(BIG) if item["id"] == BIG else item["id"]} for item in items
    ]
    assert rounded == [
        {**item, "id": BIG - 1 if item["id"] == BIG else item["id"]} for item in items
    ]
    assert exact != items


def test_any_other_page_gets_nothing(browser: Browser, served: Serving, elsewhere: str) -> None:
    other = elsewhere.replace("127.0.0.1", "localhost")
    for method, call in (("GET", "analytics/overview/"), ("POST", "analytics/calculate/")):
        assert ask(browser, other, served.api + call, method, TOKEN, None) == "TypeError"


def test_the_page_is_shown_to_who_knows_the_read_token(browser: Browser, served: Serving) -> None:
    for password, is_shown in ((READ_TOKEN, True), ("wrong", False)):
        credentials = {"username": "anybody", "password": password}
        with browser.new_context(http_credentials=credentials) as context:
            page = context.new_page()
            answer = page.goto(served.url)
            assert (answer.status == 200) is is_shown
            if is_shown:
                page.wait_for_selector("main[aria-busy=false]", state="attached")
                assert page.locator("h1").text_content()
                assert page.locator("section.card").count() > 3
