"""The strict headers of every response, and HEAD wherever GET is answered."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
OF_MAIL = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
}
"""What is made for mail has its styles in its tags, and nothing else: no script at all."""


class StrictHeaders:
    """Puts the strict headers on every response, and turns HEAD into GET.

    A page of an allowed origin may use what it gets, any other one may not.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        """Wrap an app."""
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; uvicorn leaves out the body of a HEAD."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        is_allowed = Headers(scope=scope).get("origin") in self._origins
        policy = {"Cross-Origin-Resource-Policy": "cross-origin" if is_allowed else "same-origin"}

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = OF_MAIL if scope["path"].startswith("/summary/") else {}
                MutableHeaders(scope=message).update(SECURITY_HEADERS | policy | own)
            await send(message)

        requested = scope["method"]
        method = "GET" if requested == "HEAD" else requested
        inner = scope | {"method": method, "requested_method": requested}
        await self._app(inner, receive, send_strict)
