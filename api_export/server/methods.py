"""Which methods a URL answers: for OPTIONS, and for a request with another method."""

from pathlib import Path

from fastapi import Request, Response
from starlette.routing import BaseRoute, Match

from api_export.payloads.json_bytes import json_bytes
from api_export.server.replies import JSON, MEDIA_TYPES, refuse

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def routes_of(request: Request, slash: str = "") -> list[BaseRoute]:
    """The routes of a URL, with `slash` added to it; a file of the export has none."""
    scope = request.scope | {"path": request.scope["path"] + slash}
    return [route for route in request.app.routes if route.matches(scope)[0] is not Match.NONE]


def describe_methods(request: Request) -> Response:
    """The answer to OPTIONS, or to a method that the URL doesn't answer."""
    routes = routes_of(request)
    methods = {method for route in routes for method in route.methods} or {"GET"}
    methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    allow = {"Allow": ", ".join(method for method in METHODS if method in methods)}
    if request.method != "OPTIONS":
        detail = f'Method "{request.scope["requested_method"]}" not allowed.'
        return refuse(405, {"detail": detail}, allow)
    described = {
        "name": routes[0].name.replace("_", " ").capitalize() if routes else "Exported file",
        "description": getattr(routes[0], "description", "") if routes else "",
        "renders": [JSON if routes else MEDIA_TYPES[Path(request.url.path).suffix or ".json"]],
        "parses": [JSON] if routes else [],
    }
    return Response(json_bytes(described), 200, allow, JSON)
