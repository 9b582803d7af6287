"""How fast the demo's page is: a cold cache, Chromium, a plain static server on loopback.

`make bench-page` runs it after `make run`; it prints what docs/benchmarks.md shows.
"""

from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright
from support.visits import CHROMIUM, serving

EXPORT = Path("data/export/current")
VISITS = 7
TIMES = """() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    performance.getEntriesByName("drawn")[0].startTime,
]"""


def measure(browser: Browser, address: str) -> tuple[float, float, int]:
    """Milliseconds to the first paint and to all drawn, and bytes received with their headers."""
    context = browser.new_context()
    page = context.new_page()
    received = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_selector("main[aria-busy=false]")
    painted, drawn = page.evaluate(TIMES)
    context.close()
    return painted, drawn, int(sum(received))


def main() -> None:
    """Print the median of some visits."""
    if not (EXPORT / "index.html").exists():
        raise SystemExit(f"there is no page in {EXPORT}: `make run` makes it")
    with sync_playwright() as playwright, serving(EXPORT) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        visits = [measure(browser, address) for _ in range(VISITS)]
        browser.close()
    painted, drawn, size = (median(figures) for figures in zip(*visits, strict=True))
    print(f"| demo page | {painted:.0f} ms | {drawn:.0f} ms | {size / 1000:.0f} kB |")


if __name__ == "__main__":
    main()
