"""What one who is slow, silent or boundless costs the others: nothing. Real sockets on loopback."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from api_export.server import connections
from api_export.server.connections import bounded_config

CLOSE = b"\r\nConnection: close\r\n\r\n"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
ANSWER = 16 * 1024 * 1024


@dataclass
class Server:
    """An app's server in a thread of this process, with the project's bounds."""

    port: int
    server: uvicorn.Server

    def connect(self, *parts: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        for part in parts:
            connection.sendall(part)
        return connection

    def ask(self, *parts: bytes) -> bytes:
        """What is answered until the connection ends."""
        with self.connect(*parts) as connection:
            return read_to_end(connection)


def read_to_end(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            answer += part
    return answer


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, then answers: `/long` with more than any buffer holds."""
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        return
    body = b"x" * (ANSWER if scope["path"] == "/long" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that waits tenths of seconds and has room for few."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(connections, "READ_SECONDS", 0.3)
    monkeypatch.setattr(connections, "IDLE_SECONDS", 1)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 8)
    listening = socket.create_server(("127.0.0.1", 0))
    uvicorn_server = uvicorn.Server(
        bounded_config(app, lifespan="off", log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=lambda: uvicorn_server.run(sockets=[listening]))
    thread.start()
    yield Server(listening.getsockname()[1], uvicorn_server)
    uvicorn_server.should_exit = True
    thread.join()


def test_a_request_that_never_ends_is_given_up(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
    for parts in ((b"GET / HT",), (head,), (head + b"\r\n", b"12345")):
        assert server.ask(*parts).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert server.ask().startswith(b"HTTP/1.1 408 ")


def test_a_byte_now_and_then_gains_no_time(server: Server) -> None:
    """Each byte once kept the connection open, without end."""
    with server.connect(b"GET / HTTP/1.1\r\nX: ") as connection:
        connection.settimeout(0.05)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(200):
                try:
                    answer = connection.recv(1000)
                    break
                except TimeoutError:
                    connection.sendall(b"x")
            assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_kept_connection_takes_requests_as_long_as_they_are_whole(server: Server) -> None:
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(REQUEST)
            answer = b""
            while not answer.endswith(b"xx"):
                answer += connection.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200 ")
        assert read_to_end(connection) == b""


def test_headers_without_end_are_refused_before_they_cost_memory(server: Server) -> None:
    header = b"X-Filler: " + b"x" * 1_000 + b"\r\n"
    with server.connect(b"GET / HTTP/1.1\r\n") as connection:
        sent = 0
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(20_000):
                connection.sendall(header)
                sent += len(header)
        assert sent < 20_000 * len(header), "all 20 MB were taken"


def test_half_open_connections_make_room_for_whole_requests(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(server.connect(b"GET / HT"))
            answer = server.ask(REQUEST.replace(b"\r\n\r\n", CLOSE))
            assert answer.startswith(b"HTTP/1.1 200 ")
        assert len(server.server.server_state.connections) <= 8


def test_an_answer_that_nobody_reads_is_given_up(server: Server) -> None:
    open_connections = server.server.server_state.connections
    with server.connect(REQUEST.replace(b" / ", b" /long ")) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        for _ in range(2_000):
            if not open_connections:
                break
            threading.Event().wait(0.01)
        assert not open_connections


def test_who_reads_gets_all_of_a_long_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 30)  # this reader waits for a processor
    long = REQUEST.replace(b" / ", b" /long ").replace(
        b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"
    )
    assert len(server.ask(long)) > ANSWER
