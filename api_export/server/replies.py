"""Replies in the server's media types, with checksums that spare transfers."""

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from api_export.payloads.json_bytes import json_bytes

JSON = "application/json"
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": JSON,
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""The media types of an export's files, by their endings."""
REVALIDATE = "no-cache"
"""Cache-Control: keep it, but ask each time whether it is still the same."""


def cache_control_of(seconds: int) -> str:
    """Cache-Control of what may be kept for so many seconds without asking."""
    return f"max-age={seconds}" if seconds else REVALIDATE


def reply(request: Request, content: bytes, media_type: str, cache_control: str) -> Response:
    """The content, or 304 where the reader has it. Its ETag is its sha256, as in the manifest."""
    checksum = hashlib.sha256(content).hexdigest()
    headers = {"ETag": f'W/"{checksum}"', "Cache-Control": cache_control}
    known = request.headers.get("if-none-match", "")
    if known == "*" or f'"{checksum}"' in (tag.strip(" W/") for tag in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def refuse(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in JSON."""
    return Response(json_bytes(content), status, headers, JSON)
