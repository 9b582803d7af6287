"""The URLs of databases: as other programs write them, and without their passwords in any text."""

from pathlib import Path

import pytest

from orchestration.errors import SourceError
from orchestration.redaction import without_password
from orchestration.source_urls import is_same_source, read_url
from orchestration.sources import open_source
from orchestration.workspace.workspace import Workspace


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example/shop",
        "postgres://reader:secret@DB.example:5432/shop",
        "postgresql+psycopg2://reader:secret@db.example/shop?sslmode=require",
        "postgresql+psycopg://reader@db.example/shop?ssl-mode=REQUIRED",
        "postgis://reader@db.example/shop?conn_max_age=600",
    ],
)
def test_a_database_has_one_identity_however_its_url_is_written(url: str, tmp_path: Path) -> None:
    assert open_source(url, tmp_path).identity == "postgresql://db.example/shop"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://db.example/shop",
        "mariadb://reader@db.example:3306/shop",
        "mysql2://reader:secret@db.example/shop?encoding=utf8mb4&pool=5&reconnect=true",
        "mysql+pymysql://reader:secret@db.example/shop?charset=utf8mb4&ssl_mode=VERIFY_IDENTITY",
    ],
)
def test_mysql_has_one_identity_too(url: str, tmp_path: Path) -> None:
    assert open_source(url, tmp_path).identity == "mysql://db.example/shop"


def test_other_databases_ports_and_schemas_are_other_sources() -> None:
    identities = [
        read_url(f"postgresql://{rest}").identity
        for rest in ("a/shop", "b/shop", "a/store", "a:5433/shop", "a/shop?schema=crm")
    ]
    assert len(set(identities)) == 5
    assert identities[3:] == ["postgresql://a:5433/shop", "postgresql://a/shop?schema=crm"]


@pytest.mark.parametrize("url", ["oracle://db.example/shop", "oracle", "", "mysql", "demo:2017"])
def test_a_url_of_no_known_kind_is_refused_with_those_that_are(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        open_source(url, tmp_path)
    assert str(raised.value) == (
        f"{url.partition(':')[0]!r} isn't a kind of source; use demo, files:DIR, postgresql://…,"
        " mysql://…, sqlite:///PATH or duckdb:///PATH"
    )


@pytest.mark.parametrize(
    ("remembered", "is_same"),
    [
        ("postgres://db.example:5432/shop", True),
        ("postgresql://db.example/shop", True),
        ("mysql://db.example/shop", False),
        ("postgresql://db.example/store", False),
        ("files:/shop", False),
    ],
)
def test_a_workspace_knows_a_source_that_it_remembers_in_other_words(
    remembered: str, is_same: bool, tmp_path: Path
) -> None:
    identity = "postgresql://db.example/shop"
    workspace = Workspace(tmp_path)
    workspace.remember_source(remembered, {})
    assert is_same_source(remembered, identity) is is_same
    if is_same:
        workspace.check_source(identity, is_full_refresh=False)


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ("sslmode=verify-full", "verify-full"),
        ("ssl-mode=VERIFY_IDENTITY", "verify-full"),
        ("ssl_mode=verify_ca", "verify-ca"),
        ("sslmode=PREFERRED", "prefer"),
        ("ssl-mode=DISABLED", "disable"),
    ],
)
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_either_database_takes_the_words_of_both_for_tls(kind: str, given: str, mode: str) -> None:
    assert read_url(f"{kind}://db.example/shop?{given}").options == {"sslmode": mode}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://reader:s3cret@db.example:99x/shop", "Port could not be cast"),
        ("postgresql://reader:s3cret@[::1/shop", "Invalid IPv6 URL"),
        ("postgresql://reader:s3cret\uff03@db.example/shop", "invalid characters"),
        ("postgresql://reader:s3cret#1@db.example/shop", "write @ as %40"),
        ("postgresql://reader:s3cret/1@db.example/shop", "write @ as %40"),
        ("mysql://reader:1234?s3cret@db.example/shop", "write @ as %40"),
        ("postgresql://reader:s3cret@db.example/shop?sslmode=on", "sslmode is unknown; use one of"),
        ("mysql://reader:s3cret@db.example/shop?colour=red", "unknown options colour; use sslmode"),
        ("sqlite:///shop.db?schema=crm", "unknown options schema; use none"),
        ("duckdb:///shop.duckdb?mode=ro", "unknown options mode; use schema"),
    ],
)
def test_a_url_that_can_not_serve_is_told_without_its_password(
    url: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as raised:
        open_source(url, tmp_path)
    assert told in str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert "1234" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg2://reader:s3cret@h/db",
        "postgresql://reader:s3cret@h/db?user=a@b&sslpassword=s3cret",
        "mysql://reader:s3#cret@h/db",
        "mysql://reader:s3?cret@h/db",
        "mysql://reader:s3/c@ret@h/db",
        "postgresql://h/db?password=s3%2Fcret",
    ],
)
def test_no_part_of_a_password_is_left_in_a_text(url: str) -> None:
    told = without_password(f"run it with {url}", url)
    assert "s3" not in told
    assert "ret" not in told
