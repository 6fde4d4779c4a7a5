"""What an officer shows the public: a complaint with its answer, and the changes a unit makes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.publishing import ImprovementForm, PublishForm
from feedback_app.blueprints.kept_pages import forget_pages
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.numbers import whole_number
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.handling.answers.proofs import may_be_shown_to_followers, proofs_of
from feedback_app.handling.models import Case
from feedback_app.handling.publication import improvements as board
from feedback_app.handling.publication import publishing
from feedback_app.handling.publication.history import releases
from feedback_app.handling.publication.publishing import Found, PersonalDataLeftError
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.within_reach import units_within_reach

bp = staff_blueprint("publishing")


@bp.route("/kasus/<int:case_id>/terbitkan", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
def publish(case_id: int) -> ResponseReturnValue:
    """Show the words to be published as everybody will read them; publish what has been looked at."""
    case = my_case(case_id, for_update=request.method == "POST")
    if not publishing.may_publish(db.session(), case):
        raise publishing.NotPublishableError(
            "Kasus ini tidak dapat diterbitkan: rahasia, belum diambil, atau sudah ditarik."
        )
    if request.method == "GET":
        start = publishing.current_publication(db.session(), case) or publishing.proposal(db.session(), case)
        return _page(case, PublishForm(formdata=None, data={"text": start.text, "reply": start.reply or ""}))
    form = PublishForm()
    if not form.validate():
        return _page(case, form), 422
    if request.form.get("step") != "publish":
        return _page(case, form, is_preview=True)
    try:
        publishing.check_unchanged(db.session(), case, form.seen_id)
        publishing.publish(
            db.session(), case, form.text.data or "", form.reply.data or None, user_id=current_user.id,
            now=clock.utcnow(),
        )  # fmt: skip
    except PersonalDataLeftError as error:
        _tell(form, error)
        return _page(case, form), error.status
    except publishing.PublicationChangedError as error:
        form.form_errors = [error.message, gettext("Tulisan Anda belum terbit; tulisan itu masih ada di bawah.")]
        return _page(case, form), error.status
    db.session.commit()
    forget_pages()
    flash(gettext("Laporan ini sekarang tampil di halaman unit. Anda dapat menariknya kembali kapan saja."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


@bp.post("/kasus/<int:case_id>/tarik-terbitan")
@requires(Permission.ANSWER_CASE)
def withdraw(case_id: int) -> ResponseReturnValue:
    """Take a published complaint back."""
    case = my_case(case_id, for_update=True)
    try:
        publishing.withdraw(db.session(), case, user_id=current_user.id, now=clock.utcnow())
    except publishing.NothingPublishedError as error:
        # A colleague was faster, or the platform took it back.
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("cases.case", case_id=case_id), 303)
    db.session.commit()
    forget_pages()
    flash(gettext("Laporan ini sudah ditarik dari halaman unit."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


@bp.get("/kasus/<int:case_id>/terbitan")
@requires(Permission.READ_INBOX)
def history(case_id: int) -> ResponseReturnValue:
    """Show what was published of a case in the course of time, by whom, and what changed."""
    case = my_case(case_id, Permission.READ_INBOX)
    found = releases(db.session(), case)
    people = [person for one in found for person in (one.published_by, one.withdrawn_by)]
    return render_template(
        "cases/publication_history.html", case=case, releases=found, names=names_of(db.session(), people),
        time_zone=db.session().get_one(Agency, case.agency_id).time_zone,
    )  # fmt: skip


@bp.route("/perbaikan", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
def improvements() -> ResponseReturnValue:
    """Show the changes the units within reach announced; announce another."""
    form = ImprovementForm(units_within_reach(db.session(), current_user.id, Permission.ANSWER_CASE, today()))
    case_id = request.values.get("case", type=whole_number)
    case = my_case(case_id) if case_id else None
    if request.method == "POST" and form.validate():
        unit = form.chosen
        try:
            board.plan(
                db.session(), form.improvement.data or "", agency_id=unit.agency_id, unit_id=unit.id,
                case_id=case.id if case and case.unit_id == unit.id else None, user_id=current_user.id,
                now=clock.utcnow(),
            )  # fmt: skip
        except PersonalDataLeftError as error:
            _tell(form, error)
        else:
            return _changed(gettext("Rencana perbaikan tampil di halaman unit."))
    elif case is not None and request.method == "GET":
        form.unit.data = f"{case.agency_id}-{case.unit_id}"
    rows = board.improvements_for(db.session(), current_user.id, day=today())
    page = render_template("cases/improvements.html", form=form, rows=rows, case=case)
    return page, 422 if form.errors else 200


@bp.post("/perbaikan/<int:improvement_id>/selesai")
@requires(Permission.ANSWER_CASE)
def improvement_made(improvement_id: int) -> ResponseReturnValue:
    """Say that a change has been made."""
    entry = board.improvement_for(db.session(), current_user.id, improvement_id, day=today())
    try:
        board.mark_made(db.session(), entry, user_id=current_user.id, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("publishing.improvements"), 303)
    return _changed(gettext("Perbaikan ditandai selesai."))


@bp.post("/perbaikan/<int:improvement_id>/tarik")
@requires(Permission.ANSWER_CASE)
def improvement_withdrawn(improvement_id: int) -> ResponseReturnValue:
    """Take a change off the board."""
    entry = board.improvement_for(db.session(), current_user.id, improvement_id, day=today())
    board.take_back(db.session(), entry, user_id=current_user.id, now=clock.utcnow())
    return _changed(gettext("Perbaikan ditarik dari halaman unit."))


def _changed(words: str) -> ResponseReturnValue:
    db.session.commit()
    forget_pages()
    flash(words, "success")
    return redirect(url_for("publishing.improvements"), 303)


def _tell(form: PublishForm | ImprovementForm, error: PersonalDataLeftError) -> None:
    """Put what the redactor found to the fields, so that the officer sees which words to take out."""
    by_part = {"text": "improvement" if isinstance(form, ImprovementForm) else "text", "reply": "reply"}
    for found in error.found:
        field = form[by_part[found.part]]
        field.errors = [*field.errors, _sentence(found)]


def _sentence(found: Found) -> str:
    return str(
        gettext(
            "Data pribadi (%(kind)s) pada baris %(line)d: “%(words)s”. Hapus atau samarkan.",
            kind=label(found.kind), line=found.line, words=found.words,
        )
    )  # fmt: skip


def _page(case: Case, form: PublishForm, *, is_preview: bool = False) -> str:
    session = db.session()
    current = publishing.current_publication(session, case)
    shown = [row for row in proofs_of(session, case.agency_id, case.id) if may_be_shown_to_followers(row)]
    return render_template(
        "cases/publish.html", case=case, form=form, is_preview=is_preview, seen=current.id if current else 0,
        proofs=shown,
    )  # fmt: skip
