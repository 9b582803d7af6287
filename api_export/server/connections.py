"""Connections: how many there may be, how long one may take, how much a request's head may hold.

A client that sends a little at a time, or nothing, or doesn't read, costs the others nothing.
"""

import asyncio
from typing import Any

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_HEAD_BYTES = 32 * 1024
"""Bytes of a request's line and headers: more than browsers and proxies send."""
MAX_CONNECTIONS = 256
"""Connections at once: well below the files that a process may have open. Beyond it those are
closed first that have waited longest for the rest of a request."""
REQUEST_SECONDS = 20.0
"""Seconds within which a request, its body too, must have come: 1 MB at 50 kB a second."""
READ_SECONDS = 60.0
"""Seconds within which a reader must make room for more of an answer."""
IDLE_SECONDS = 5
"""Seconds that a connection is kept for another request."""


def bounded_config(app: Any, **options: Any) -> Config:
    """Uvicorn's settings for an app whose connections are bounded."""
    return Config(
        app,
        http=BoundedProtocol,
        ws="none",
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        # Where all of them are busy and none can be closed, a further one is answered with 503.
        limit_concurrency=2 * MAX_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        **options,
    )


class BoundedProtocol(H11Protocol):
    """Uvicorn's protocol with deadlines: uvicorn has none but for idle connections."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request; of too many that wait, close the one due first."""
        super().connection_made(transport)
        self._expect_within(REQUEST_SECONDS)
        if len(self.connections) > MAX_CONNECTIONS:
            waiting = [one for one in self.connections if one is not self and one.is_waiting()]
            if waiting:
                min(waiting, key=BoundedProtocol.waits_until).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came of a request; once it is whole, it has no deadline."""
        if self._deadline is None:
            self._expect_within(REQUEST_SECONDS)
        super().data_received(data)
        if not self.is_waiting():
            self._forget_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop the deadline with the connection."""
        self._forget_deadline()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for a slow reader, but only for a while."""
        super().pause_writing()
        self._expect_within(READ_SECONDS)

    def resume_writing(self) -> None:
        """Continue: the reader has made room."""
        self._forget_deadline()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, also one that has not read its last answer."""
        super().timeout_keep_alive_handler()
        self._expect_within(READ_SECONDS)

    def is_waiting(self) -> bool:
        """Whether a request, or the rest of one, is still to come."""
        is_whole = self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)
        return not is_whole and not self.transport.is_closing()

    def waits_until(self) -> float:
        """The loop's time at which the deadline is; 0 for one that is only kept alive."""
        return 0 if self._deadline is None else self._deadline.when()

    def _expect_within(self, seconds: float) -> None:
        self._forget_deadline()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        """End a connection whose deadline has passed, with 408 if nothing was answered yet."""
        is_answering = self.flow.write_paused or self.conn.our_state is h11.SEND_BODY
        if is_answering or not self.is_waiting():
            self.transport.abort()
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        self.transport.close()
        self._expect_within(READ_SECONDS)
