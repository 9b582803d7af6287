"""The summaries of an export: what they say is what its payloads say of the same week."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.datasets import mid_history, write_dataset
from support.handmade import write_source
from support.replay import DEFAULTS, Replay
from support.workspaces import read_files

from api_export.export.versions import Export
from api_export.marts import PublishedMarts
from api_export.payloads.date_ranges import DateRange
from api_export.payloads.endpoints import BY_NAME
from api_export.payloads.limits import FIRST_DATE, LAST_DATE
from api_export.summary.content import FIGURES, plain
from api_export.summary.files import MOST_ITEMS, summary_files
from api_export.summary.week import last_complete_week


@pytest.fixture(scope="module", params=[(0, False), (4, True)], ids=["latest", "earlier"])
def export(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, replay: Replay
) -> Export:
    """The export of a random programme with names of every kind."""
    seed, is_earlier = request.param
    folder = tmp_path_factory.mktemp("summaries")
    source = folder / "source"
    source.mkdir()
    write_dataset(source, seed)
    inputs = replace(DEFAULTS, as_of=mid_history() if is_earlier else None)
    return replay.export(source, folder, inputs)


def marts_of(export: Export) -> PublishedMarts:
    return PublishedMarts(export.version.parents[2] / "marts.duckdb")


def summaries(export: Export) -> dict[str, str]:
    """The texts of the export's summaries by their names."""
    return {
        path.removeprefix("summary/"): content.decode()
        for path, content in read_files(export.version).items()
        if path.startswith("summary/")
    }


def words(text: str) -> str:
    """A text without its lines and the marks of a list."""
    return " ".join(text.replace("\n- ", "\n").split(" ")).replace("\n", " ")


def test_every_website_and_all_together_have_both_and_the_manifest_lists_them(
    export: Export,
) -> None:
    with marts_of(export) as marts:
        names = {"all", *(str(website["id"]) for website in marts.websites())}
    expected = {f"{name}.{kind}" for name in names for kind in ("html", "txt")}
    assert summaries(export).keys() == expected
    listed = {file["path"] for file in export.manifest["files"]}
    assert {f"summary/{name}" for name in expected} <= listed


@pytest.mark.parametrize("name", ["headlines", "comparison"])
def test_a_summary_says_what_the_payloads_of_its_week_say(export: Export, name: str) -> None:
    with marts_of(export) as marts:
        week = last_complete_week(marts.run()["as_of"])
        assert week is not None
        for website_id in [None, *(website["id"] for website in marts.websites())]:
            text = summaries(export)[f"{website_id or 'all'}.txt"]
            rows = marts.payload(BY_NAME[name], DateRange(*week), website_id)
            said = " ".join(text.split())
            for row in rows:
                assert " ".join(said_of(row).split()) in said


def said_of(row: dict[str, Any]) -> str:
    """What a summary says of a row: its sentence, or the begin of its line."""
    if "sentence" in row:
        return row["sentence"]
    whole = row["value"] == row["value"].to_integral_value()
    value = f"{row['value']:,.0f}" if whole else f"{row['value']:,.2f}"
    return f"{FIGURES[row['figure']]} {value}".replace("-", "−")


def test_the_items_of_a_week_are_those_redeemed_in_it(export: Export) -> None:
    with marts_of(export) as marts:
        week = last_complete_week(marts.run()["as_of"])
        rows = marts.connection.execute(
            "select requests.website_id, item_name, count(*), sum(points)"
            " from fct_redemption_requests as requests"
            " inner join dim_redemption_items using (item_id)"
            " where is_redemption and date between ? and ?"
            " group by requests.website_id, item_id, item_name"
            " qualify row_number() over ("
            "  partition by requests.website_id order by count(*) desc, item_id) <= 5",
            week,
        ).fetchall()
        websites = {website["id"] for website in marts.websites()}
    texts = summaries(export)
    for website_id in websites:
        _, _, table = texts[f"{website_id}.html"].partition("Redeemed most")
        listed = table.partition("</table>")[0].count("<bdi>")
        assert listed == sum(row[0] == website_id for row in rows)
    for website_id, item, count, points in rows:
        page = texts[f"{website_id}.html"]
        assert f">{count:,}</td>" in page and f">{points:,}</td>" in page
        first = (plain(item) or "–").split(" ")[0][:20]
        assert first in "".join(texts[f"{website_id}.txt"].split("\n"))


