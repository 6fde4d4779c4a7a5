"""One answer to many citizens at once: chosen in the inbox or by following a link, looked at, then sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.chosen_cases import chosen_from
from feedback_app.blueprints.forms.answers import CollectiveForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.reply_panel import put_below, sentence
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.answers.filling import templates_of_all, values_of
from feedback_app.handling.answers.placeholders import PLACEHOLDERS, fill, placeholders_in
from feedback_app.handling.bulk.collective import CHOSEN_MOST, Chosen, Sent, reply_to_all
from feedback_app.handling.bulk.duplicates import Similar, open_copies_of, similar_cases
from feedback_app.identity.rules import Permission


@dataclass(frozen=True, slots=True)
class Sample:
    """The answer as the citizen of one case would read it, and what is left to fill in, which keeps it from going."""

    case_id: int
    words: str
    left: Sequence[str]


@bp.route("/tanggapi-bersama", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
def reply_to_many() -> ResponseReturnValue:
    """Show the chosen cases and the answer as each will read it; send it to all."""
    chosen = chosen_from(request.values.getlist("case"))[: CHOSEN_MOST + 1]
    step = request.form.get("step", "")
    if request.method == "GET" or not step:
        return _page(chosen, CollectiveForm(formdata=None))
    form = CollectiveForm()
    if step == "template":
        _insert_template(form, chosen)
        return _page(chosen, form), 422 if form.errors else 200
    if not form.validate() or not chosen:
        return _page(chosen, form), 422
    if step != "send":
        return _page(chosen, form, is_preview=True)
    return _send(chosen, form)


def _send(chosen: Sequence[Chosen], form: CollectiveForm) -> ResponseReturnValue:
    text, now = form.text.data or "", clock.utcnow()
    try:
        sent = reply_to_all(db.session(), chosen, text, user_id=current_user.id, day=today(), now=now)
    except DomainError as error:
        db.session.rollback()
        form.form_errors = [error.message]
        return _page(chosen, form), error.status
    db.session.commit()
    told = ngettext(
        "Tanggapan terkirim kepada %(num)s pelapor, masing-masing dengan waktu menilai sendiri.",
        "Tanggapan terkirim kepada %(num)s pelapor, masing-masing dengan waktu menilai sendiri.",
        len(sent.case_ids),
    )
    if not sent.failed:
        flash(told, "success")
        return redirect(url_for("cases.inbox"), 303)
    return _failed(sent, form, told), 409


def _failed(sent: Sent, form: CollectiveForm, told: str) -> str:
    form.form_errors = [
        *([told] if sent.case_ids else []),
        ngettext(
            "%(num)s kasus belum ditanggapi; sebabnya tertulis di bawah. Tulisan Anda masih ada.",
            "%(num)s kasus belum ditanggapi; sebabnya tertulis di bawah. Tulisan Anda masih ada.",
            len(sent.failed),
        ),
    ]
    reasons = {case_id: sentence(error) for case_id, error in sent.failed.items()}
    return _page([Chosen(case_id) for case_id in sent.failed], form, reasons=reasons)


def _insert_template(form: CollectiveForm, chosen: Sequence[Chosen]) -> None:
    known = {template.id: template for template in templates_of_all(db.session(), _ids(_rows(chosen)), day=today())}
    template = known.get(number_or_none(request.form.get("template")) or 0)
    if template is None:
        form.form_errors = [gettext("Pilih templat dari daftar.")]
        return
    put_below(form, template.text)


def _rows(chosen: Sequence[Chosen]) -> list[Similar]:
    return similar_cases(db.session(), current_user.id, [one.case_id for one in chosen], day=today())


def _ids(rows: Sequence[Similar]) -> list[int]:
    return [row.id for row in rows]


def _page(
    chosen: Sequence[Chosen],
    form: CollectiveForm,
    *,
    is_preview: bool = False,
    reasons: Mapping[int, str] | None = None,
) -> str:
    session, rows = db.session(), _rows(chosen)
    merged = len(open_copies_of(session, _ids(rows)) - set(_ids(rows)))
    return render_template(
        "cases/collective.html",
        form=form,
        rows=rows,
        left_out=len(chosen) - len(rows),
        told=len(rows) + merged,
        merged=merged,
        reasons=reasons or {},
        templates=templates_of_all(session, _ids(rows), day=today()),
        placeholders=PLACEHOLDERS,
        is_preview=is_preview and bool(rows),
        samples=[_sample(row, form) for row in rows] if is_preview else [],
    )


def _sample(row: Similar, form: CollectiveForm) -> Sample:
    values = values_of(db.session(), my_case(row.id), user_id=current_user.id, day=today())
    words = fill(form.text.data or "", values)
    return Sample(row.id, words, placeholders_in(words))
