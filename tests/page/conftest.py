"""A real browser, and exports to look at with it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from support.replay import Replay
from support.sharing import Sharing
from support.shops import write_shops
from support.visits import CHROMIUM, Server, Visit, Visiting, listen, serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; Playwright's own ones come from no package registry."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shops(sharing: Sharing, replay: Replay) -> Path:
    """The export of the small programme that most tests look at."""

    def export() -> Path:
        directory = sharing.place("shops")
        write_shops(directory / "source")
        return replay.export(directory / "source", directory).version

    return sharing.value("shops", export)


@pytest.fixture(scope="session")
def dirty(sharing: Sharing, replay: Replay, dirty_source: Path) -> Path:
    """The export of rows of every reason, of hostile names and of configs of every kind."""

    def export() -> Path:
        directory = sharing.place("dirty")
        directory.mkdir()
        return replay.export(dirty_source, directory).version

    return sharing.value("dirty", export)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visiting]:
    """Opens an export's page; in the end no browser may have complained or called elsewhere."""
    visits = []
    with ExitStack() as stack:

        def open_page(
            export: Path, *, from_disk: bool = False, server: Server = serving, **options: Any
        ) -> Visit:
            if from_disk:
                address = (export / "index.html").as_uri()
            else:
                address = stack.enter_context(server(export))
            settings = {"locale": "en-US", "offline": from_disk, **options}
            context = stack.enter_context(browser.new_context(**settings))
            opened = Visit(context.new_page(), address)
            visits.append(opened)
            listen(opened)
            opened.go()
            return opened

        yield open_page
    assert [complaint for opened in visits for complaint in opened.complaints] == []
