"""Thresholds of figures: what a file of them may say, and what becomes of them."""

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from api_export.marts_file import MartsFile
from orchestration.errors import UsageError
from orchestration.quality.figures import Finding, check_figures
from orchestration.quality.thresholds import known_figures, read_thresholds


def write(folder: Path, text: str) -> Path:
    path = folder / "alerts.yml"
    path.write_text(text, encoding="utf-8")
    return path


def check(marts: Path, folder: Path, text: str) -> list[Finding]:
    return check_figures(marts, read_thresholds(write(folder, text)))


def test_a_threshold_says_figure_website_window_and_condition(tmp_path: Path) -> None:
    text = """
    - {figure: overview.total_points_issued, website: 2, days: 7, below: 1000, changed_by: 12.5}
    - {figure: points_converted, above: 5}
    - {figure: liability.liability_amount, website: each, above: 1e4}
    - {figure: points_balance.active_clients, website: all, below: -1}
    """
    told = [
        (one.figure, one.website, one.days, one.condition, one.limit)
        for one in read_thresholds(write(tmp_path, text))
    ]
    assert told == [
        ("overview.total_points_issued", 2, 7, "below", 1000),
        ("overview.total_points_issued", 2, 7, "changed_by", Decimal("12.5")),
        ("conversion.points_converted", "each", 30, "above", 5),
        ("liability.liability_amount", "each", None, "above", 10_000),
        ("points_balance.active_clients", "all", None, "below", -1),
    ]
    assert read_thresholds(None) == read_thresholds(write(tmp_path, "# none yet")) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("figure: x", "1: the thresholds must be a list, whose items have figure, website"),
        ("- x", "1: a threshold must be a mapping of figure, website, days"),
        ("- {above: 1}", "1: a threshold must name its figure"),
        ("- {figure: conversions}", "1: a threshold must say when: give one of above, below"),
        ("- {figure: conversions, over: 1}", "1: 'over' is unknown; use one of figure"),
        ("- figure: conversions\n  above: 1\n  above: 2", "3: 'above' is there twice"),
        (
            "- {figure: overview.total_point_issued, above: 1}",
            "1: the figure 'overview.total_point_issued' is unknown; did you mean"
            " overview.total_points_issued or ",
        ),
        ("- {figure: average_redemption, above: 1}", "mean overview.average_redemption_value"),
        ("- {figure: zzz, above: 1}", "1: the figure 'zzz' is unknown; known are engagement_stats"),
        ("- {figure: overview.days, above: 1}", "'overview.days' is unknown"),
        ("- {figure: liability.status, above: 1}", "'liability.status' is unknown"),
        (
            "- {figure: total_points_balance, above: 1}",
            "1: more than one figure is named total_points_balance: write"
            " overview.total_points_balance or points_balance.total_points_balance",
        ),
        ("- {figure: conversions, website: all, above: 1}", "conversion isn't added up over"),
        ("- {figure: conversions, website: shop, above: 1}", "'shop' isn't a website: give an id"),
        (
            "- {figure: conversions, website: 9223372036854775808, above: 1}",
            "isn't a website: give an id",
        ),
        ("- {figure: conversions, website: [1], above: 1}", "'a sequence' isn't a website"),
        ("- {figure: conversions, days: 0, above: 1}", "from 1 to 3660, not '0'"),
        ("- {figure: conversions, days: 3661, above: 1}", "from 1 to 3660, not '3661'"),
        ("- {figure: conversions, days: ٣, above: 1}", "from 1 to 3660, not '٣'"),
        ("- {figure: liability_amount, days: 7, above: 1}", "liability has no window, so no days"),
        ("- {figure: liability_amount, changed_by: 7}", "liability has no window, so none before"),
        ("- {figure: conversions, above: much}", "above must be a number, such as 1000 or 2.5"),
        ("- {figure: conversions, above: .inf}", "above must be a number"),
        ("- {figure: conversions, above: Infinity}", "above must be a number"),
        ("- {figure: conversions, above: 1e999999}", "above must be a number"),
        ("- {figure: conversions, above: }", "above must be a number"),
        ("- {figure: conversions, changed_by: 0}", "changed_by is percent, up or down: more than"),
        ("- {figure: conversions, changed_by: -5}", "changed_by is percent, up or down: more than"),
        ("- {figure: conversions", "1: this isn't YAML"),
        ("- {figure: conversions, above: 1}\n" * 101, "there are 101 thresholds; give 100"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        read_thresholds(path)
    assert str(refused.value).startswith(f"{path}:")
    assert problem in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the thresholds .*/gone.yml can't be read: No such file"):
        read_thresholds(tmp_path / "gone.yml")
    (tmp_path / "alerts.yml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"alerts\.yml: this isn't UTF-8 text$"):
        read_thresholds(tmp_path / "alerts.yml")
    (tmp_path / "alerts.yml").write_bytes(b"- \x00")
    with pytest.raises(UsageError, match=r"alerts\.yml: this isn't YAML: unacceptable .*$"):
        read_thresholds(tmp_path / "alerts.yml")


def test_every_figure_is_that_of_the_payload(marts: Path, tmp_path: Path) -> None:
    text = "\n".join(f"- {{figure: {name}, below: 1e30}}" for name in known_figures())
    found = {finding.key: finding for finding in check(marts, tmp_path, text)}
    with duckdb.connect(str(marts), read_only=True) as connection:
        for name, (endpoint, key) in known_figures().items():
            report = f"reports.{endpoint.report}"
            days = endpoint.parameter and 30
            if endpoint.takes_range:
                (as_of,) = connection.execute("select as_of from dim_run").fetchone()
                report += f"(date '{as_of}' - 29, date '{as_of}')"
            where = "where window_days = 30" if days and not endpoint.takes_range else ""
            rows = connection.sql(f"select website_id, {key} from {report} {where}").fetchall()
            assert rows
            for website, value in rows:
                finding = found[f"{name} of {website}, {days} days, below 1E+30"]
                if value is None:
                    assert finding.state == "unknown" and "can't be known" in finding.sentence
                else:
                    assert finding.state == "crossed"
                    assert f" is {Decimal(value):,f}, below 1,000," in finding.sentence


def test_all_websites_together_are_those_of_the_payload(marts: Path, tmp_path: Path) -> None:
    text = """
    - {figure: overview.total_points_issued, website: all, above: -1}
    - {figure: points_balance.total_points_balance, website: all, above: -1000000000000}
    """
    issued, balance = check(marts, tmp_path, text)
    with duckdb.connect(str(marts), read_only=True) as connection:
        expected = connection.sql(
            "select total_points_issued, total_points_balance, as_of"
            " from reports.rpt_all_overview where window_days = 30"
        ).fetchone()
    assert issued.sentence == (
        f"all websites: overview.total_points_issued of the 30 days to {expected[2]}"
        f" is {expected[0]:,}, above -1"
    )
    assert f" is {expected[1]:,}, above" in balance.sentence


MARTS = """
create or replace table dim_run as select date '2024-03-31' as as_of;
create or replace table dim_websites as from (values
    (1, 'Shop', date '1990-01-01'),
    (2, '<!channel> @all' || chr(8238) || chr(10) || '*evil.com*', null)
) as websites (website_id, website_name, first_event_date);
create or replace table dim_first_events as from (values
    (1, date '1990-01-01'), (1, date '2024-03-18'), (2, date '2024-03-22')
) as first_events (website_id, first_event_date);
create or replace table fct_wallet_conversions as from (values
    (1, 1, 11, date '1990-01-01', 7, 1.00),
    (2, 1, 11, date '2024-03-18', 80, 1.00), (3, 1, 11, date '2024-03-31', 40, 1.00)
) as conversions (conversion_id, website_id, client_id, date, points, amount);
delete from fct_points_daily;
insert into fct_points_daily by name
select
    1 as website_id, cast(date as date) as date,
    if(date < date '2024-03-25', 10, 20) as issued, 0 as redeemed, issued as net, 10 as outstanding
from generate_series(date '2024-03-18', date '2024-03-31', interval 1 day) as dates (date);
"""
"""Two websites: the first one's events begin on 2024-03-18, but for a row misdated by decades."""


@pytest.fixture(scope="module")
def few(marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Marts as a run publishes them, of few rows."""
    path = tmp_path_factory.mktemp("few") / "marts.duckdb"
    shutil.copyfile(marts, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
    return path


@pytest.mark.parametrize(
    ("days", "condition", "state", "told"),
    [
        (7, "above: 39", "crossed", "is 40, above 39"),
        (7, "above: 40", "kept", "is 40, not above 40"),
        (7, "below: 40", "kept", "is 40, not below 40"),
        (7, "below: 40.5", "crossed", "is 40, below 40.5"),
        (7, "changed_by: 50", "crossed", "is 40, 50.0 % less than 80 before, at or beyond 50 %"),
        (7, "changed_by: 50.01", "kept", "is 40, 50.0 % less than 80 before, within 50.01 %"),
        (6, "changed_by: 1", "unknown", "is 40, and in the window before it was 0: no change"),
        (8, "changed_by: 1", "unknown", "is 40, and in the window before it isn't known: no"),
    ],
)
def test_a_threshold_is_crossed_as_its_words_say(
    few: Path, tmp_path: Path, days: int, condition: str, state: str, told: str
) -> None:
    text = f"- {{figure: points_converted, website: 1, days: {days}, {condition}}}"
    (finding,) = check(few, tmp_path, text)
    assert finding.state == state
    what = f"website 1 (Shop): conversion.points_converted of the {days} days to 2024-03-31 "
    assert finding.sentence.startswith(what + told)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (20, "is 20, the same as before, within 5 %"),
        (19_990, "is 20, 99.9 % less than 19,990 before, at or beyond 5 %"),
    ],
)
def test_a_single_day_is_told_as_its_date(
    few: Path, tmp_path: Path, before: int, told: str
) -> None:
    marts = tmp_path / "marts.duckdb"
    shutil.copyfile(few, marts)
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update fct_points_daily set issued = ? where date = date '2024-03-30'", [before]
        )
    text = "- {figure: total_points_issued, website: all, days: 1, changed_by: 5}"
    (finding,) = check(marts, tmp_path, text)
    assert finding.sentence == f"all websites: overview.total_points_issued of 2024-03-31 {told}"


@pytest.mark.parametrize(
    ("days", "state", "told"),
    [
        (7, "crossed", "is 140, 100.0 % more than 70 before, at or beyond 1 %"),
        (8, "unknown", "is 150, and in the window before it isn't known: no change can be known"),
    ],
)
def test_all_websites_begin_with_the_first_of_them(
    few: Path, tmp_path: Path, days: int, state: str, told: str
) -> None:
    text = f"- {{figure: total_points_issued, website: all, days: {days}, changed_by: 1}}"
    (finding,) = check(few, tmp_path, text)
    assert finding.state == state
    assert finding.sentence.endswith(f" of the {days} days to 2024-03-31 {told}")


def test_all_websites_are_read_at_once(
    marts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    rows_of = MartsFile._rows

    def noting_rows_of(marts_file: MartsFile, query: str, **parameters: date) -> list[dict]:
        read.append(query)
        return rows_of(marts_file, query, **parameters)

    monkeypatch.setattr(MartsFile, "_rows", noting_rows_of)
    found = check(marts, tmp_path, "- {figure: conversions, above: 1, changed_by: 1}")
    assert len(found) > 10
    # as_of, the websites, both windows, and whether the first one counts
    assert len(read) == len(set(read)) + 1 <= 5


def test_a_file_is_read_as_it_is_now(few: Path, marts: Path, tmp_path: Path) -> None:
    path = tmp_path / "marts.duckdb"
    shutil.copyfile(marts, path)
    with duckdb.connect(str(path), read_only=True):
        newer = shutil.copyfile(few, tmp_path / "newer.duckdb")
        newer.replace(path)
        found = check(path, tmp_path, "- {figure: conversions, above: 0}")
    assert "of the 30 days to 2024-03-31 is 2, above 0" in found[0].sentence


def test_names_bring_no_markup_and_no_mention(few: Path, tmp_path: Path) -> None:
    _, finding = check(few, tmp_path, "- {figure: conversions, below: 1}")
    assert finding.state == "crossed"
    assert finding.sentence.startswith("website 2 (__channel_ _all___evil_com_): conversion.")
    assert not re.search(r"[<>@*\n\u202e]", finding.sentence)


def test_a_website_that_is_not_there_and_no_as_of_are_not_known(few: Path, tmp_path: Path) -> None:
    (finding,) = check(few, tmp_path, "- {figure: conversions, website: 7, below: 1}")
    assert finding == Finding(
        "conversion.conversions of 7, 30 days, below 1",
        "unknown",
        f"website 7: conversion.conversions of the 30 days to {date(2024, 3, 31)} can't be known",
    )
    path = shutil.copyfile(few, tmp_path / "no_as_of.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("update dim_run set as_of = null")
    found = check(path, tmp_path, "- {figure: conversions, website: 1, below: 1, changed_by: 1}")
    assert {(finding.state, finding.sentence) for finding in found} == {
        ("unknown", "website 1 (Shop): conversion.conversions can't be known")
    }
