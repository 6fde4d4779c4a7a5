"""The work of an officer: the inbox, one case, and its answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints import reply_panel
from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.case_page import case_page, check_unchanged
from feedback_app.blueprints.forms.staff import ReplyForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.numbers import asked_page, whole_number
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling import operations
from feedback_app.handling.answers.answering import answer
from feedback_app.handling.desk.originals import read_original
from feedback_app.handling.inbox import feedback_list
from feedback_app.handling.inbox.queries import PAGE_SIZE
from feedback_app.identity.rules import Permission
from feedback_app.organisation.within_reach import ReachedUnit, units_within_reach

bp = staff_blueprint("cases")


@bp.get("/masukan")
@requires(Permission.READ_INBOX)
def feedback() -> ResponseReturnValue:
    """Show all feedback of the units within reach, with what the classifier read in it."""
    units, unit_id = _units(Permission.READ_INBOX), request.args.get("unit", type=whole_number)
    rows, total = feedback_list.feedback(db.session(), current_user.id, day=today(), unit_id=unit_id, page=asked_page())
    return render_template(
        "cases/feedback.html",
        rows=rows,
        total=total,
        units=units,
        unit_id=unit_id,
        page=asked_page(),
        pages=pages_of(total, PAGE_SIZE),
    )


@bp.get("/kasus/<int:case_id>")
@requires(Permission.READ_INBOX)
def case(case_id: int) -> ResponseReturnValue:
    """Show one case."""
    found = my_case(case_id, Permission.READ_INBOX)
    return case_page(found, reply_panel.blank_form(found))


@bp.post("/kasus/<int:case_id>/ambil")
@requires(Permission.ANSWER_CASE)
def take(case_id: int) -> ResponseReturnValue:
    """Take a case into one's own hands."""
    found = my_case(case_id, for_update=True)
    try:
        operations.take(db.session(), found, user_id=current_user.id, now=clock.utcnow())
    except ConflictError as error:
        # A colleague was faster: show where the case stands now, with the sentence that says why.
        db.session.rollback()
        flash(translated(error.message), "error")
    else:
        db.session.commit()
        flash(gettext("Kasus ini sekarang ada di tangan Anda."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


@bp.post("/kasus/<int:case_id>/tanggapi")
@requires(Permission.ANSWER_CASE)
def reply(case_id: int) -> ResponseReturnValue:
    """Send an answer to the citizen; what was typed is never lost."""
    form = ReplyForm()
    found = my_case(case_id, for_update=True)
    if request.form.get("step") == "template":
        reply_panel.insert_template(form, found)
        return case_page(found, form), 422 if form.errors else 200
    if not form.validate():
        return case_page(found, form), 422
    try:
        check_unchanged(found, form.seen_version)
        sent = answer(db.session(), found, form.text.data or "", user_id=current_user.id, now=clock.utcnow())
    except (ConflictError, InvalidInputError) as error:
        db.session.rollback()
        not_sent = gettext("Tanggapan Anda belum terkirim; tulisan Anda masih ada di bawah.")
        form.form_errors = [reply_panel.sentence(error), not_sent]
        return case_page(my_case(case_id, Permission.READ_INBOX), form), error.status
    db.session.commit()
    flash(_told(len(sent)), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


def _told(answers: int) -> str:
    if answers == 1:
        return str(gettext("Tanggapan terkirim. Sekarang giliran pelapor menilainya."))
    return str(
        gettext(
            "Tanggapan terkirim kepada %(num)s pelapor. Sekarang giliran masing-masing menilainya.",
            num=answers,
        )
    )


@bp.post("/kasus/<int:case_id>/asli")
@requires(Permission.ANSWER_CASE)
def original(case_id: int) -> ResponseReturnValue:
    """Show once what the citizen wrote before personal data was taken out, and note who read it."""
    found = my_case(case_id)
    text = read_original(db.session(), found, user_id=current_user.id, now=clock.utcnow())
    db.session.commit()
    return case_page(my_case(case_id, Permission.READ_INBOX), ReplyForm(formdata=None), original=text)


@bp.context_processor
def _menu() -> dict[str, object]:
    return {"may_issue_tokens": Permission.ISSUE_VISIT_TOKEN in my_permissions()}


def _units(permission: Permission) -> list[ReachedUnit]:
    return units_within_reach(db.session(), current_user.id, permission, today())
