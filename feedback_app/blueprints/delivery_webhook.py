"""Where a gateway tells what became of a message that it took (the contract stands in docs/notifications.md).

No cookie is read: the signature over the body is the authority, so no CSRF token is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import current_app, request
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints import agency_scope
from feedback_app.blueprints.api_frame import api_blueprint
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.errors import InvalidInputError
from feedback_app.notifications.delivery_reports import Arrival, note_arrival, read_number
from feedback_app.notifications.signatures import check_report

bp = api_blueprint("delivery_webhook")

# The longest report there is has three short fields.
BODY_MAX: Final = 2048


class UnreadableReportError(InvalidInputError):
    """The report is not the JSON object that the endpoint describes."""

    code = "unreadable_report"


@bp.post("/pesan/status")
def report() -> ResponseReturnValue:
    """Note that a message arrived or failed; a report that comes again changes nothing."""
    request.max_content_length = BODY_MAX
    body, now = request.get_data(), clock.utcnow()
    known: Settings = current_app.extensions["suara_settings"]
    check_report(
        known.whatsapp_gateway_webhook_secret,
        request.headers.get("X-Suara-Timestamp", ""),
        body,
        request.headers.get("X-Suara-Signature", ""),
        now=now,
    )
    told = _read(body)
    arrival, reason = _arrival(told), told.get("reason")
    number = read_number(str(told.get("id", "")))
    agency_scope.enter(number.agency_id)
    note_arrival(
        db.session(), number, arrival,
        reason=reason if isinstance(reason, str) else None, now=now,
    )  # fmt: skip
    db.session.commit()
    return "", 204


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise UnreadableReportError("Kirim satu objek JSON.")
    return told


def _arrival(told: Mapping[str, Any]) -> Arrival:
    try:
        return Arrival(str(told.get("status")))
    except ValueError:
        raise UnreadableReportError("Isi status dengan delivered atau failed.") from None
