"""The URLs that look up what has no file: the rows behind a figure, and a client."""

from fastapi import FastAPI, Request, Response

from api_export.payloads.json_bytes import json_bytes
from api_export.payloads.lookups import Client, Explanation
from api_export.server.parameters import (
    AnyWebsiteId,
    FigureName,
    FirstDate,
    Id,
    LastDate,
    Limit,
    Offset,
    WebsiteIdOrAll,
)
from api_export.server.reading import ANALYTICS
from api_export.server.replies import JSON, cache_control_of, reply
from api_export.server.served import Served

DEFAULT_ROWS = 100


def add_lookups(app: FastAPI, served: Served, cache_seconds: int) -> None:
    """Add the URLs, whose answers may be kept for some seconds."""
    cache_control = cache_control_of(cache_seconds)

    @app.get(f"{ANALYTICS}/explain/", response_model=Explanation)
    def explain_figure(
        request: Request,
        figure: FigureName,
        website: WebsiteIdOrAll = None,
        date_from: FirstDate = None,
        date_to: LastDate = None,
        limit: Limit = DEFAULT_ROWS,
        offset: Offset = 0,
    ) -> Response:
        """The rows whose sum or count is a figure, of any range of dates."""
        explained = served.current().explain(figure, website, date_from, date_to)
        return reply(request, json_bytes(explained.payload(offset, limit)), JSON, cache_control)

    @app.get(f"{ANALYTICS}/client/{{id:id}}/", response_model=Client)
    def get_client(request: Request, client_id: Id, website_id: AnyWebsiteId = None) -> Response:
        """One client: balance, tier and the next one, figures of all time, segment, last dates."""
        client = served.current().client(client_id, website_id)
        return reply(request, json_bytes(client), JSON, cache_control)
