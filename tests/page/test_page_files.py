"""The page's files are part of the export: listed, pure, and the same bytes as the JSON."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import simplejson
from support.replay import Replay
from support.workspaces import read_files

from api_export.export.versions import Export, write_export
from api_export.page import fetch, page_files
from api_export.payloads.endpoints import API_ROOT, ENDPOINTS
from api_export.payloads.figures import FIGURES
from api_export.payloads.json_bytes import json_bytes
from api_export.payloads.strict_json import loads_strict

PREFIX, SUFFIX = "receiveFiles(", ");\n"
LOADED_LATER = re.compile(r'"(\w+\.js)"')
DECLARED = re.compile(r"^(?:async )?(?:function\*? ?|const |let |class )(\w+)", re.M)
"""What a script declares for all scripts of the page."""

DEFAULTS = {endpoint.path() for endpoint in ENDPOINTS if endpoint.parameter}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory, replay: Replay, dirty_source: Path) -> Export:
    """The export of the dirty source."""
    return replay.export(dirty_source, tmp_path_factory.mktemp("page"))


def texts_of(script: bytes) -> dict[str, str]:
    """The texts by path that a script hands to the page."""
    text = script.decode("ascii")
    assert text.startswith(PREFIX) and text.endswith(SUFFIX)
    return json.loads(text.removeprefix(PREFIX).removesuffix(SUFFIX))


def listed_in(script: str, name: str) -> set[str]:
    """The words of a constant of the page, the first one of each line."""
    text = (page_files.HERE / script).read_text()
    listed = text.partition(f"const {name} = ")[2].partition(";\n")[0]
    return set(re.findall(r'^ +"?(\w+)', listed, re.M))


def test_no_two_scripts_declare_the_same_name() -> None:
    """They share one scope: the one that is read second would not run at all."""
    scripts = [path for path in page_files.HERE.glob("*.js") if path != page_files.CHART_JS]
    names = Counter(name for path in scripts for name in DECLARED.findall(path.read_text()))
    assert [name for name, times in names.items() if times > 1] == []


def test_the_page_knows_which_endpoints_count_a_period() -> None:
    assert listed_in("read.js", "OF_PERIOD") == {each.name for each in ENDPOINTS if each.looks_back}


def test_the_page_names_each_figure_that_has_rows_behind_it() -> None:
    assert listed_in("counts.js", "EXPLAINED_NAMES") == set(FIGURES)


def test_the_manifest_lists_the_page(export: Export) -> None:
    listed = {file["path"] for file in export.manifest["files"]}
    assert {"index.html", "assets/app.js", "assets/style.css", "assets/website-8.js"} <= listed
    assert listed == read_files(export.version).keys() - {"manifest.json"}


def test_what_the_page_loads_is_in_the_export(export: Export) -> None:
    page = (export.version / "index.html").read_text()
    loaded = {part.split('"')[0] for part in page.split('"assets/')[1:]}
    assert {"chart.umd.min.js", "app.js", "style.css", "icon.svg"} <= loaded
    for script in ("read.js", "sections.js"):
        loaded |= set(LOADED_LATER.findall((export.version / "assets" / script).read_text()))
    later = {"clients.js", "points.js", "rewards.js", "forecast.js", "campaigns.js"}
    assert later | {"pictures.js", "patterns.js", "snapshots.js", "data.js"} <= loaded
    assert all((export.version / "assets" / name).exists() for name in loaded)


def test_a_websites_script_holds_the_json_of_its_files(export: Export) -> None:
    files = read_files(export.version)
    for folder in ["all", *(website["id"] for website in simplejson.loads(files["websites.json"]))]:
        texts = texts_of(files[f"assets/website-{folder}.js"])
        header = simplejson.loads(texts.pop("manifest.json"))
        manifest = simplejson.loads(files["manifest.json"])
        assert {**header, "files": manifest["files"]} == manifest
        held = {path: json_bytes(loads_strict(text)) for path, text in texts.items()}
        assert held.pop("websites.json") == files["websites.json"]
        assert held == {
            path: files[path]
            for path in files
            if path.startswith(f"{folder}/")
            and not (is_single_record(path) or is_range(path) or is_default(path))
        }


def test_a_script_keeps_each_text_and_number_as_it_is_written(tmp_path: Path) -> None:
    payload = [{"title": "a\n  b\\n  \u2028'\"</script>", "config": {"days": Decimal("14.0")}}]
    (tmp_path / "websites.json").write_text('[\n  {\n    "id": 1\n  }\n]\n')
    path = "1/api/v1/loyalty-management/dashboard-widgets/index.json"
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(json_bytes(payload))
    script = dict(page_files.page_files(tmp_path, [path], "{}"))["assets/website-1.js"]
    text = texts_of(script)[path]
    assert simplejson.loads(text, use_decimal=True) == payload
    assert '"days": 14.0' in text


def is_single_record(path: str) -> bool:
    """Whether a file holds one record or widget, which its list holds too."""
    *_, kind, number, _ = path.split("/")
    return kind in ("analytics", "dashboard-widgets") and number.lstrip("-").isdigit()


def is_range(path: str) -> bool:
    """Whether a file holds a range that a widget asks for, which the widget's data hold too."""
    return "/date_from=" in path


def is_default(path: str) -> bool:
    """Whether a file holds a window or length that is not named, which a named one holds too."""
    return path.partition(f"{API_ROOT}/")[2] in DEFAULTS


def test_without_the_chart_library_the_export_has_no_page(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_files, "CHART_JS", tmp_path / "absent.js")
    marts = export.version.parents[2] / "marts.duckdb"
    without = write_export(marts, tmp_path / "export")
    assert read_files(without.version).keys() == {
        path
        for path in read_files(export.version)
        if path.endswith(".json") or path.startswith("summary/")
    }


def test_a_chart_library_of_another_checksum_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_download", lambda scratch: b"alert(1)")
    with pytest.raises(SystemExit, match="it is not used"):
        fetch.fetch_chart_library(tmp_path / "chart.js")
    assert not (tmp_path / "chart.js").exists()
