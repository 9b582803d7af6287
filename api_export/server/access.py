"""Who may read and who may write: tokens that a request shows, compared in constant time."""

import base64
import hmac
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import APIKeyHeader
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api_export.server.replies import refuse

NOT_SHOWN = "Authentication credentials were not provided."
INVALID = "Invalid token."
ASK_BROWSER = 'Basic realm="Loyalty Analytics", charset="UTF-8"'
"""Makes a browser ask its user for credentials, and send them with the page and its files."""


@dataclass(frozen=True)
class Tokens:
    """What a request must show."""

    admin: str | None = None
    """The token for writing; without one nobody may write."""
    read: str | None = None
    """The token for reading, beside the admin token; without one everybody may read."""


class ReadAccess:
    """Answers only requests that show the read token or the admin token.

    As `Token …` or `Bearer …`, or as the password of any user's `Basic` credentials.
    """

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        """Wrap an app."""
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 401."""
        app = self._app
        if scope["type"] == "http" and self._tokens.read is not None:
            kind, token = _shown(Headers(scope=scope).get("authorization", ""))
            if kind not in ("token", "bearer", "basic"):
                app = _unauthorized(NOT_SHOWN)
            elif not _is_one_of(token, self._tokens.read, self._tokens.admin):
                app = _unauthorized(INVALID)
        await app(scope, receive, send)


def _unauthorized(problem: str) -> ASGIApp:
    return refuse(401, {"detail": problem}, {"WWW-Authenticate": ASK_BROWSER})


def require_admin_token(tokens: Tokens) -> Any:
    """A dependency that refuses a request without the admin token in its own header.

    `Basic` credentials don't suffice: a browser sends them along with a form on any other page.
    """
    header = APIKeyHeader(
        name="Authorization",
        scheme_name="AdminToken",
        description="`Token …` or `Bearer …`, with the token of LOYALTY_ADMIN_TOKEN.",
        auto_error=False,
    )

    async def check(authorization: Annotated[str | None, Depends(header)]) -> None:
        if tokens.admin is None:
            raise HTTPException(
                403,
                "Writing is off: no admin token is configured."
                " Set LOYALTY_ADMIN_TOKEN and start `loyalty serve` again.",
            )
        kind, token = _shown(authorization or "")
        if kind in ("token", "bearer"):
            if _is_one_of(token, tokens.admin):
                return
            if _is_one_of(token, tokens.read):
                raise HTTPException(403, "You do not have permission to perform this action.")
        problem = INVALID if kind in ("token", "bearer") else NOT_SHOWN
        raise HTTPException(401, problem, headers={"WWW-Authenticate": "Token"})

    return Depends(check)


def _shown(authorization: str) -> tuple[str, bytes]:
    """The kind of an `Authorization` header, and the token in it."""
    kind, _, text = authorization.partition(" ")
    token = text.encode("latin-1")
    if kind.lower() == "basic":
        try:
            token = base64.b64decode(token, validate=True).partition(b":")[2]
        except ValueError:
            token = b""
    return kind.lower(), token


def _is_one_of(token: bytes, *expected: str | None) -> bool:
    """Whether a token is one of the expected ones, of which any may be missing."""
    return any(hmac.compare_digest(token, one.encode()) for one in expected if one is not None)
