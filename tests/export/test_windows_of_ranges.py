"""Reports that take a range are given a window's dates, and as many rows as these have."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from api_export.marts import PublishedMarts
from api_export.payloads.endpoints import BY_NAME

REQUEST_FUNNEL = BY_NAME["request_funnel"]
REQUESTS = (
    "select website_id, count(*) from fct_redemption_requests"
    " where date between $first and $last group by website_id"
)


@pytest.mark.parametrize("days", [7, 30, 3660])
def test_a_window_ends_on_as_of_and_holds_both_its_ends(marts: Path, days: int) -> None:
    with PublishedMarts(marts) as published:
        last = published.run()["as_of"]
        counted = dict(
            published.connection.execute(
                REQUESTS, {"first": last - timedelta(days=days - 1), "last": last}
            ).fetchall()
        )
        payloads = published.payloads(REQUEST_FUNNEL, days)
        alone = published.payloads(REQUEST_FUNNEL, days, website_id=1)
    assert counted
    assert {website: payload["requests"] for website, payload in payloads.items()} == {
        website: counted.get(website, 0) for website in payloads
    }
    assert {(payload["as_of"], payload["days"]) for payload in payloads.values()} == {(last, days)}
    assert alone == {1: payloads[1]}


def test_without_as_of_a_window_is_empty_and_as_long(marts: Path, tmp_path: Path) -> None:
    empty = tmp_path / "marts.duckdb"
    shutil.copyfile(marts, empty)
    with duckdb.connect(str(empty)) as connection:
        connection.execute("update dim_run set as_of = null; delete from fct_redemption_requests")
    with PublishedMarts(empty) as published:
        payload = published.payloads(REQUEST_FUNNEL, 7)[1]
    assert {key: payload[key] for key in ("as_of", "days", "requests")} == {
        "as_of": None,
        "days": 7,
        "requests": 0,
    }


def test_a_range_with_more_rows_than_memory_holds_is_counted(
    marts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with PublishedMarts(marts) as published:
        published.connection.execute("set memory_limit = '16MB'")
        (count,) = published.connection.execute(
            "select count(*) from (select distinct md5(n::varchar) from range(500000) t (n))"
        ).fetchone()
        assert count == 500_000
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
