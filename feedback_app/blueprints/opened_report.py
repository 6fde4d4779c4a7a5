"""The report, or the joined case, that is open in this browser, and the mark that ties a form to it."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import carried
from feedback_app.blueprints.access import today
from feedback_app.blueprints.private import not_stored
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.handling.citizens.tracked import Followed, Tracked, followed, tracked
from feedback_app.intake.contacts import Owner


class OtherReportError(ConflictError):
    """The page a form stands on shows another report than the one now opened in this browser."""

    code = "other_report"


def opened() -> Tracked | None:
    """Return the report opened in this browser, or None."""
    tracking_hash = carried.carried_tracked(now=clock.utcnow())
    return tracked(db.session(), tracking_hash, day=today()) if tracking_hash else None


def opened_to_follow() -> Followed | None:
    """Return the joined case opened in this browser, or None."""
    tracking_hash = carried.carried_tracked(now=clock.utcnow())
    return followed(db.session(), tracking_hash, day=today()) if tracking_hash else None


def owner_opened() -> Owner | None:
    """Return whose contact it is here: that of the opened report's sender, or of somebody who joined a case."""
    if (report := opened()) is not None:
        return Owner(report.agency_id, submission_id=report.submission_id)
    if (joined := opened_to_follow()) is not None:
        return Owner(joined.agency_id, follower_id=joined.follower_id)
    return None


def check_same_report() -> None:
    """Refuse a form of a page that shows another report than the one opened now, say in another tab.

    Raises
    ------
    OtherReportError
    """
    if not hmac.compare_digest(request.form.get("report", "").encode(), seal().encode()):
        raise OtherReportError(
            "Laporan lain telah dibuka di peramban ini, sehingga kiriman Anda belum dicatat. "
            "Buka lagi laporan yang Anda maksud dengan kodenya, lalu ulangi."
        )


def seal() -> str:
    """Return a mark of the report opened in this browser, from which nobody can read its code or its hash."""
    tracking_hash = carried.carried_tracked(now=clock.utcnow()) or b""
    key: bytes = current_app.config["TRACKING_KEY"]
    return hashlib.blake2b(tracking_hash, key=key, person=b"verdict-form", digest_size=16).hexdigest()


def to_status() -> Response:
    """Lead back to the report's own page."""
    return not_stored(redirect(url_for("tracking.status"), 303))


def to_lookup() -> Response:
    """Lead to the page that asks for a code, and say why: nothing is open here any more."""
    flash(gettext("Laporan ditutup di perangkat ini; masukkan kodenya lagi."), "info")
    return not_stored(redirect(url_for("tracking.lookup"), 303))
