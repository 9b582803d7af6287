"""Widget edits: made through the API, laid over the source's widgets, kept for every later run.

The caller is always the workspace's one writer.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api_export.errors import NotFoundError
from api_export.published import Published
from api_export.reports import Reports, WidgetEdit
from api_export.strict_json import dumps_sorted

FIRST_MADE_ID = 9_000_000_000_000_000
"""From here on lie the ids of widgets made here, exact in JavaScript. They never collide with the
source's: a row of the source with such an id is quarantined."""


def create_widget(
    published: Published, website_id: int, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Make a widget of all fields; returns it."""
    made = [edit.widget_id for edit in published.widget_edits() if edit.widget_id >= FIRST_MADE_ID]
    widget_id = max(made, default=FIRST_MADE_ID - 1) + 1
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return _keep(published, website_id, widget_id, fields, now)


def change_widget(
    published: Published, website_id: int, widget_id: int, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Lay other fields over a widget; returns it. Raises `NotFoundError`."""
    fields = _find(published, website_id, widget_id) | changes
    kept = {edit[:2]: edit.created_at for edit in published.widget_edits()}
    return _keep(published, website_id, widget_id, fields, kept.get((website_id, widget_id)))


def delete_widget(published: Published, website_id: int, widget_id: int) -> None:
    """Take a widget away for ever: its id is not given again. Raises `NotFoundError`."""
    _find(published, website_id, widget_id)
    published.keep_widget_edit(WidgetEdit(website_id, widget_id, is_deleted=True))
    published.write_export()


def _find(published: Published, website_id: int, widget_id: int) -> dict[str, Any]:
    """A widget as it is now, hidden or not."""
    with Reports(published.marts) as reports:
        widget = reports.configured_widget(website_id, widget_id, published.widget_edits())
    if widget is None:
        raise NotFoundError
    return widget


def _keep(
    published: Published,
    website_id: int,
    widget_id: int,
    fields: Mapping[str, Any],
    made_at: str | None,
) -> dict[str, Any]:
    edit = WidgetEdit(
        website_id,
        widget_id,
        is_deleted=False,
        widget_type=fields["widget_type"],
        title=fields["title"],
        position=fields["position"],
        is_visible=fields["is_visible"],
        config=dumps_sorted(fields["config"]),
        created_at=made_at,
    )
    published.keep_widget_edit(edit)
    published.write_export()
    return _find(published, website_id, widget_id)
