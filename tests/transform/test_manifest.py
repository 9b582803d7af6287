"""What dbt parsed serves until a file of the project is another."""

from pathlib import Path

import pytest

from orchestration.transform import manifest
from orchestration.transform.manifest import PARTIAL_PARSE, drop_older_parse


def test_what_was_parsed_of_an_older_project_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = tmp_path / "dbt" / PARTIAL_PARSE
    drop_older_parse(parsed.parent)
    parsed.write_bytes(b"parsed")

    drop_older_parse(parsed.parent)
    assert parsed.exists()

    monkeypatch.setattr(manifest, "project_fingerprint", lambda: "another")
    drop_older_parse(parsed.parent)
    assert not parsed.exists()


def test_what_was_parsed_before_there_were_fingerprints_is_dropped(tmp_path: Path) -> None:
    (tmp_path / PARTIAL_PARSE).write_bytes(b"parsed")
    drop_older_parse(tmp_path)
    assert not (tmp_path / PARTIAL_PARSE).exists()
