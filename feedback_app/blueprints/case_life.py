"""What is done to a case besides answering it: verify, hand back, ask, tell, archive, restore, reclassify, review."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.acting import act
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.case_life import (
    ArchiveForm,
    AskForm,
    LabelsForm,
    ProgressForm,
    ReclassifyForm,
    ReleaseForm,
    RestoreForm,
    ReviewForm,
    VerifyForm,
)
from feedback_app.db import db
from feedback_app.handling import life
from feedback_app.handling.desk.corrections import correct
from feedback_app.handling.desk.reclassification import reclassify as change_classification
from feedback_app.handling.ending import archiving, dispute_reviews
from feedback_app.handling.ending.models import ReviewVerdict
from feedback_app.handling.models import Case
from feedback_app.handling.rules import ArchiveReason, Classification
from feedback_app.identity.rules import Permission
from feedback_app.measures.topics import refold


@bp.post("/kasus/<int:case_id>/verifikasi")
@requires(Permission.ANSWER_CASE)
def verify(case_id: int) -> ResponseReturnValue:
    """Say that a case was read and is with the right unit."""
    return act(
        case_id, VerifyForm(),
        lambda case: life.verify(db.session(), case, user_id=current_user.id, now=clock.utcnow()),
        gettext("Kasus sudah diverifikasi."),
    )  # fmt: skip


@bp.post("/kasus/<int:case_id>/lepas")
@requires(Permission.ANSWER_CASE)
def release(case_id: int) -> ResponseReturnValue:
    """Lay a case back with its unit."""
    return act(
        case_id, ReleaseForm(),
        lambda case: life.release(db.session(), case, user_id=current_user.id, now=clock.utcnow()),
        gettext("Kasus dilepas; rekan Anda dapat mengambilnya."),
    )  # fmt: skip


@bp.post("/kasus/<int:case_id>/minta-keterangan")
@requires(Permission.ANSWER_CASE)
def ask(case_id: int) -> ResponseReturnValue:
    """Ask the citizen for facts."""
    form = AskForm()
    return act(
        case_id, form,
        lambda case: life.ask(
            db.session(), case, form.question.data or "", user_id=current_user.id, now=clock.utcnow()
        ),
        gettext("Pertanyaan terkirim. Tenggat berhenti sampai pelapor menjawab."),
    )  # fmt: skip


@bp.post("/kasus/<int:case_id>/kabar")
@requires(Permission.ANSWER_CASE)
def progress(case_id: int) -> ResponseReturnValue:
    """Tell the citizen what is being done."""
    form = ProgressForm()
    return act(
        case_id, form,
        lambda case: life.report_progress(
            db.session(), case, form.news.data or "", user_id=current_user.id, now=clock.utcnow()
        ),
        gettext("Kabar terkirim. Penyelesaiannya masih ditunggu pelapor."),
    )  # fmt: skip


@bp.post("/kasus/<int:case_id>/arsipkan")
@requires(Permission.ANSWER_CASE)
def archive(case_id: int) -> ResponseReturnValue:
    """Put a case away, with a coded reason and an explanation."""
    form = ArchiveForm()
    return act(
        case_id, form,
        lambda case: archiving.archive(
            db.session(), case, ArchiveReason(form.archive_reason.data), form.explanation.data or "",
            user_id=current_user.id, now=clock.utcnow(),
        ),
        gettext("Kasus diarsipkan. Pelapor membaca penjelasan Anda dan dapat menyatakan keberatan."),
    )  # fmt: skip


@bp.post("/kasus/<int:case_id>/kembalikan")
@requires(Permission.ANSWER_CASE)
def restore(case_id: int) -> ResponseReturnValue:
    """Take a case up again that was put away."""
    form = RestoreForm()
    return act(
        case_id, form,
        lambda case: archiving.restore(
            db.session(), case, form.restore_reason.data or "", user_id=current_user.id, now=clock.utcnow()
        ),
        gettext("Kasus dikembalikan sebagai kasus baru, dengan tenggat semula."),
    )  # fmt: skip


@bp.post("/kasus/<int:case_id>/jenis")
@requires(Permission.ANSWER_CASE)
def reclassify(case_id: int) -> ResponseReturnValue:
    """Change the classification of a case; the figures follow the label that is put right with it."""
    form = ReclassifyForm()

    def do(case: Case) -> None:
        session, wanted = db.session(), Classification(form.classification.data)
        reason, user_id = form.change_reason.data or "", current_user.id
        refold(session, change_classification(session, case, wanted, reason, user_id=user_id, now=clock.utcnow()))

    return act(case_id, form, do, gettext("Jenis penanganan diubah dan tenggatnya dihitung lagi."))


@bp.post("/kasus/<int:case_id>/label")
@requires(Permission.ANSWER_CASE)
def labels(case_id: int) -> ResponseReturnValue:
    """Put labels of the classifier right."""
    form = LabelsForm()

    def do(case: Case) -> None:
        session, user_id, now = db.session(), current_user.id, clock.utcnow()
        for head, value in form.chosen.items():
            refold(session, correct(session, case, head, value, user_id=user_id, now=now))

    return act(case_id, form, do, gettext("Dugaan sistem diperbaiki. Terima kasih: sistem dapat belajar dari ini."))


@bp.post("/kasus/<int:case_id>/tinjauan")
@requires(Permission.REVIEW_DISPUTE)
def review(case_id: int) -> ResponseReturnValue:
    """Decide about an answer the citizen calls unsolved."""
    form = ReviewForm()

    def do(case: Case) -> None:
        decide = dispute_reviews.let_stand
        if ReviewVerdict(form.decision.data) is ReviewVerdict.SENT_BACK:
            decide = dispute_reviews.send_back
        decide(db.session(), case, form.grounds.data or "", user_id=current_user.id, now=clock.utcnow())

    return act(case_id, form, do, gettext("Putusan Anda sudah dicatat."), permission=Permission.REVIEW_DISPUTE)