def test_the_items_of_a_range_are_cut_to_as_many_as_are_asked_for(export: Export) -> None:
    all_time = DateRange(FIRST_DATE, LAST_DATE)
    with marts_of(export) as marts:
        items = marts.redeemed_items(all_time, 1_000)
        first = marts.redeemed_items(all_time, MOST_ITEMS)
    assert any(len(rows) > MOST_ITEMS for rows in items.values())
    assert first == {website_id: rows[:MOST_ITEMS] for website_id, rows in items.items()}


def test_warnings_of_a_widget_are_told_to_its_website_alone(export: Export) -> None:
    with marts_of(export) as marts:
        rows = marts.warning_rows()
    texts = {name: " ".join(text.split()) for name, text in summaries(export).items()}
    told = [row for row in rows if row["website_id"] is not None]
    assert told
    for row in told:
        start = f"website {row['website_id']}, widget"
        others = [name for name, text in texts.items() if start in text and name.endswith(".txt")]
        assert sorted(others) == sorted({f"{row['website_id']}.txt", "all.txt"})


@pytest.fixture
def count_reads(tmp_path: Path, replay: Replay) -> Callable[[int], int]:
    """How many queries write the summaries of so many websites, each with an event."""

    def count(websites: int) -> int:
        ids = range(1, websites + 1)
        source = tmp_path / f"{websites} websites"
        source.mkdir()
        of_each = [{"id": website, "website_id": website} for website in ids]
        event = {"transaction_type": "add", "points": 5, "timestamp": "2024-03-03"}
        write_source(
            source,
            websites=[{"id": website, "name": "Shop", "timezone": "UTC"} for website in ids],
            clients=of_each,
            loyalty_transactions=[event | row | {"client_id": row["id"]} for row in of_each],
        )
        replay.build(source, source / "marts.duckdb")
        with PublishedMarts(source / "marts.duckdb") as marts:
            marts.connection.execute("call enable_logging('QueryLog')")
            assert len(dict(summary_files(marts, ()))) == 2 * (websites + 1)
            (reads,) = marts.connection.execute("select count(*) from duckdb_logs").fetchone()
        return reads

    return count


def test_many_websites_are_read_as_often_as_one(count_reads: Callable[[int], int]) -> None:
    assert count_reads(1) == count_reads(30) > 0


def test_without_an_event_there_is_no_week(tmp_path: Path, replay: Replay) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, 4, clients=5, transactions=0, file_format="csv", dirty=False)
    for events in ("redemption_requests", "wallet_conversions", "loyalty_transactions"):
        path = source / f"{events}.csv"
        path.write_text(path.read_text(encoding="utf-8-sig").splitlines()[0] + "\n")
    texts = summaries(replay.export(source, tmp_path))
    assert all("No week is over yet" in text for text in texts.values())
    assert all("Figures" not in text for text in texts.values())


def test_what_a_summary_says_hangs_on_the_week_alone(tmp_path: Path, replay: Replay) -> None:
    """As long as the week is the same, so are the bytes, but for warnings."""
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, 4, file_format="csv", dirty=False)
    texts = []
    for as_of in (date(2024, 3, 4), date(2024, 3, 9)):
        folder = tmp_path / str(as_of)
        folder.mkdir()
        written = summaries(replay.export(source, folder, replace(DEFAULTS, as_of=as_of)))
        texts.append({name: text.partition("To look at")[0] for name, text in written.items()})
    assert texts[0] == texts[1]
