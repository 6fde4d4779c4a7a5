"""Cycles, the score of each person, and the rows behind every figure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints import score_words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.formats import number
from feedback_app.blueprints.forms.staff import CycleForm
from feedback_app.blueprints.paging import slice_of
from feedback_app.blueprints.score_figure import figure, scale_of
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.evaluation.attribution.shadow import shadow_score
from feedback_app.evaluation.cycles import computing
from feedback_app.evaluation.evidence import queries, ratings
from feedback_app.evaluation.evidence.queries import Evidence, EvidenceGroup
from feedback_app.evaluation.models import Cycle
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Agency
from feedback_app.organisation.rules import mask_nip

bp = staff_blueprint("evaluation")

PEOPLE_PER_PAGE = 100
RATINGS_PER_PAGE = 200


class UnknownGroupError(NotFoundError):
    """No line of the evidence begins on this day with this post, service and channel."""

    code = "unknown_group"


@bp.get("/evaluasi")
@requires(Permission.READ_EVIDENCE)
def cycles() -> ResponseReturnValue:
    """Show the cycles, and the form of a new one to who may open it."""
    return _cycles_page(CycleForm(_agencies(), formdata=None))


@bp.post("/evaluasi")
@requires(Permission.MANAGE_CYCLE)
def open() -> ResponseReturnValue:  # noqa: A001 - the word of the field; the built-in is not used here
    """Open a cycle."""
    agencies = _agencies()
    if not agencies:
        raise queries.WholeAgencyNeededError(queries.WHOLE_AGENCY_NEEDED)
    form = CycleForm(agencies)
    if not form.validate():
        return _cycles_page(form), 422
    wanted, actor = form.wanted(), person(current_user.id)
    try:
        cycle = computing.open_cycle(db.session(), **asdict(wanted), actor=actor, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        form.name.errors = [gettext(error.message)]
        return _cycles_page(form), error.status
    db.session.commit()
    flash(gettext("Siklus dibuka. Hitung siklus ini untuk melihat bukti per pegawai."), "success")
    return redirect(url_for("evaluation.cycle", cycle_id=cycle.id), 303)


@bp.get("/evaluasi/<int:cycle_id>")
@requires(Permission.READ_EVIDENCE)
def cycle(cycle_id: int) -> ResponseReturnValue:
    """Show everybody within reach who held a post in a cycle, with score, interval and band."""
    found = _cycle(cycle_id, Permission.READ_EVIDENCE)
    rows = queries.scores_of(db.session(), current_user.id, found, today())
    shown, page, pages = slice_of(rows, PEOPLE_PER_PAGE)
    scale = scale_of((row.score for row in rows), found.delta)
    return render_template(
        "evaluation/cycle.html",
        cycle=found,
        agency=db.session().get_one(Agency, found.agency_id),
        rows=[(row, figure(row.score, scale)) for row in shown],
        total=len(rows),
        page=page,
        pages=pages,
        may_compute=_may_compute(cycle_id),
        signed=score_words.signed,
        mask_nip=mask_nip,
    )


@bp.post("/evaluasi/<int:cycle_id>/hitung")
@requires(Permission.MANAGE_CYCLE)
def compute(cycle_id: int) -> ResponseReturnValue:
    """Compute a cycle anew from the figures of today."""
    found = _cycle(cycle_id, Permission.MANAGE_CYCLE)
    done = computing.compute(db.session(), found, actor=person(current_user.id), now=clock.utcnow())
    db.session.commit()
    flash(
        gettext(
            "Siklus dihitung: %(people)s pegawai, %(counted)s penilaian dihitung, %(beside)s hanya ditampilkan, "
            "%(nobody)s tanpa penanggung jawab.",
            people=number(done.people, 0), counted=number(done.ratings, 0), beside=number(done.ratings_beside, 0),
            nobody=number(done.ratings_nobody, 0),
        ),
        "success",
    )  # fmt: skip
    return redirect(url_for("evaluation.cycle", cycle_id=cycle_id), 303)


@bp.get("/evaluasi/<int:cycle_id>/pegawai/<int:employee_id>")
@requires(Permission.READ_EVIDENCE)
def employee(cycle_id: int, employee_id: int) -> ResponseReturnValue:
    """Show what the figure of one person rests on."""
    found = _cycle(cycle_id, Permission.READ_EVIDENCE)
    evidence = queries.evidence(db.session(), current_user.id, found, employee_id, today())
    score = evidence.score
    return render_template(
        "evaluation/employee.html",
        cycle=found,
        agency=db.session().get_one(Agency, found.agency_id),
        evidence=evidence,
        score=score,
        nip=mask_nip(evidence.nip),
        positions=_positions(evidence),
        figure=figure(score, scale_of([score], found.delta)),
        words=score_words,
        shadow=shadow_score(db.session(), found, employee_id),
    )


@bp.get("/evaluasi/<int:cycle_id>/pegawai/<int:employee_id>/baris")
@requires(Permission.READ_EVIDENCE)
def rows(cycle_id: int, employee_id: int) -> ResponseReturnValue:
    """Show the ratings behind one line of the evidence."""
    found = _cycle(cycle_id, Permission.READ_EVIDENCE)
    evidence = queries.evidence(db.session(), current_user.id, found, employee_id, today())
    group = _asked_group(evidence)
    opened = ratings.rating_rows(db.session(), current_user.id, found, employee_id, group, today())
    shown, page, pages = slice_of(opened.rows, RATINGS_PER_PAGE)
    return render_template(
        "evaluation/rows.html",
        cycle=found,
        evidence=evidence,
        group=group,
        position=_positions(evidence).get(group.assignment_id or 0, "–"),
        ratings=opened,
        shown=shown,
        page=page,
        pages=pages,
    )


def _asked_group(evidence: Evidence) -> EvidenceGroup:
    """Return the line of the evidence that the address names."""
    wanted = (
        request.args.get("assignment", type=int),
        request.args.get("service", type=int),
        request.args.get("channel", type=Channel),
        request.args.get("from", type=date.fromisoformat),
    )
    for group in evidence.groups:
        if (group.assignment_id, group.service_id, group.channel, group.first_day) == wanted:
            return group
    raise UnknownGroupError("Baris bukti itu tidak ada. Buka kembali dari halaman bukti pegawai.")


@bp.app_template_filter("month")
def month(value: date) -> str:
    """Return a month in words, such as `Mei 2026`."""
    return str(format_date(value, "MMMM yyyy"))


def _positions(evidence: Evidence) -> dict[int, str]:
    return {post.assignment.id: f"{post.assignment.position}, {post.unit_name}" for post in evidence.posts}


def _cycle(cycle_id: int, permission: Permission) -> Cycle:
    return queries.cycle_for(db.session(), current_user.id, cycle_id, permission=permission, day=today())


def _may_compute(cycle_id: int) -> bool:
    try:
        _cycle(cycle_id, Permission.MANAGE_CYCLE)
    except (queries.UnknownCycleError, queries.WholeAgencyNeededError):
        return False
    return True


def _agencies() -> list[Agency]:
    return queries.evaluated_agencies(db.session(), current_user.id, Permission.MANAGE_CYCLE, today())


def _cycles_page(form: CycleForm) -> str:
    found = queries.cycles_for(db.session(), current_user.id, today())
    return render_template("evaluation/cycles.html", cycles=found, form=form)
