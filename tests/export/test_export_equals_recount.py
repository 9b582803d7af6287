"""Every exported file equals an independent recount, byte for byte."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import simplejson
from support.datasets import FileFormat, mid_history, write_dataset
from support.fitted import recount_with_fits
from support.recount import recount_fallbacks, recount_left_out, recount_manifest, validate
from support.replay import DEFAULTS, Replay
from support.workspaces import read_payloads

from api_export.payloads.additions import WidgetEdit

CROWDED = {0, 6, 8}
"""Seeds with clients enough for campaigns to be judged."""


@pytest.mark.parametrize(
    ("seed", "file_format"),
    [
        (0, "csv"),
        (1, "jsonl"),
        (2, "parquet"),
        (3, "csv"),
        (4, "jsonl"),
        (5, "parquet"),
        (6, "parquet"),
        (8, "parquet"),
    ],
)
def test_export_equals_recount(
    tmp_path: Path, replay: Replay, seed: int, file_format: FileFormat
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, seed, file_format=file_format, crowd=seed in CROWDED)
    inputs = replace(
        DEFAULTS,
        as_of=mid_history() if seed % 3 == 2 else None,
        tier_basis="lifetime" if seed % 2 else "balance",
        window_days=(1, 14, 400),
        top_limits=(1, 3),
        margin=Decimal("0.1234") if seed % 4 == 0 else None,
    )

    export = replay.export(source, tmp_path, inputs)

    told = {
        "as_of": inputs.as_of,
        "tier_basis": inputs.tier_basis,
        "window_days": inputs.window_days,
        "top_limits": inputs.top_limits,
    }
    files = read_payloads(export.version)
    manifest = simplejson.loads(files.pop("manifest.json"))
    expected = recount_with_fits(source, margin=inputs.margin, **told)
    assert files.keys() == expected.keys()
    assert [path for path in files if files[path] != expected[path]] == []
    counted = simplejson.loads(simplejson.dumps(recount_manifest(source, **told), default=str))
    assert {key: manifest[key] for key in counted} == counted
    told_of = [warning.partition(" are quarantined")[0] for warning in manifest["warnings"]]
    assert [text.partition(": config")[0] for text in told_of] == [
        *recount_left_out(source),
        *(
            f"website {website}, widget {widget}"
            for website, widget, _ in recount_fallbacks(source, as_of=inputs.as_of)
        ),
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_widget_edits_are_laid_over_the_source(tmp_path: Path, replay: Replay, seed: int) -> None:
    """Seed 1 has no widgets of its own, so the edits lie over the default ones."""
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, seed, file_format="csv")
    widget_id = next(iter(validate(source).valid["dashboard_widgets"]), 3)
    new = {"is_deleted": False, "widget_type": "points_issued", "title": "'", "position": 0}
    new["is_visible"] = True
    edits = [
        WidgetEdit(website_id=website, widget_id=number, created_at=made, config=config, **new)
        for website, number, made, config in (
            (1, widget_id, None, '{"days": 4, "limit": 0}'),
            (2, widget_id, None, '{"date_from": "2023-11-01", "date_to": "2024-02-29"}'),
            (2, 9_000_000_000_000_000, "2024-02-29T12:00:00.5Z", '{"date_to": "2024-02-29"}'),
            (404, 9_000_000_000_000_001, "2024-02-29T12:00:00Z", '{"date_to": "2024-02-29"}'),
        )
    ]
    edits.append(WidgetEdit(website_id=3, widget_id=widget_id, is_deleted=True))
    export = replay.export(source, tmp_path, replace(DEFAULTS, widget_edits=tuple(edits)))
    payloads = read_payloads(export.version)
    del payloads["manifest.json"]
    assert payloads == recount_with_fits(source, widget_edits=[edit._asdict() for edit in edits])


def test_no_event_anywhere(tmp_path: Path, replay: Replay) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, 4, clients=5, transactions=0, file_format="csv", dirty=False)
    for events in ("redemption_requests", "wallet_conversions", "loyalty_transactions"):
        path = source / f"{events}.csv"
        path.write_text(path.read_text(encoding="utf-8-sig").splitlines()[0] + "\n")

    export = replay.export(source, tmp_path)

    files = read_payloads(export.version)
    manifest = simplejson.loads(files.pop("manifest.json"))
    assert manifest["as_of"] is None
    assert files == recount_with_fits(source)
