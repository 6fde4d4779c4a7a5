"""The board of cycles, opening one, and what one says of everybody within reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints import score_words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.cycle_words import next_words, stages
from feedback_app.blueprints.evaluation_frame import act_on, bp, cycle_within_reach, holds, whole_cycle
from feedback_app.blueprints.formats import number
from feedback_app.blueprints.forms.cycles import CycleForm, VersionForm
from feedback_app.blueprints.paging import slice_of
from feedback_app.blueprints.score_figure import figure, scale_of
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.evaluation.cycles import computing, cut_off, discarding
from feedback_app.evaluation.cycles.life import check_corrected
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.cycles.progress import Step, next_step, progress_of
from feedback_app.evaluation.cycles.queries import board, moves_of, newer_version, same_period
from feedback_app.evaluation.cycles.rules import may_compute
from feedback_app.evaluation.cycles.signatures import signatures_of
from feedback_app.evaluation.evidence import queries
from feedback_app.evaluation.evidence.told import is_withheld
from feedback_app.evaluation.models import Cycle
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.rules import mask_nip
from feedback_app.organisation.whole_agencies import whole_agencies

PEOPLE_PER_PAGE = 100


@bp.get("/evaluasi")
@requires(Permission.READ_EVIDENCE)
def cycles() -> ResponseReturnValue:
    """Show the cycles with what comes next in each, and the form of a new one to who may open it."""
    return _cycles_page(CycleForm(_agencies(), today(), formdata=None))


@bp.post("/evaluasi")
@requires(Permission.MANAGE_CYCLE)
def open() -> ResponseReturnValue:  # noqa: A001 - the word of the field; the built-in is not used here
    """Open a cycle."""
    agencies = _agencies()
    if not agencies:
        raise queries.WholeAgencyNeededError(queries.WHOLE_AGENCY_NEEDED)
    form = CycleForm(agencies, today())
    if not form.validate():
        return _cycles_page(form), 422
    wanted, actor = form.wanted(), person(current_user.id)
    try:
        cycle = open_cycle(db.session(), **asdict(wanted), actor=actor, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        form.name.errors = [gettext(error.message)]
        return _cycles_page(form), error.status
    db.session.commit()
    flash(gettext("Siklus dibuka. Langkah berikutnya tertulis di halaman ini."), "success")
    return redirect(url_for("evaluation.cycle", cycle_id=cycle.id), 303)


@bp.get("/evaluasi/<int:cycle_id>")
@requires(Permission.READ_EVIDENCE)
def cycle(cycle_id: int) -> ResponseReturnValue:
    """Show how far a cycle is, and everybody within reach who held a post in it, with score, interval and band."""
    return cycle_page(cycle_within_reach(cycle_id))


@bp.post("/evaluasi/<int:cycle_id>/hitung")
@requires(Permission.MANAGE_CYCLE)
def compute(cycle_id: int) -> ResponseReturnValue:
    """Compute a cycle from the figures up to its moment, with posts and decisions as known now.

    Figures that were told before are only replaced by who has read what follows from it.
    """
    found = whole_cycle(cycle_id, Permission.MANAGE_CYCLE)
    if found.computed_at is not None and may_compute(found.status) and request.form.get("confirmed") != "1":
        return redirect(url_for("evaluation.compute_again", cycle_id=cycle_id), 303)
    return act_on(found, _compute)


@bp.get("/evaluasi/<int:cycle_id>/hitung-ulang")
@requires(Permission.MANAGE_CYCLE)
def compute_again(cycle_id: int) -> ResponseReturnValue:
    """Say what follows when a cycle is computed anew, and ask."""
    found, session = whole_cycle(cycle_id, Permission.MANAGE_CYCLE), db.session()
    if found.computed_at is None or not may_compute(found.status):
        return redirect(url_for("evaluation.cycle", cycle_id=cycle_id), 303)
    return render_template(
        "evaluation/compute_again.html",
        cycle=found,
        agency=session.get_one(Agency, found.agency_id),
        open_corrections=progress_of(session, [found])[found.id].waiting.uncorrected,
    )


@bp.route("/evaluasi/<int:cycle_id>/hapus", methods=["GET", "POST"])
@requires(Permission.MANAGE_CYCLE)
def discard(cycle_id: int) -> ResponseReturnValue:
    """Ask before a cycle that was never computed is discarded; discard it."""
    found, session = whole_cycle(cycle_id, Permission.MANAGE_CYCLE), db.session()
    if request.method == "GET" and discarding.may_discard(session, found):
        agency = session.get_one(Agency, found.agency_id)
        return render_template("evaluation/discard.html", cycle=found, agency=agency)
    try:
        discarding.discard(session, found, actor=person(current_user.id), now=clock.utcnow())
    except discarding.CycleInUseError as error:
        session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("evaluation.cycle", cycle_id=cycle_id), 303)
    session.commit()
    flash(gettext("Siklus dihapus."), "success")
    return redirect(url_for("evaluation.cycles"), 303)


def cycle_page(found: Cycle, version_form: VersionForm | None = None) -> str:
    """Return the page of a cycle, with what was typed into the form of a new version if that was refused."""
    session = db.session()
    rows = queries.scores_of(session, current_user.id, found, today())
    shown, page, pages = slice_of(rows, PEOPLE_PER_PAGE)
    scale = scale_of((row.score for row in rows), found.delta)
    progress = progress_of(session, [found])[found.id]
    manages = holds(found.id, Permission.MANAGE_CYCLE)
    return render_template(
        "evaluation/cycle.html",
        cycle=found,
        agency=session.get_one(Agency, found.agency_id),
        rows=[(row, figure(row.score, scale)) for row in shown],
        total=len(rows),
        page=page,
        pages=pages,
        progress=progress,
        stages=stages(found),
        next_words=next_words(found, progress, today()),
        step=next_step(found, progress, today()),
        Step=Step,
        manages=manages,
        signs=holds(found.id, Permission.SIGN_CYCLE),
        may_compute=manages and may_compute(found.status),
        may_discard=manages and discarding.may_discard(session, found),
        moves=moves_of(session, found),
        signatures=signatures_of(session, found),
        others=same_period(session, found),
        newer=newer_version(session, found),
        version_form=version_form or VersionForm(formdata=None),
        signed=score_words.signed,
        is_withheld=is_withheld,
        services_alike=score_words.services_alike,
        mask_nip=mask_nip,
    )


def _compute(found: Cycle) -> str:
    session = db.session()
    accepted = progress_of(session, [found])[found.id].waiting.newer_than_figures
    note = gettext("%(n)s sanggahan diterima", n=accepted) if accepted else None
    now = cut_off.hold_still(session, clock.utcnow)
    check_corrected(session, found)
    done = computing.compute(session, found, actor=person(current_user.id), now=now, note=note)
    words = gettext(
        "Siklus dihitung: %(people)s pegawai, %(counted)s penilaian dihitung, %(beside)s hanya ditampilkan, "
        "%(nobody)s tanpa penanggung jawab.",
        people=number(done.people, 0), counted=number(done.ratings, 0), beside=number(done.ratings_beside, 0),
        nobody=number(done.ratings_nobody, 0),
    )  # fmt: skip
    return str(words)


def _agencies() -> Sequence[Agency]:
    return whole_agencies(db.session(), current_user.id, Permission.MANAGE_CYCLE, today())


def _cycles_page(form: CycleForm) -> str:
    found = [
        (row, next_words(row.cycle, row.progress, today()), stages(row.cycle))
        for row in board(db.session(), current_user.id, today())
    ]
    running = [one for one in found if one[0].cycle.frozen_at is None]
    ended = [one for one in found if one[0].cycle.frozen_at is not None]
    return render_template("evaluation/cycles.html", running=running, ended=ended, form=form)
