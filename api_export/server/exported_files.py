"""The export as it lies on the disk, served as files: what its manifest lists, and no other."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from api_export.export.manifest import MANIFEST, read_manifest
from api_export.server.methods import routes_of
from api_export.server.replies import MEDIA_TYPES, REVALIDATE, reply


class ExportedFiles:
    """An ASGI app that serves the files of the current export.

    A folder answers with its `index.json`, the root with `index.html`. A URL that lacks its last
    slash is led to it, whether a folder or a route of the app has it. A file's `Link` header says
    where the API is described, by which the page knows that there is one.
    """

    def __init__(self, current: Path) -> None:
        """Serve the export that the link `current` points to, which a run switches."""
        self._current = current

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or raise 404 or 405."""
        request = Request(scope)
        response = await run_in_threadpool(self._answer, request)
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/")
        if not path:
            path = "index.html"
        elif path.endswith("/"):
            path += "index.json"
        content = self._read(path)
        if content is None:
            if routes_of(request, "/") or self._read(f"{path}/index.json") is not None:
                return _lead_to_slash(request)
            raise HTTPException(404)
        if request.method != "GET":
            raise HTTPException(405)
        response = reply(request, content, MEDIA_TYPES[Path(path).suffix], REVALIDATE)
        description = "../" * path.count("/") + "openapi.json"
        response.headers["Link"] = f'<{description}>; rel="service-desc"'
        return response

    def _read(self, path: str) -> bytes | None:
        """A file of the current export; `None` where it lists no such file."""
        version = self._current.resolve()
        try:
            return (version / path).read_bytes() if path in _listed_files(version) else None
        except FileNotFoundError:
            if self._current.resolve() == version:
                raise
            return self._read(path)  # a run has switched, and removed that version


@lru_cache(maxsize=8)
def _listed_files(version: Path) -> frozenset[str]:
    """The paths of an export. Its folder is named for what it holds, so they stay the same."""
    return frozenset({MANIFEST, *(file["path"] for file in read_manifest(version)["files"])})


def _lead_to_slash(request: Request) -> Response:
    """A relative redirect: how the server is called from outside is not known here."""
    last = request.url.path.rpartition("/")[2]
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=307, headers={"Location": f"{quote(last, safe='')}/{query}"})
