"""Widget edits: made through the API, laid over the source's widgets, kept for every later run.

The caller is always the workspace's one writer. What an edit makes of its widget is read from the
marts before it is kept, so nothing is kept that can't be read.
"""

from datetime import UTC, datetime
from typing import Any

from api_export.additions.published import Published
from api_export.errors import NotFoundError, UsageError
from api_export.marts import Reports, WidgetEdit
from api_export.payloads.strict_json import dumps_sorted
from api_export.server.bodies import WidgetChanges

FIRST_MADE_ID = 9_000_000_000_000_000
"""From here on lie the ids of widgets made here, exact in JavaScript. They never collide with the
source's: a row of the source with such an id is quarantined."""
UNSAID = {"position": 0, "is_visible": True, "config": {}}
"""What a new widget has where the request doesn't say."""


def create_widget(published: Published, website_id: int, fields: WidgetChanges) -> dict[str, Any]:
    """Make a widget; returns it."""
    made = [edit.widget_id for edit in published.widget_edits() if edit.widget_id >= FIRST_MADE_ID]
    widget_id = max(made, default=FIRST_MADE_ID - 1) + 1
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with Reports(published.marts) as reports:
        edit = _edit(website_id, widget_id, UNSAID | fields, now)
        return _keep(published, reports, edit)


def change_widget(
    published: Published, website_id: int | None, widget_id: int, changes: WidgetChanges
) -> dict[str, Any]:
    """Lay other fields over a widget, of this website if one is named; returns it.

    Raises `NotFoundError`, and `UsageError` for a change that would move it to another website.
    """
    with Reports(published.marts) as reports:
        widget = _find(published, reports, website_id, widget_id)
        website_id = widget["website"]
        if changes.get("website", website_id) != website_id:
            raise UsageError(f"A widget stays with its website, {website_id}.", "website")
        made_at = {kept[:2]: kept.created_at for kept in published.widget_edits()}
        edit = _edit(website_id, widget_id, widget | changes, made_at.get((website_id, widget_id)))
        return _keep(published, reports, edit)


def delete_widget(published: Published, website_id: int | None, widget_id: int) -> None:
    """Take a widget away for ever: its id is not given again. Raises `NotFoundError`."""
    with Reports(published.marts) as reports:
        website_id = _find(published, reports, website_id, widget_id)["website"]
    published.keep_widget_edit(WidgetEdit(website_id, widget_id, is_deleted=True))


def _find(
    published: Published, reports: Reports, website_id: int | None, widget_id: int
) -> dict[str, Any]:
    """A widget as it is now, hidden or not."""
    widget = reports.configured_widget(website_id, widget_id, published.widget_edits())
    if widget is None:
        raise NotFoundError
    return widget


def _edit(
    website_id: int, widget_id: int, fields: dict[str, Any], made_at: str | None
) -> WidgetEdit:
    return WidgetEdit(
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


def _keep(published: Published, reports: Reports, edit: WidgetEdit) -> dict[str, Any]:
    """Keep an edit; returns what it makes of its widget."""
    others = tuple(kept for kept in published.widget_edits() if kept[:2] != edit[:2])
    widget = reports.configured_widget(edit.website_id, edit.widget_id, (*others, edit))
    if widget is None:
        raise NotFoundError  # its website, or the source's widget under it, is gone
    published.keep_widget_edit(edit)
    return widget
