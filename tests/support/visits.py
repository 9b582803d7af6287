"""Visits to a page: what a person does there, and what the browser complains of meanwhile."""

import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import simplejson
from playwright.sync_api import Locator, Page

CHROMIUM = shutil.which("chromium")
API = "api/v1/loyalty-management"
DRAWN = """() => document.querySelector("main")?.ariaBusy === "false"
    && performance.getEntriesByName("drawn").at(-1)?.detail === location.hash"""


@dataclass
class Visit:
    """A page as a person opened it, and what its browser complained of meanwhile."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, **place: int | str) -> None:
        """Go to a website or period by the address, and wait for its figures."""
        parts = "&".join(f"{key}={value}" for key, value in place.items())
        self.page.goto(f"{self.address}#{parts}")
        self.wait()

    def wait(self) -> None:
        """Wait until the page has drawn what its address asks for."""
        self.page.wait_for_function(DRAWN)

    def open(self, title: str) -> Locator:
        """Open a section by the menu unless it is open, and wait for its figures."""
        if self.link(title).get_attribute("aria-current") is None:
            self.link(title).click()
        self.page.wait_for_selector(f"main[aria-busy=false] #part-{title.lower()}")
        return self.page.locator(".part")

    def link(self, title: str) -> Locator:
        """The menu's link to a section."""
        return self.page.locator("#menu").get_by_role("link", name=title, exact=True)

    def card(self, title: str) -> Locator:
        """The card of a title."""
        return self.page.locator(
            "section.card", has=self.page.get_by_role("heading", name=title, exact=True)
        )

    def table(self, title: str) -> list[list[str]]:
        """The texts of a card's table, opened if need be, row by row."""
        card = self.card(title)
        if (switch := card.locator("button[aria-pressed=false]")).count():
            switch.click()
        return card.locator("table:visible").evaluate(
            "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))"
        )


Visiting = Callable[..., Visit]
Server = Callable[[Path], AbstractContextManager[str]]


def listen(visit: Visit) -> None:
    """Note what a page may not do: errors, dialogs, requests to anywhere else."""
    note, home = visit.complaints.append, visit.address.removesuffix("index.html")
    visit.page.on("console", lambda message: note(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: note(f"error: {error}"))
    visit.page.on("dialog", lambda dialog: (note(f"dialog: {dialog.message}"), dialog.dismiss()))
    visit.page.on("requestfailed", lambda request: note(f"failed: {request.url}"))
    visit.page.on(
        "request",
        lambda request: request.url.startswith(home) or note(f"elsewhere: {request.url}"),
    )


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Python's static server, without its log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """The address of a static web server of a folder."""
    handler = partial(QuietHandler, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def payload(export: Path, path: str, website: int | str = 1) -> Any:
    """What an exported file of a website says."""
    return simplejson.loads((export / str(website) / API / path).read_bytes(), use_decimal=True)


def picture(visit: Visit, title: str) -> str:
    """What a widget's card shows: the type of its chart, `metric` or `table`."""
    card = visit.card(title)
    if (canvas := card.locator("canvas")).count():
        return canvas.evaluate("canvas => Chart.getChart(canvas).config.type")
    return "metric" if card.locator(".metric").count() else "table"
