"""An employee's own page: everything about them, and the way to answer to it."""

from __future__ import annotations

import io

from flask import current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints import own_sentences
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.expired_staff_forms import draw_staff_form_again
from feedback_app.blueprints.forms.replies import ObjectionForm, StatementForm
from feedback_app.blueprints.kept_words import kept_words
from feedback_app.blueprints.score_figure import figure, scale_of
from feedback_app.blueprints.score_words import signed, unit_sentence
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError, NotFoundError
from feedback_app.evaluation.cycles.objections import file_objection, last_day_for
from feedback_app.evaluation.cycles.office_days import calendar_of
from feedback_app.evaluation.cycles.progress import computable_from
from feedback_app.evaluation.cycles.rules import DayKind
from feedback_app.evaluation.evidence.pack import pack_of
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, ITEMS_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies import own_record as room
from feedback_app.evaluation.replies.rules import OPEN_STATES, ContestKind, ContestState
from feedback_app.evaluation.replies.statements import StatementChangedError, mark_of, say
from feedback_app.evaluation.replies.window import is_open
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Employee
from feedback_app.organisation.rules import mask_nip
from feedback_app.reporting.evidence_files import PackFormat, make

bp = staff_blueprint("own_record")


class UnknownFormatError(NotFoundError):
    """The evidence is not given out in this form."""

    code = "unknown_evidence_format"


@bp.get("/saya")
@requires(Permission.READ_OWN_RECORD)
def record() -> ResponseReturnValue:
    """Show the signed-in employee's posts, duty days and cycles."""
    return render_template(
        "own/record.html",
        records=room.own_records(db.session(), current_user.id, today()),
        by_counter=room.duty_by_counter,
        today=today(),
        computable_from=computable_from,
        mask_nip=mask_nip,
    )


@bp.get("/saya/<int:cycle_id>")
@requires(Permission.READ_OWN_RECORD)
def cycle(cycle_id: int) -> ResponseReturnValue:
    """Show what a cycle says about the signed-in employee; while it is computed anew, what they said themselves."""
    try:
        return _page(cycle_id, None, None)
    except room.NoOwnCycleError:
        answers = room.own_answers(db.session(), current_user.id, cycle_id, today())
    return render_template("own/recomputed.html", cycle=answers.cycle, answers=answers)


@bp.post("/saya/<int:cycle_id>/pernyataan")
@requires(Permission.READ_OWN_RECORD)
def state(cycle_id: int) -> ResponseReturnValue:
    """Keep what the employee says beside their figures."""
    form = StatementForm()
    try:
        found, employee = own_cycle(cycle_id)
        if not form.validate():
            return _page(cycle_id, form, None), 422
        now = clock.utcnow()
        _calendar, day = calendar_of(db.session(), found.agency_id, now)
        say(db.session(), found, employee, form.words.data or "", seen=form.seen.data or "",
            user_id=current_user.id, today=day, now=now)  # fmt: skip
    except room.NoOwnCycleError as error:
        return kept_words(error, form.words.data, url_for("own_record.record"))
    except StatementChangedError as error:
        db.session.rollback()
        form.form_errors = [translated(error.message)]
        return _page(cycle_id, form, None, is_overtaken=True), error.status
    except DomainError as error:
        db.session.rollback()
        form.form_errors = [translated(error.message)]
        return _page(cycle_id, form, None), error.status
    db.session.commit()
    flash(gettext("Pernyataan Anda disimpan dan akan berdiri di samping hasil Anda."), "success")
    return redirect(url_for("own_record.cycle", cycle_id=cycle_id, _anchor="pernyataan"), 303)


@bp.post("/saya/<int:cycle_id>/keberatan")
@requires(Permission.READ_OWN_RECORD)
def objection(cycle_id: int) -> ResponseReturnValue:
    """File the employee's objection to a final result."""
    form = ObjectionForm()
    try:
        found, employee = own_cycle(cycle_id)
        if not form.validate():
            return _page(cycle_id, None, form), 422
        file_objection(
            db.session(), found, employee.id, words=form.words.data or "", actor=person(current_user.id),
            now=clock.utcnow(), day_kind=_day_kind(),
        )  # fmt: skip
    except room.NoOwnCycleError as error:
        return kept_words(error, form.words.data, url_for("own_record.record"))
    except DomainError as error:
        db.session.rollback()
        form.form_errors = [translated(error.message)]
        return _page(cycle_id, None, form), error.status
    db.session.commit()
    flash(gettext("Keberatan Anda diterima. Pejabat Penilai menjelaskan, lalu atasannya memutuskan."), "success")
    return redirect(url_for("own_record.cycle", cycle_id=cycle_id, _anchor="keberatan"), 303)


