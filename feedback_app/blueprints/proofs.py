"""Proof of what was done on a case: an officer adds it, looks at it again, takes it away."""

from __future__ import annotations

import logging

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from feedback_app import clock
from feedback_app.blueprints import file_answers
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.errors import HTTP_SENTENCES, problem
from feedback_app.blueprints.forms.proofs import ProofForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.uploads import accepts_files, cleaned_upload
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.answers import proofs as room
from feedback_app.handling.models import Case
from feedback_app.handling.rules import ENDED
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX
from feedback_app.intake.turns import BusyError
from feedback_app.storage import StorageUnavailableError

log = logging.getLogger(__name__)
PROOF_SENTENCES = {
    "busy": "Sedang banyak berkas yang dikirim. Tunggu sebentar lalu kirim berkas ini lagi.",
    "too_much": "Kiriman berkas terlalu besar. Kirim lagi satu per satu, paling besar 10 MB tiap berkas.",
}


@bp.route("/kasus/<int:case_id>/bukti", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
@accepts_files(files=room.PROOFS_MAX, file_bytes=ATTACHMENT_BYTES_MAX)
def proofs(case_id: int) -> ResponseReturnValue:
    """Show the proof on a case and the form for more; keep what it sends, each file for itself."""
    case = my_case(case_id)
    if request.method == "GET":
        return _page(case, ProofForm(formdata=None))
    form = ProofForm()
    if not form.validate():
        return _page(case, form), 422
    chosen = [file for file in form.files.data if file.filename]
    refused = [sentence for file in chosen if (sentence := _try(case_id, file, form.caption.data))]
    if len(refused) < len(chosen):
        flash(gettext("Bukti ditambahkan. Pelapor melihatnya di halaman laporannya."), "success")
    if refused:
        form.files.errors = refused
        return _page(my_case(case_id), form), 422
    return redirect(url_for("cases.case", case_id=case_id, _anchor="bukti"), 303)


@bp.get("/kasus/<int:case_id>/bukti/<int:proof_id>")
@requires(Permission.READ_INBOX)
def proof(case_id: int, proof_id: int) -> ResponseReturnValue:
    """Give out a proof to whoever may read the case."""
    case = my_case(case_id, Permission.READ_INBOX)
    row, place = room.proof_of(db.session(), case.agency_id, case.id, proof_id)
    return file_answers.file_answer(row, place, "bukti")


@bp.post("/kasus/<int:case_id>/bukti/<int:proof_id>/hapus")
@requires(Permission.ANSWER_CASE)
def remove_proof(case_id: int, proof_id: int) -> ResponseReturnValue:
    """Take a proof away."""
    case = my_case(case_id, for_update=True)
    row, _place = room.proof_of(db.session(), case.agency_id, case.id, proof_id)
    storage = current_app.extensions["suara_storage"]
    room.remove_proof(db.session(), storage, row, user_id=current_user.id, now=clock.utcnow())
    db.session.commit()
    flash(gettext("Bukti itu sudah dihapus."), "success")
    return redirect(url_for("cases.case", case_id=case_id, _anchor="bukti"), 303)


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    if request.endpoint != "cases.proofs":
        return problem(413, "http_413", HTTP_SENTENCES[413])
    flash(translated(PROOF_SENTENCES["too_much"]), "error")
    return redirect(url_for("cases.proofs", case_id=(request.view_args or {})["case_id"]), 303)


def _try(case_id: int, file: FileStorage, caption: str | None) -> str | None:
    """Keep one file, committed by itself; return the sentence that says why it was refused."""
    try:
        _keep(case_id, file, caption)
    except DomainError as error:
        return error.message
    except (BusyError, StorageUnavailableError) as error:
        log.warning("A proof could not be kept: %s %s", type(error).__name__, error)
        return PROOF_SENTENCES["busy"]
    return None


def _keep(case_id: int, file: FileStorage, caption: str | None) -> None:
    try:
        room.check_room(db.session(), my_case(case_id), caption)
        # Others need the connection while this file waits for its turn.
        db.session.rollback()
        clean = cleaned_upload(file)
        case = my_case(case_id, for_update=True)
        storage, me = current_app.extensions["suara_storage"], current_user.id
        room.add_proof(db.session(), storage, case, clean, caption, user_id=me, now=clock.utcnow())
        db.session.commit()
    except Exception:
        db.session.rollback()
        raise


def _page(case: Case, form: ProofForm) -> str:
    found = room.proofs_of(db.session(), case.agency_id, case.id)
    rest = room.PROOFS_MAX - len(found)
    return render_template(
        "cases/proofs.html", case=case, form=form, rest=rest, has_ended=case.status in ENDED,
        caption_max=room.CAPTION_MAX,
    )  # fmt: skip
