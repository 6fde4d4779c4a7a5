"""An employee contests one thing of their record, with files that show why, and can take that back."""

from __future__ import annotations

import logging

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.errors import HTTP_SENTENCES, problem
from feedback_app.blueprints.expired_staff_forms import draw_staff_form_again
from feedback_app.blueprints.file_answers import file_answer
from feedback_app.blueprints.formats import day as day_words
from feedback_app.blueprints.forms.replies import ContestForm
from feedback_app.blueprints.kept_words import kept_words
from feedback_app.blueprints.own_record import bp, contest_key, own_cycle
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.uploads import accepts_files, cleaned_upload
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.cycles.office_days import calendar_of
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contestable import Contestable, UnknownThingError, thing_named
from feedback_app.evaluation.replies.contests import Filing, Said, file_contest, own_contest, withdraw
from feedback_app.evaluation.replies.files import FILES_MAX, NamedFile, file_of
from feedback_app.evaluation.replies.own_record import NoOwnCycleError
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason
from feedback_app.evaluation.replies.window import is_open
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX
from feedback_app.intake.turns import BusyError
from feedback_app.storage import StorageUnavailableError

log = logging.getLogger(__name__)
SENTENCES = {
    "busy": "Sedang banyak berkas yang dikirim. Sanggahan belum disimpan; tunggu sebentar lalu kirim lagi.",
    "too_much": "Kiriman berkas terlalu besar. Tekan Kembali; isian Anda masih ada. Kirim lagi dengan berkas yang "
    "lebih kecil, paling besar 10 MB tiap berkas.",
}


@bp.route("/saya/<int:cycle_id>/sanggah", methods=["GET", "POST"])
@requires(Permission.READ_OWN_RECORD)
@accepts_files(files=FILES_MAX, file_bytes=ATTACHMENT_BYTES_MAX)
def contest(cycle_id: int) -> ResponseReturnValue:
    """Show the form for contesting one thing; file what it sends."""
    try:
        cycle, _employee = own_cycle(cycle_id)
        thing = _thing(cycle_id)
    except (NoOwnCycleError, UnknownThingError) as error:
        if request.method == "GET":
            raise
        return kept_words(error, request.form.get("words"), url_for("own_record.record"))
    if request.method == "GET":
        if not is_open(cycle, calendar_of(db.session(), cycle.agency_id, clock.utcnow())[1]):
            return render_template("own/window_over.html", cycle=cycle), 409
        form = ContestForm(thing.kind, formdata=None)
        form.kind.data, form.thing.data = thing.kind.value, request.args.get("hal", "")
        return _page(cycle, thing, form)
    form = ContestForm(thing.kind)
    if not form.validate():
        return _page(cycle, thing, form), 422
    return _file(cycle_id, form)


@bp.post("/saya/sanggahan/<int:contest_id>/tarik")
@requires(Permission.READ_OWN_RECORD)
def take_back(contest_id: int) -> ResponseReturnValue:
    """Take a contest back."""
    found = own_contest(db.session(), current_user.id, contest_id)
    withdraw(db.session(), found, user_id=current_user.id, now=clock.utcnow())
    db.session.commit()
    flash(gettext("Sanggahan ditarik kembali. Selama masa hak jawab, hal itu dapat disanggah lagi."), "success")
    return redirect(url_for("own_record.cycle", cycle_id=found.cycle_id, _anchor="sanggahan"), 303)


@bp.get("/saya/sanggahan/<int:contest_id>/berkas/<int:file_id>")
@requires(Permission.READ_OWN_RECORD)
def own_file(contest_id: int, file_id: int) -> ResponseReturnValue:
    """Give an employee a file of their own contest."""
    row, place = file_of(db.session(), own_contest(db.session(), current_user.id, contest_id), file_id)
    return file_answer(row, place, "sanggahan")


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    if request.endpoint != "own_record.contest":
        return problem(413, "http_413", HTTP_SENTENCES[413])
    return problem(413, "contest_too_large", SENTENCES["too_much"])


def _thing(cycle_id: int) -> Contestable:
    """Return what the address of the empty form, or the form itself, names."""
    asked = request.form if request.method == "POST" else request.args
    cycle, employee = own_cycle(cycle_id)
    try:
        kind = ContestKind(asked.get("kind") or asked.get("jenis") or "")
    except ValueError as error:
        raise UnknownThingError(
            "Hal yang disanggah tidak ada dalam catatan Anda. Pilih kembali dari halaman siklus."
        ) from error
    name = asked.get("thing") or asked.get("hal") or ""
    return thing_named(db.session(), cycle, employee, kind, name, key=contest_key())


def _file(cycle_id: int, form: ContestForm) -> ResponseReturnValue:
    try:
        # Others need the connection while the files wait for their turn.
        db.session.rollback()
        files = [NamedFile(file.filename or "", cleaned_upload(file)) for file in form.chosen_files]
        due_on = _keep(cycle_id, form, files)
    except NoOwnCycleError as error:
        return kept_words(error, form.words.data, url_for("own_record.record"))
    except DomainError as error:
        return _refused(cycle_id, error.message, error.status)
    except (BusyError, StorageUnavailableError) as error:
        log.warning("A contest could not be kept: %s %s", type(error).__name__, error)
        return _refused(cycle_id, SENTENCES["busy"], 503)
    flash(gettext("Sanggahan Anda diterima. Putusannya Anda terima paling lambat %(day)s.", day=due_on), "success")
    return redirect(url_for("own_record.cycle", cycle_id=cycle_id, _anchor="sanggahan"), 303)


def _keep(cycle_id: int, form: ContestForm, files: list[NamedFile]) -> str:
    cycle, employee = own_cycle(cycle_id)
    now, settings = clock.utcnow(), current_app.extensions["suara_settings"]
    _calendar, day = calendar_of(db.session(), cycle.agency_id, now)
    filed = file_contest(
        db.session(), current_app.extensions["suara_storage"], cycle, employee, _thing(cycle_id),
        Said(ContestReason(form.reason.data), form.words.data or "", files),
        Filing(user_id=current_user.id, today=day, now=now, review_days=settings.review_days),
    )  # fmt: skip
    due_on = day_words(filed.due_on)
    db.session.commit()
    return due_on


def _refused(cycle_id: int, sentence: str, status: int) -> ResponseReturnValue:
    db.session.rollback()
    return _contest_again([sentence], cycle_id=cycle_id), status


def _contest_again(sentences: list[str], *, cycle_id: int) -> str:
    cycle, _employee = own_cycle(cycle_id)
    thing = _thing(cycle_id)
    form = ContestForm(thing.kind)
    form.form_errors = [translated(words) for words in sentences]
    if form.chosen_files:
        form.form_errors.append(gettext("Isian Anda masih ada di bawah; berkasnya perlu dipilih lagi."))
    return _page(cycle, thing, form)


bp.record_once(lambda state: draw_staff_form_again(state.app, "own_record.contest", _contest_again, "words"))


def _page(cycle: Cycle, thing: Contestable, form: ContestForm) -> str:
    settings = current_app.extensions["suara_settings"]
    return render_template(
        "own/contest.html", cycle=cycle, thing=thing, form=form, files_max=FILES_MAX, review_days=settings.review_days
    )
