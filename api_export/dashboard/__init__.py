"""The page that people look at: the files that an export holds for it.

Over HTTP the page fetches the exported JSON. Opened from disk it can't, so the same texts are in a
classic script for each website.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import simplejson

HERE = Path(__file__).parent
CHART_JS = HERE / "chart.umd.min.js"
OF_THE_PAGE = (".html", ".css", ".js", ".svg")
SINGLE_RECORD = re.compile(r"/(analytics|dashboard-widgets)/-?\d+/index\.json$")


def has_chart_library() -> bool:
    """Whether Chart.js has been fetched, without which there is no page."""
    return CHART_JS.exists()


def page_files(version: Path, facts: str) -> Iterator[tuple[str, bytes]]:
    """The paths and contents of the page, for a written version; none without Chart.js.

    `facts` is the JSON text of the manifest without its list of files.
    """
    if not has_chart_library():
        return
    for path in sorted(path for path in HERE.iterdir() if path.suffix in OF_THE_PAGE):
        folder = "" if path.suffix == ".html" else "assets/"
        yield folder + path.name, path.read_bytes()

    websites = (version / "websites.json").read_text(encoding="utf-8")
    common = {"manifest.json": facts, "websites.json": websites}
    yield "assets/websites.js", _script(common)
    for website in simplejson.loads(websites):
        yield f"assets/website-{website['id']}.js", _script(common | _texts(version, website["id"]))


def _texts(version: Path, website_id: int) -> dict[str, str]:
    """A website's exported texts by path, but for single records, which their lists hold too."""
    paths = (
        path.relative_to(version).as_posix()
        for path in sorted((version / str(website_id)).rglob("*.json"))
    )
    return {
        path: (version / path).read_text(encoding="utf-8")
        for path in paths
        if not SINGLE_RECORD.search(path)
    }


def _script(texts: dict[str, str]) -> bytes:
    """A script that hands the texts to the page, in ASCII, so that no text can end it."""
    return f"receiveFiles({simplejson.dumps(texts, indent=0)});\n".encode("ascii")