@bp.get("/saya/<int:cycle_id>/berkas/<kind>")
@requires(Permission.READ_OWN_RECORD)
def pack(cycle_id: int, kind: str) -> ResponseReturnValue:
    """Give the employee their evidence as a file: the same that an evaluator gets."""
    found, employee = own_cycle(cycle_id)
    if kind not in set(PackFormat):
        raise UnknownFormatError("Berkas bukti tersedia sebagai PDF, XLSX, atau JSON. Pilih dari halaman siklus.")
    wanted = PackFormat(kind)
    made = make(pack_of(db.session(), found, employee.id), wanted)
    name = f"bukti-saya-siklus-{found.id}.{wanted.value}"
    return send_file(io.BytesIO(made.content), wanted.media_type, as_attachment=True, download_name=name)


def own_cycle(cycle_id: int) -> tuple[Cycle, Employee]:
    """Return a cycle that is shown to the signed-in employee, and who they are in it; see the room for what is raised.

    Every view of the employee's own pages comes by here, so that no address leads to somebody else.
    """
    return room.own_cycle(db.session(), current_user.id, cycle_id, today())


def contest_key() -> bytes:
    """Return the key from which the names of contestable ratings are made."""
    key: bytes = current_app.config["CONTEST_KEY"]
    return key


def _statement_again(sentences: list[str], *, cycle_id: int) -> str:
    form = StatementForm()
    form.form_errors = [translated(words) for words in sentences]
    return _page(cycle_id, form, None)


def _objection_again(sentences: list[str], *, cycle_id: int) -> str:
    form = ObjectionForm()
    form.form_errors = [translated(words) for words in sentences]
    return _page(cycle_id, None, form)


bp.record_once(lambda state: draw_staff_form_again(state.app, "own_record.state", _statement_again, "words"))
bp.record_once(lambda state: draw_staff_form_again(state.app, "own_record.objection", _objection_again, "words"))


def _day_kind() -> DayKind:
    return DayKind(current_app.extensions["suara_settings"].objection_day_kind)


def _page(
    cycle_id: int, statement: StatementForm | None, objection: ObjectionForm | None, *, is_overtaken: bool = False
) -> str:
    found = room.own_result(db.session(), current_user.id, cycle_id, today(), key=contest_key())
    pack = found.pack
    calendar, day = calendar_of(db.session(), pack.cycle.agency_id, clock.utcnow())
    if statement is None:
        statement = StatementForm(formdata=None)
        statement.words.data = pack.said.statement.words if pack.said.statement else ""
        statement.seen.data = mark_of(pack.said.statement)
    if is_overtaken:
        # Both stand on the page now, so the next try is against what is stored.
        statement.seen.data = mark_of(pack.said.statement)
    last_day = last_day_for(pack.cycle, calendar, _day_kind())
    return render_template(
        "own/cycle.html",
        own=found,
        pack=pack,
        cycle=pack.cycle,
        score=pack.score,
        figure=figure(pack.score, scale_of([pack.score], pack.cycle.delta)),
        sentences=own_sentences,
        signed=signed,
        unit_sentence=unit_sentence,
        is_open=is_open(pack.cycle, day),
        statement_form=statement,
        is_overtaken=is_overtaken,
        objection_form=objection or ObjectionForm(formdata=None),
        objection_last_day=last_day,
        may_object=last_day is not None and day <= last_day and pack.said.objection is None,
        kinds=ContestKind,
        withdrawable=OPEN_STATES,
        contested=_contested(found),
        figures_from=FIGURES_FROM_N,
        items_from=ITEMS_FROM_N,
        by_counter=room.duty_by_counter(found.duty),
    )


def _contested(found: room.OwnResult) -> set[object]:
    """Return what stands contested, by what names it, so that a page offers nothing twice."""
    standing = [contest for contest in found.contests if contest.state is not ContestState.WITHDRAWN]
    things: set[object] = {contest.submission_id for contest in standing if contest.submission_id}
    things |= {(contest.kind, contest.unit_id, contest.month, contest.assignment_id) for contest in standing}
    return things
