"""How the messages of an agency fare, and those that reached nobody: for whoever looks after the whole agency.

No address and no words stand here; who they were for is opened at the moment of sending alone.
"""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.message_words import WAYS, about, reason_words
from feedback_app.blueprints.numbers import asked_page, number_or_none
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import NotFoundError
from feedback_app.identity.rules import Permission
from feedback_app.intake.message_figures import dead_letters, dead_reasons, figures_by_way
from feedback_app.notifications.operations import MessageNotDeadError, retry, retry_all
from feedback_app.notifications.ways import ways_of
from feedback_app.organisation.whole_agencies import whole_agencies

bp = staff_blueprint("message_pages")

SHOWN_PER_PAGE = 25


class UnknownAgencyOfMessagesError(NotFoundError):
    """This account does not look after the messages of such an agency."""

    code = "unknown_agency_of_messages"


@bp.get("/pesan")
@requires(Permission.MANAGE_MESSAGES)
def listed() -> ResponseReturnValue:
    """Show the numbers of each way, why messages were given up, and those that can be sent again."""
    agency_ids, page = _agencies(), asked_page()
    figures = figures_by_way(db.session(), agency_ids, now=clock.utcnow())
    return render_template(
        "staff/messages.html",
        looks_after_any=bool(agency_ids),
        figures=figures,
        set_up=ways_of(current_app.extensions["suara_settings"]),
        reasons=dead_reasons(db.session(), agency_ids),
        letters=dead_letters(db.session(), agency_ids, page=page, size=SHOWN_PER_PAGE),
        page=page,
        pages=pages_of(sum(row.dead for row in figures), SHOWN_PER_PAGE),
        ways=WAYS,
        about=about,
        reason_words=reason_words,
    )


@bp.post("/pesan/<int:message_id>/ulang")
@requires(Permission.MANAGE_MESSAGES)
def again(message_id: int) -> ResponseReturnValue:
    """Ask for one message once more."""
    try:
        retry(db.session(), message_id, actor=person(current_user.id), now=clock.utcnow(), agency_ids=_agencies())
    except MessageNotDeadError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("message_pages.listed"), 303)
    db.session.commit()
    return _asked(1)


@bp.post("/pesan/ulang")
@requires(Permission.MANAGE_MESSAGES)
def all_again() -> ResponseReturnValue:
    """Ask once more for every message of an agency that was given up for one reason."""
    agency_id = number_or_none(request.form.get("agency_id"))
    if agency_id is None or agency_id not in _agencies():
        raise UnknownAgencyOfMessagesError("Instansi itu tidak ada di antara yang Anda kelola.")
    asked = retry_all(
        db.session(), agency_id, request.form.get("reason", ""), actor=person(current_user.id), now=clock.utcnow()
    )
    db.session.commit()
    return _asked(asked)


def _agencies() -> frozenset[int]:
    found = whole_agencies(db.session(), current_user.id, Permission.MANAGE_MESSAGES, today())
    return frozenset(agency.id for agency in found)


def _asked(n: int) -> ResponseReturnValue:
    words = ngettext("%(num)d pesan menunggu dikirim lagi.", "%(num)d pesan menunggu dikirim lagi.", n)
    flash(words, "success")
    return redirect(url_for("message_pages.listed"), 303)
