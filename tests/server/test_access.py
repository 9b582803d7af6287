"""Who may call `loyalty serve`: tokens, pages of other origins, names, many writers."""

import base64
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from support.commands import Loyalty
from support.servers import ADMIN, ROOT, TOKEN, Serving, serve, with_few_files
from support.workspaces import publish

from api_export.server.writers import MOST_WRITERS
from orchestration.cli.serve import _names
from orchestration.workspace.workspace import Workspace

READ_TOKEN = "a read tökén"
SHOP, OTHER = "https://shop.example", "https://other.example"
OVERVIEW = f"{ROOT}/analytics/overview/"
PAGE = "index.html"


def basic(password: str, user: str = "anybody") -> dict[str, str]:
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def token(kind: str, value: str) -> dict[str, bytes]:
    return {"Authorization": f"{kind} {value}".encode()}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Workspace:
    folder = tmp_path_factory.mktemp("access")
    workspace = Workspace(folder / "workspace")
    publish(workspace, with_few_files(marts, folder / "marts.duckdb"))
    return workspace


@pytest.fixture(scope="module")
def closed(workspace: Workspace) -> Iterator[Serving]:
    """Reading needs a token, and a shop's pages may call."""
    settings = {
        "LOYALTY_ADMIN_TOKEN": TOKEN,
        "LOYALTY_READ_TOKEN": READ_TOKEN,
        "LOYALTY_CORS_ORIGINS": f"{SHOP}, http://localhost:3000",
    }
    with serve(workspace, **settings) as started:
        yield started


# --- The read token ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", [OVERVIEW, "manifest.json", "", "openapi.json", "nothing"])
def test_without_the_read_token_nothing_is_told(closed: Serving, path: str) -> None:
    for headers, told in (
        ({}, "Authentication credentials were not provided."),
        ({"Authorization": READ_TOKEN.encode()}, "Authentication credentials were not provided."),
        (token("Token", READ_TOKEN[:-1]), "Invalid token."),
        (basic("wrong"), "Invalid token."),
        ({"Authorization": "Basic ???"}, "Invalid token."),
        (basic("", READ_TOKEN), "Invalid token."),
    ):
        answer = requests.get(closed.url + path, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()) == (401, {"detail": told})
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="Loyalty Analytics"')


@pytest.mark.parametrize("path", [OVERVIEW, "manifest.json", "websites.json"])
def test_who_shows_the_read_token_or_the_admin_token_reads(closed: Serving, path: str) -> None:
    for headers in (
        token("Token", READ_TOKEN),
        token("bearer", READ_TOKEN),
        basic(READ_TOKEN),
        ADMIN,
        basic(TOKEN),
    ):
        assert requests.get(closed.url + path, headers=headers, timeout=30).status_code == 200


def test_a_reader_may_not_write_and_a_browser_never_does(closed: Serving) -> None:
    def write(headers: Any) -> requests.Response:
        return closed.post("analytics/calculate/", json={"date_to": "x"}, headers=headers)

    assert write(token("Token", READ_TOKEN)).status_code == 403
    assert write(basic(TOKEN)).status_code == 401
    assert write(ADMIN).status_code == 400


# --- Pages of other origins -------------------------------------------------------------------


def test_only_a_configured_origin_may_read_answers(closed: Serving) -> None:
    for path in (OVERVIEW, "manifest.json"):
        for origin, allowed, policy in (
            (SHOP, SHOP, "cross-origin"),
            (OTHER, None, "same-origin"),
            (f"{SHOP}.evil.example", None, "same-origin"),
            ("null", None, "same-origin"),
            (None, None, "same-origin"),
        ):
            headers = ADMIN | ({"Origin": origin} if origin else {})
            answer = requests.get(closed.url + path, headers=headers, timeout=30)
            assert answer.headers.get("Access-Control-Allow-Origin") == allowed
            assert answer.headers["Cross-Origin-Resource-Policy"] == policy
            assert "Origin" in answer.headers["Vary"].split(", ")


def test_a_refusal_is_readable_for_an_allowed_page(closed: Serving) -> None:
    answer = requests.get(closed.url + OVERVIEW, headers={"Origin": SHOP}, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP


def test_the_browser_is_told_beforehand_what_a_page_may_send(closed: Serving) -> None:
    def ask(origin: str) -> requests.Response:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        return requests.options(closed.url + OVERVIEW, headers=headers, timeout=30)

    allowed = ask(SHOP)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert "PATCH" in allowed.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
    refused = ask(OTHER)
    assert refused.status_code == 400
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize(
    "origins",
    [
        *("*", "null", "shop.example", "https://shop.example/", "https://shop.example/app"),
        *("https://Shop.example", "https://shop.example:443", "ftp://shop.example"),
        *("https://*.example", "https://me@shop.example", "https://shop.example, ", "http://x:y"),
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused(loyalty: Loyalty, origins: str) -> None:
    done = loyalty("serve", LOYALTY_CORS_ORIGINS=origins)
    assert done.returncode == 2
    assert done.stderr.startswith("loyalty: LOYALTY_CORS_ORIGINS: ")
    assert len(done.stderr.splitlines()) == 1


# --- Names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.2", "127.1"])
def test_on_any_address_of_this_machine_only_its_names_are_answered(
    workspace: Workspace, host: str
) -> None:
    with serve(workspace, "--host", host) as started:
        for name, status in (("localhost", 200), (host, 200), ("evil.example", 400)):
            answer = requests.get(started.url, headers={"Host": name}, timeout=30)
            assert answer.status_code == status, name


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        *(("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("::ffff:127.0.0.5", True)),
        *(("0.0.0.0", False), ("::", False), ("192.0.2.7", False), ("fe80::1%eth0", False)),
    ],
)
def test_other_addresses_are_answered_by_any_name(address: str, is_local: bool) -> None:
    assert (_names("given", address) != ("*",)) is is_local


# --- Many writers -----------------------------------------------------------------------------


def test_readers_are_answered_while_more_writers_wait_than_there_are_threads(
    workspace: Workspace,
) -> None:
    """A writer is held up in its turn, and the others wait for theirs."""
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as started:
        port = int(started.url.rstrip("/").rpartition(":")[2])
        body = b'{"date_to": "2023-08-17"}'
        call = (
            f"POST /{ROOT}/analytics/calculate/ HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Token {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        writers = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        for writer in writers:
            writer.sendall(call + body)
        answered = threading.Event()
        last = threading.Thread(target=lambda: (writers[-1].recv(1), answered.set()), daemon=True)
        last.start()
        for _ in range(20):
            answer = requests.get(started.url + OVERVIEW, timeout=30)
            assert answer.status_code == 200
        assert not answered.is_set(), "the last writer had its turn before the readers"
        assert len(writers) < MOST_WRITERS
        for writer in writers:
            writer.close()
