"""Widgets created, changed and deleted through the API: edits that lie over the source's widgets.

The caller is always the workspace's one writer. What an edit makes of its widget is read from the
marts before it is kept, so nothing is kept that can't be read.
"""

from datetime import UTC, datetime
from typing import Any

from api_export.additions.published import Published
from api_export.additions.request_fields import WidgetChanges, WidgetRequest
from api_export.errors import NotFoundError, UsageError
from api_export.marts import PublishedMarts
from api_export.payloads.additions import WidgetEdit
from api_export.payloads.limits import FIRST_CREATED_ID, LAST_CREATED_ID
from api_export.payloads.strict_json import dumps_sorted

DEFAULTS = {"position": 0, "is_visible": True, "config": {}}
"""What a new widget has where the request doesn't say."""


def create_widget(published: Published, website_id: int, fields: WidgetRequest) -> dict[str, Any]:
    """Create a widget and return its payload. Ids are given once: deleted widgets keep theirs."""
    edited = {edit.widget_id for edit in published.widget_edits()}
    created = {number for number in edited if FIRST_CREATED_ID <= number <= LAST_CREATED_ID}
    widget_id = max(created, default=FIRST_CREATED_ID - 1) + 1
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with PublishedMarts(published.marts) as marts:
        edit = _edit(website_id, widget_id, DEFAULTS | fields, now)
        return _keep(published, marts, edit)


def change_widget(
    published: Published, website_id: int | None, widget_id: int, changes: WidgetChanges
) -> dict[str, Any]:
    """Lay other fields over a widget, of this website if one is named, and return its payload.

    Raises `NotFoundError`, and `UsageError` for a change that would move it to another website.
    """
    with PublishedMarts(published.marts) as marts:
        widget = _find(published, marts, website_id, widget_id)
        website_id = widget["website"]
        if changes.get("website", website_id) != website_id:
            raise UsageError(f"A widget stays with its website, {website_id}.", "website")
        created_at = {kept[:2]: kept.created_at for kept in published.widget_edits()}
        key = (website_id, widget_id)
        edit = _edit(*key, widget | changes, created_at.get(key))
        return _keep(published, marts, edit)


def delete_widget(published: Published, website_id: int | None, widget_id: int) -> None:
    """Delete a widget for ever: its id is not given again. Raises `NotFoundError`."""
    with PublishedMarts(published.marts) as marts:
        website_id = _find(published, marts, website_id, widget_id)["website"]
    published.keep_widget_edit(WidgetEdit(website_id, widget_id, is_deleted=True))


def _find(
    published: Published, marts: PublishedMarts, website_id: int | None, widget_id: int
) -> dict[str, Any]:
    """A widget as it is now, visible or hidden."""
    widget = marts.configured_widget(website_id, widget_id, published.widget_edits())
    if widget is None:
        raise NotFoundError
    return widget


def _edit(
    website_id: int, widget_id: int, fields: dict[str, Any], created_at: str | None
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
        created_at=created_at,
    )


def _keep(published: Published, marts: PublishedMarts, edit: WidgetEdit) -> dict[str, Any]:
    """Keep an edit and return the payload of its widget."""
    others = tuple(kept for kept in published.widget_edits() if kept[:2] != edit[:2])
    widget = marts.configured_widget(edit.website_id, edit.widget_id, (*others, edit))
    if widget is None:
        raise NotFoundError  # its website, or the source's widget under it, is gone
    published.keep_widget_edit(edit)
    return widget
