"""Merge reports of the same, and take them apart; what the case's own page shows is in `duplicates_panel`."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.case_page import check_unchanged
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.chosen_cases import chosen_from
from feedback_app.blueprints.forms.answers import MergeForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.handling.bulk import duplicates, suggestions
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.models import Case
from feedback_app.handling.queries import cases_for
from feedback_app.identity.rules import Permission
from feedback_app.nlp.duplicates.own_matter import is_of_own_matter


@bp.route("/kasus/<int:case_id>/gabung", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
def merge(case_id: int) -> ResponseReturnValue:
    """Show reports that seem to tell of the same; merge the ticked ones with this case."""
    case = my_case(case_id)
    if request.method == "GET":
        form = MergeForm(request.args)
        return _page(case, form, [])
    form, ticked = MergeForm(), chosen_from(request.form.getlist("case"))
    if not ticked:
        form.form_errors = [gettext("Centang paling sedikit satu laporan yang menceritakan hal yang sama.")]
        return _page(case, form, ticked), 422
    try:
        main = _merge(Chosen(case_id, number_or_none(request.form.get("version"))), ticked)
    except ConflictError as error:
        db.session.rollback()
        form.form_errors = [translated(error.message)]
        return _page(my_case(case_id), form, ticked), error.status
    db.session.commit()
    flash(
        ngettext(
            "%(num)s laporan digabungkan ke kasus ini. Satu tanggapan menjawab semuanya.",
            "%(num)s laporan digabungkan ke kasus ini. Satu tanggapan menjawab semuanya.",
            len(ticked),
        ),
        "success",
    )
    return redirect(url_for("cases.case", case_id=main.id), 303)


def _merge(this: Chosen, ticked: Sequence[Chosen]) -> Case:
    found = []
    wanted = [one.case_id for one in [*ticked, this]]
    # All at once, so that two who merge the same do not wait for each other.
    cases_for(db.session(), current_user.id, wanted, permission=Permission.ANSWER_CASE, day=today())
    for chosen in sorted({one.case_id: one for one in [*ticked, this]}.values(), key=lambda one: one.case_id):
        case = my_case(chosen.case_id, for_update=True)
        check_unchanged(case, chosen.version)
        found.append(case)
    return duplicates.merge(db.session(), found, user_id=current_user.id, now=clock.utcnow())


@bp.post("/kasus/<int:case_id>/pisah")
@requires(Permission.ANSWER_CASE)
def unmerge(case_id: int) -> ResponseReturnValue:
    """Let a merged report be answered by itself again."""
    case = my_case(case_id, for_update=True)
    try:
        check_unchanged(case, number_or_none(request.form.get("version")))
        duplicates.unmerge(db.session(), case, user_id=current_user.id, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
    else:
        db.session.commit()
        flash(gettext("Kasus ini sekarang berdiri sendiri, dengan tenggatnya semula."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


def _page(case: Case, form: MergeForm, ticked: Sequence[Chosen]) -> str:
    session = db.session()
    listed = suggestions.suggested(session, current_user.id, case, day=today())
    named = number_or_none((form.number.data or "").lstrip("#"))
    wanted = [one.case_id for one in ticked] + ([named] if named is not None else [])
    missing = [case_id for case_id in wanted if case_id not in {row.id for row in listed}]
    added = duplicates.similar_cases(session, current_user.id, [n for n in missing if n != case.id], day=today())
    if form.number.data and named not in {row.id for row in [*listed, *added]}:
        form.number.errors = [gettext("Kasus itu tidak ada di unit Anda, atau kasus ini sendiri.")]
    rows = [*added, *listed]
    this = duplicates.similar_cases(session, current_user.id, [case.id], day=today())[0]
    return render_template(
        "cases/merge.html", case=case, form=form, rows=rows, ticked=set(wanted), this=this,
        speaks_of_own_matter=bool(rows) and any(is_of_own_matter(row.text or "") for row in [this, *rows]),
    )  # fmt: skip
