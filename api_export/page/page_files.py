"""The files that an export holds for the page.

Over HTTP the page fetches the exported JSON. Opened from disk it can't, so the same JSON is in a
classic script for each website, in one for all together, and the schemas in one of their own:
without indentation, and without what its other files hold too.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import simplejson

from api_export.payloads.endpoints import ALL_WEBSITES, ENDPOINTS

HERE = Path(__file__).parent
CHART_JS = HERE / "chart.umd.min.js"
OF_THE_PAGE = (".html", ".css", ".js", ".svg")
UNREAD = re.compile(r"/(analytics|dashboard-widgets)/-?\d+/index\.json$|/date_from=[^/]+\.json$")
"""Single records, which lists hold too, and ranges of dates, which are in their widgets' data."""
DEFAULTS = tuple(f"/{endpoint.path()}" for endpoint in ENDPOINTS if endpoint.parameter)
"""The files of a default window or length: the page reads those that name it."""
INDENTATION = re.compile(r"\n *")
"""A line break within a text is escaped, so that each of these stands between two values."""


def has_chart_library() -> bool:
    """Whether Chart.js has been fetched, without which there is no page."""
    return CHART_JS.exists()


def page_files(version: Path, paths: list[str], header: str) -> Iterator[tuple[str, bytes]]:
    """The paths and contents of the page's files, for a version's written `paths`.

    Without Chart.js there is no page, and so no file. `header` is the JSON text of the manifest
    without its list of files.
    """
    if not has_chart_library():
        return
    for path in sorted(path for path in HERE.iterdir() if path.suffix in OF_THE_PAGE):
        folder = "" if path.suffix == ".html" else "assets/"
        yield folder + path.name, path.read_bytes()

    websites = (version / "websites.json").read_text(encoding="utf-8")
    common = {"manifest.json": header, "websites.json": websites}
    yield "assets/websites.js", _script(common)
    shown = defaultdict(list)
    for path in sorted(paths, key=lambda path: path.split("/")):
        if not UNREAD.search(path) and not path.endswith(DEFAULTS):
            shown[path.partition("/")[0]].append(path)
    for folder in (ALL_WEBSITES, *(str(website["id"]) for website in simplejson.loads(websites))):
        yield f"assets/website-{folder}.js", _script(common | _texts(version, shown[folder]))
    yield "assets/schemas.js", _script(_texts(version, shown["schemas"]))


def _texts(version: Path, paths: list[str]) -> dict[str, str]:
    return {path: (version / path).read_text(encoding="utf-8") for path in paths}


def _script(texts: dict[str, str]) -> bytes:
    """A script that hands the texts to the page, in ASCII, so that no text can end it."""
    lean = {path: INDENTATION.sub("", text) for path, text in texts.items()}
    return f"receiveFiles({simplejson.dumps(lean, indent=0)});\n".encode("ascii")
