"""Which figures differ between two exports: told by website, period and figure, exactly."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.workspaces import Built

from api_export.errors import UsageError
from api_export.export.differences import Difference, Differences, LoneRow, find_differences
from api_export.export.figures import Subject, files_of, identity_of, read_json
from api_export.export.versions import find_version
from api_export.payloads.endpoints import ENDPOINTS, Endpoint

ROOT = "1/api/v1/loyalty-management"
MANIFEST = {
    "schema_version": 1,
    "as_of": "2024-03-01",
    "settings": {"tier_basis": "balance", "window_days": [7, 30]},
    "totals": {"1": {"transactions": 3, "points_outstanding": 9}},
    "quarantined": {},
    "drift": {"clients_drifted": 0},
    "warnings": [],
    "files": [],
}


def export(folder: Path, manifest: dict | None = None, **files: Any) -> Path:
    """An export of one website; files below `analytics` by their paths."""
    for path, content in {
        "manifest.json": MANIFEST | (manifest or {}),
        **{f"{ROOT}/analytics/{path}.json": content for path, content in files.items()},
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / path).write_text(text)
    return folder


def differ(tmp_path: Path, a: dict, b: dict) -> Differences:
    """How two exports of these files differ."""
    return find_differences(export(tmp_path / "a", **a), export(tmp_path / "b", **b))


def told(differences: Differences) -> list[tuple]:
    """The differences but for their website."""
    return [
        (each.endpoint, each.window, each.row, each.figure, each.a, each.b, each.difference)
        for each in differences.figures
    ]


def test_equal_exports_don_t_differ_however_their_numbers_are_written(tmp_path: Path) -> None:
    files = {"overview/days=7": '{"engagement_rate": 36.00, "days": 7}'}
    same = {"overview/days=7": '{"days": 7, "engagement_rate": 36.0}'}
    assert differ(tmp_path, files, same).are_equal


def test_a_row_is_known_by_its_keys_at_whatever_place(tmp_path: Path) -> None:
    def items(*rows: tuple[int, str, int]) -> dict:
        keys = ("id", "name", "redemption_count")
        return {"top_redemptions/index": [dict(zip(keys, row, strict=True)) for row in rows]}

    found = differ(tmp_path, items((1, "x", 5), (2, "y", 4)), items((2, "y", 6), (1, "x", 5)))
    assert told(found) == [("top_redemptions", None, {"id": 2}, "redemption_count", 4, 6, 2)]


def test_differences_are_exact_beyond_what_floats_hold(tmp_path: Path) -> None:
    a = '{"points_held": 9223372036854775806, "liability_amount": 12345678901234567890123456789.10}'
    b = '{"points_held": 9223372036854775807, "liability_amount": 12345678901234567890123456789.11}'
    found = differ(tmp_path, {"liability/index": a}, {"liability/index": b})
    assert [each.difference for each in found.figures] == [1, Decimal("0.01")]


def test_numbers_too_large_to_be_written_out_are_told_apart(tmp_path: Path) -> None:
    a = {"liability/index": '{"liability_amount": 1e999999999999}'}
    b = {"liability/index": '{"liability_amount": 2e999999999999}'}
    assert [each.difference for each in differ(tmp_path, a, b).figures] == [
        Decimal("1e999999999999")
    ]


def test_what_is_no_number_on_either_side_has_no_difference(tmp_path: Path) -> None:
    a = {"liability/index": {"status": "ok", "breakage_rate": None, "x": True, "gone": 1}}
    b = {"liability/index": {"status": "short_history", "breakage_rate": 1.5, "x": 1}}
    assert told(differ(tmp_path, a, b)) == [
        ("liability", None, {}, "status", "ok", "short_history", None),
        ("liability", None, {}, "breakage_rate", None, Decimal("1.5"), None),
        ("liability", None, {}, "x", True, 1, None),
        ("liability", None, {}, "gone", 1, None, None),
    ]


def test_a_day_that_several_windows_show_differs_once(tmp_path: Path) -> None:
    def days(issued: int) -> dict:
        days = [{"date": f"2024-02-0{day}", "issued": issued, "balance": 1} for day in range(1, 8)]
        shown = {"days=7": days[-1:], "days=30": days[-2:], "days=365": days, "index": days[-2:]}
        return {f"points_trend/{window}": rows for window, rows in shown.items()}

    found = differ(tmp_path, days(5), days(7))
    assert [each.row["date"] for each in found.figures] == [
        f"2024-02-0{day}" for day in range(1, 8)
    ]
    assert found.by_endpoint() == {
        "points_trend": {"figures": 7, "rows_only_in_a": 0, "rows_only_in_b": 0}
    }


def test_windows_of_sums_differ_each_and_the_default_s_files_are_one(tmp_path: Path) -> None:
    def windows(redemptions: int) -> dict:
        payload = {"total_redemptions": redemptions}
        return {f"overview/{name}": payload for name in ("index", "days=7", "days=30")}

    found = differ(tmp_path, windows(1), windows(2))
    assert [each.window for each in found.figures] == ["days=7", "days=30"]


def test_a_row_that_only_one_has_is_one_difference(tmp_path: Path) -> None:
    rows = [{"month": "2024-01-01", "opening": 1, "issued": 2}]
    found = differ(tmp_path, {"roll_forward/index": []}, {"roll_forward/index": rows})
    figures = {"opening": 1, "issued": 2}
    row = LoneRow("1", "roll_forward", None, {"month": "2024-01-01"}, figures)
    assert (found.figures, found.rows_only_in_a, found.rows_only_in_b) == ([], [], [row])


def test_further_rows_of_one_key_are_numbered(tmp_path: Path) -> None:
    def categories(*points: int) -> dict:
        rows = [{"category": "Cash", "points": each} for each in points]
        return {"redemption_categories/days=7": rows}

    found = differ(tmp_path, categories(1, 2), categories(1, 3))
    row = {"category": "Cash", "number": 2}
    assert told(found) == [("redemption_categories", "days=7", row, "points", 2, 3, 1)]


def test_nested_rows_are_known_by_what_they_say_first(tmp_path: Path) -> None:
    def campaigns(*metrics: tuple[str, int]) -> dict:
        rows = [{"metric": name, "effect": effect} for name, effect in metrics]
        return {"campaigns/index": [{"id": 1, "metrics": rows}]}

    found = differ(tmp_path, campaigns(("a", 1), ("b", 2)), campaigns(("b", 2), ("a", 4)))
    assert told(found) == [("campaigns", None, {"id": 1}, "metrics.a.effect", 1, 4, 3)]


def test_snapshots_are_told_by_their_ranges(tmp_path: Path) -> None:
    def records(issued: int) -> dict:
        period = {"date_from": "2024-01-01", "date_to": "2024-01-31"}
        record = {"id": 7, **period, "total_points_issued": issued}
        return {"index": [record], "7/index": record}

    found = differ(tmp_path, records(1), records(3))
    row = {"date_from": "2024-01-01", "date_to": "2024-01-31"}
    assert told(found) == [("records", None, row, "total_points_issued", 1, 3, 2)]


def test_what_explains_others_stands_apart_and_files_of_one_are_listed(tmp_path: Path) -> None:
    a = export(tmp_path / "a", **{"overview/days=90": {"days": 90}})
    b = export(
        tmp_path / "b",
        {
            "as_of": "2024-03-02",
            "settings": {"tier_basis": "balance", "window_days": [7]},
            "totals": {"1": {"transactions": 4, "points_outstanding": 9}},
        },
        **{"overview/days=7": {"days": 7}},
    )
    found = find_differences(a, b)
    assert [(each.name, each.a, each.b) for each in found.settings] == [
        ("as_of", "2024-03-01", "2024-03-02"),
        ("settings.window_days", [7, 30], [7]),
    ]
    total = Difference("1", "manifest", None, {}, "transactions", 3, 4, 1)
    assert found.figures == [total]
    assert found.files_only_in_a == [f"{ROOT}/analytics/overview/days=90.json"]
    assert found.files_only_in_b == [f"{ROOT}/analytics/overview/days=7.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", "NaN", "[" * 100_000, '{"x": 1e99999999999999999999}']
)
def test_a_file_that_is_not_json_is_named(tmp_path: Path, text: str) -> None:
    a = export(tmp_path / "a", **{"overview/index": {}})
    b = export(tmp_path / "b", **{"overview/index": text})
    with pytest.raises(UsageError, match=r"b/1/api.*overview/index\.json can't be read"):
        find_differences(a, b)


@pytest.mark.parametrize(
    "payload", [5, None, [5, None, [1]], [{"date": {"x": 1}}, {"date": [1]}, {"date": []}], [{}]]
)
def test_any_json_is_compared(tmp_path: Path, payload: Any) -> None:
    files = {"points_trend/index": payload}
    assert differ(tmp_path, files, files).are_equal
    other = differ(tmp_path / "other", files, {"points_trend/index": [{"date": 1}]})
    assert other.figures or other.rows_only_in_b


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_list_names_what_tells_its_rows_apart(endpoint: Any) -> None:
    assert set(endpoint.row_identity) <= set(endpoint.schema.__annotations__)
    assert bool(endpoint.row_identity) == endpoint.is_list


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_rows_are_nested_where_a_value_has_those_of_all_smaller_ones(endpoint: Endpoint) -> None:
    assert endpoint.has_nested_rows == endpoint.condition.endswith(" <= $value")


def test_the_keys_tell_all_rows_of_a_real_export_apart(built: Built) -> None:
    for subject, paths in files_of(built.workspace / "export" / "current").items():
        keys = identity_of(subject)
        for path in paths:
            payload = read_json(path)
            if isinstance(payload, list) and subject.name not in UNNAMED:
                found = [tuple(row[key] for key in keys) for row in payload]
                assert len(set(found)) == len(found), (path, keys)


UNNAMED = {"tier_distribution", "redemption_categories", "tier_migration"}
"""Rows of these are known by names, of which a website may have two alike."""


def test_versions_are_found_by_name_and_by_when_they_were_current(tmp_path: Path) -> None:
    for place, name in enumerate(("first", "second", "third")):
        version = tmp_path / "versions" / name
        version.mkdir(parents=True)
        os.utime(version, (place, place))
    (tmp_path / "current").symlink_to("versions/second")
    versions = tmp_path.resolve() / "versions"
    assert find_version(tmp_path, "current") == versions / "second"
    assert find_version(tmp_path, "previous") == versions / "third"
    assert find_version(tmp_path, "first") == versions / "first"
    for name in ("fourth", "..", ".", "../versions/first", ""):
        assert find_version(tmp_path, name) is None


def test_subjects_stand_by_website_then_as_the_registry_has_them() -> None:
    subjects = [
        Subject("all", "overview", "days=7"),
        Subject("10", "overview", "days=30"),
        Subject("2", "conversion", "days=7"),
        Subject("2", "points_trend"),
        Subject("10", "overview", "days=7"),
        Subject("-1", "overview", "days=7"),
        Subject("", "websites"),
    ]
    ordered = sorted(subjects, key=Subject.place)
    assert [(each.website, each.name, each.window) for each in ordered] == [
        ("", "websites", None),
        ("-1", "overview", "days=7"),
        ("2", "points_trend", None),
        ("2", "conversion", "days=7"),
        ("10", "overview", "days=7"),
        ("10", "overview", "days=30"),
        ("all", "overview", "days=7"),
    ]
