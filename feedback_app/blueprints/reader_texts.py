"""The queue of texts that people read for the machine: one after the other, by keys or by hand."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.analysis.learning.models import ReviewState
from feedback_app.blueprints import reader_words as words
from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.forms.reader import TextForm
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.desk.text_queue import Task, count_waiting, next_task, task_for
from feedback_app.handling.desk.text_reviews import Said, judge, skip
from feedback_app.handling.desk.text_undo import can_undo, undo_last
from feedback_app.identity.rules import Permission
from feedback_app.measures.topics import refold

bp = staff_blueprint("reader_texts")


@bp.get("/pembaca/tulisan")
@requires(Permission.MANAGE_READER, Permission.READ_INBOX)
def text() -> ResponseReturnValue:
    """Show the next text, or the one whose answer was taken back; or that none waits."""
    asked = number_or_none(request.args.get("tulisan"))
    if asked is None:
        task = next_task(db.session(), current_user.id, today())
    else:
        task = task_for(db.session(), current_user.id, asked, today())
    form = TextForm(formdata=None, data={"review_id": task.review.id} if task else {})
    return _page(task, form)


@bp.post("/pembaca/tulisan")
@requires(Permission.MANAGE_READER, Permission.READ_INBOX)
def answer() -> ResponseReturnValue:
    """Store what somebody says about a text, or leave it out, and lead to the next one."""
    form = TextForm()
    review_id = number_or_none(form.review_id.data)
    task = task_for(db.session(), current_user.id, -1 if review_id is None else review_id, today())
    if request.form.get("act") == "skip":
        return _skip(task, form)
    if not form.validate():
        return _page(task, form), 422
    try:
        said = judge(db.session(), task.review, form.answers, user_id=current_user.id, day=today(), now=clock.utcnow())
    except DomainError as error:
        return _refused(task, form, error)
    for changed in said.relabelled:
        refold(db.session(), changed)
    db.session.commit()
    _tell(said)
    return redirect(url_for("reader_texts.text"), 303)


@bp.post("/pembaca/tulisan/urungkan")
@requires(Permission.MANAGE_READER, Permission.READ_INBOX)
def undo() -> ResponseReturnValue:
    """Take the last answer back; its text is shown again."""
    try:
        review, changed = undo_last(db.session(), current_user.id, today(), now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("reader_texts.text"), 303)
    for one in changed:
        refold(db.session(), one)
    review_id = review.id
    db.session.commit()
    flash(gettext("Jawaban terakhir dibatalkan; label yang sebelumnya berlaku lagi."), "success")
    return redirect(url_for("reader_texts.text", tulisan=review_id), 303)


def _skip(task: Task, form: TextForm) -> ResponseReturnValue:
    try:
        skip(db.session(), task.review, user_id=current_user.id, now=clock.utcnow())
    except DomainError as error:
        return _refused(task, form, error)
    db.session.commit()
    return redirect(url_for("reader_texts.text"), 303)


def _refused(task: Task, form: TextForm, error: DomainError) -> ResponseReturnValue:
    """Show the text again with what was chosen, and why it was not stored."""
    review_id = task.review.id
    db.session.rollback()
    form.form_errors = [translated(error.message)]
    return _page(task_for(db.session(), current_user.id, review_id, today()), form), error.status


def _tell(said: Said) -> None:
    if said.is_passed_on:
        flash(
            gettext(
                "Tersimpan. Tulisan itu diserahkan kepada yang memeriksa dugaan pelanggaran; unit yang ditulis tidak "
                "lagi dapat membacanya."
            ),
            "warning",
        )
    elif said.is_opened:
        flash(gettext("Tersimpan. Karena mendesak, tulisan itu kini menjadi kasus di kotak masuk unitnya."), "warning")
    elif said.stays_without_case:
        flash(
            gettext(
                "Tersimpan. Tulisan itu tidak menjadi kasus, karena pengirimnya tidak meminta tanggapan. Bila ada "
                "bahaya, beri tahu unitnya sekarang juga."
            ),
            "warning",
        )
    else:
        flash(gettext("Tersimpan. Terima kasih: sistem belajar dari jawaban Anda."), "success")


def _page(task: Task | None, form: TextForm) -> str:
    return render_template(
        "reader/text.html",
        task=task,
        form=form,
        left=count_waiting(db.session(), current_user.id, today()),
        is_over=task is not None and task.review.state is not ReviewState.WAITING,
        unsure_of=[str(words.HEAD_WORDS[head]).lower() for head in task.unanswered] if task else [],
        guesses=_guesses(task) if task else [],
        can_undo=can_undo(db.session(), current_user.id, today(), now=clock.utcnow()),
        looks_after=Permission.MANAGE_READER in my_permissions(),
        words=words,
    )


def _guesses(task: Task) -> list[tuple[str, list[str]]]:
    """Return the likeliest labels in words, by question; of what the machine was sure of nothing."""
    found = {head: _likeliest(task, head) for head in task.unanswered}
    return [(str(words.HEAD_WORDS[head]), likely) for head, likely in found.items() if likely]


def _likeliest(task: Task, head: str) -> list[str]:
    if head == "aspect":
        ranked = task.guesses.get("aspects")
        known = ranked[:3] if isinstance(ranked, list) else []
        return [f"{words.label_words('aspect', value)} ({words.percent(float(p))})" for value, p in known]
    best = task.guesses.get("best")
    value = best.get(head) if isinstance(best, dict) else None
    return [str(words.label_words(head, value))] if value else []
