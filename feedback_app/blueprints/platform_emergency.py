"""An operator asks for sight of an agency, agrees to another's request, and reads under what was agreed to.

Every page below is asked for anew at each request, noted in the agency's trail before it is shown, and only read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints import case_story
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.grants import AskGlassForm, ReasonForm
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.platform_frame import agencies, bp, looking_at
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError, NotFoundError
from feedback_app.handling.break_glass import deciding, operations, queries
from feedback_app.handling.break_glass.rules import Standing, standing_of
from feedback_app.handling.queries import case_file
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.notifications import account_mail
from feedback_app.notifications.templates import Template
from feedback_app.organisation.access.queries import administrators_over
from feedback_app.organisation.models import Agency

OPENINGS_SHOWN: Final = 20
CASES_PER_PAGE: Final = 50
_WAITS: Final = frozenset({Standing.WAITING, Standing.WAITING_FOR_INSPECTORATE})


@dataclass(frozen=True)
class ShownRequest:
    """A request as an operator sees it."""

    opening: BreakGlass
    agency: Agency
    standing: Standing
    asker: str
    is_mine: bool


@bp.route("/platform/darurat", methods=["GET", "POST"])
@requires(Permission.OPERATE_PLATFORM)
@needs_fresh_sign_in
def ask() -> ResponseReturnValue:
    """Ask for sight of one agency, and show what was asked for."""
    form = AskGlassForm(agencies(), data={"minutes": "30"})
    if request.method == "POST" and form.validate():
        try:
            return _asked(form)
        except DomainError as error:
            db.session.rollback()
            form.form_errors.append(translated(error.message))
    return _page(form), 422 if form.errors else 200


def _asked(form: AskGlassForm) -> ResponseReturnValue:
    now, agency_id = clock.utcnow(), int(form.agency_id.data)
    with looking_at(agency_id):
        made = operations.ask(
            db.session(), agency_id=agency_id, case_id=form.chosen_case, reason=form.reason.data or "",
            minutes=int(form.minutes.data), actor=person(current_user.id), now=now, today=today(),
        )  # fmt: skip
        _tell(Template.BREAK_GLASS_ASKED, made)
        db.session.commit()
    flash(gettext("Permintaan dikirim. Operator kedua atau pengelola instansi itu yang menyetujuinya."), "success")
    return redirect(url_for("platform.ask"), 303)


@bp.post("/platform/darurat/<int:agency_id>/<int:opening_id>/setujui")
@requires(Permission.OPERATE_PLATFORM)
@needs_fresh_sign_in
def approve(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """Agree as the second operator."""

    def act() -> str:
        opening = deciding.approve(
            db.session(), agency_id, opening_id, actor=person(current_user.id), today=today(), now=clock.utcnow()
        )
        if opening.began_at is not None:
            _tell(Template.BREAK_GLASS_OPEN, opening)
        return str(gettext("Disetujui. Instansi itu diberi tahu."))

    return _acted(agency_id, act)


@bp.post("/platform/darurat/<int:agency_id>/<int:opening_id>/tolak")
@requires(Permission.OPERATE_PLATFORM)
def refuse(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """Refuse as the second operator, saying why."""

    def act() -> str:
        deciding.refuse(
            db.session(), agency_id, opening_id, why=request.form.get("reason", ""), actor=person(current_user.id),
            today=today(), now=clock.utcnow(),
        )  # fmt: skip
        return str(gettext("Permintaan ditolak."))

    return _acted(agency_id, act)


@bp.post("/platform/darurat/<int:agency_id>/<int:opening_id>/akhiri")
@requires(Permission.OPERATE_PLATFORM)
def end(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """End one's own access before its time, or take the request back."""

    def act() -> str:
        operations.end(
            db.session(), agency_id, opening_id, actor=person(current_user.id), today=today(), now=clock.utcnow()
        )
        return str(gettext("Akses darurat diakhiri."))

    return _acted(agency_id, act)


def _acted(agency_id: int, act: Callable[[], str]) -> ResponseReturnValue:
    try:
        with looking_at(agency_id):
            words = act()
            db.session.commit()
    except NotFoundError:
        raise
    except DomainError as error:
        db.session.rollback()
        shown = _page(
            AskGlassForm(agencies(), formdata=None, data={"minutes": "30"}), problem=translated(error.message)
        )
        return shown, error.status
    flash(words, "success")
    return redirect(url_for("platform.ask"), 303)


@bp.get("/platform/darurat/<int:agency_id>/<int:opening_id>")
@requires(Permission.OPERATE_PLATFORM)
def inbox(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """Show the cases that the broken glass opens."""
    session, now, day, number = db.session(), clock.utcnow(), today(), asked_page()
    with looking_at(agency_id) as agency:
        opening = queries.opening_of(session, agency_id, opening_id, current_user.id, now=now, today=day)
        operations.note_opened(session, opening, "inbox", case_id=None, now=now)
        session.commit()
        rows = queries.cases_opened(session, opening, today=day, page=number, size=CASES_PER_PAGE)
        return render_template(
            "platform/inbox.html", current="ask", agency=agency, opening=opening, rows=rows[:CASES_PER_PAGE],
            number=number, has_more=len(rows) > CASES_PER_PAGE,
        )  # fmt: skip


@bp.get("/platform/darurat/<int:agency_id>/<int:opening_id>/kasus/<int:case_id>")
@requires(Permission.OPERATE_PLATFORM)
def case(agency_id: int, opening_id: int, case_id: int) -> ResponseReturnValue:
    """Show one case, to read: its masked words and what happened; no file, no original, no address of the citizen."""
    session, now, day = db.session(), clock.utcnow(), today()
    with looking_at(agency_id) as agency:
        opening = queries.opening_of(session, agency_id, opening_id, current_user.id, now=now, today=day)
        found = queries.case_opened(session, opening, case_id)
        operations.note_opened(session, opening, "case", case_id=case_id, now=now)
        session.commit()
        file = case_file(session, found, day=day)
        names = names_of(session, [found.assigned_to, *(event.actor_id for event in file.events)])
        return render_template(
            "platform/case.html", current="ask", agency=agency, opening=opening, case=found, file=file,
            story=case_story.story(file, names),
        )  # fmt: skip


def _tell(kind: Template, opening: BreakGlass) -> None:
    session, now = db.session(), clock.utcnow()
    for user_id in administrators_over(session, opening.agency_id, today()):
        account_mail.owe(
            session, agency_id=opening.agency_id, user_id=user_id, kind=kind, now=now, opening=opening.id
        )  # fmt: skip


def _page(form: AskGlassForm, problem: str | None = None) -> str:
    session, now, shown = db.session(), clock.utcnow(), []
    for agency in agencies():
        with looking_at(agency.id):
            openings = queries.openings_in(session, agency.id, most=OPENINGS_SHOWN)
            names = names_of(session, [opening.asked_by for opening in openings])
        for opening in openings:
            standing, is_mine = standing_of(opening, now), opening.asked_by == current_user.id
            # Of others an operator sees what waits for a second person; the rest is the agency's to know.
            if is_mine or standing in _WAITS:
                who = names.get(opening.asked_by, "–")
                shown.append(ShownRequest(opening, agency, standing, who, is_mine))
    shown.sort(key=lambda one: one.opening.asked_at, reverse=True)
    return render_template(
        "platform/emergency.html", current="ask", form=form, shown=shown[:OPENINGS_SHOWN], problem=problem,
        refusal=ReasonForm(formdata=None),
    )  # fmt: skip
