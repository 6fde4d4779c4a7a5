"""How the reader of texts does: its version, its accuracy by audits, alarms, nightly rounds, and back again.

Figures are of the agencies that somebody looks after as a whole. The model serves all agencies, so only who looks after
every one of them takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.analysis.learning import quality, registry
from feedback_app.analysis.learning.accuracy_rules import FEWEST_SHOWN, PROMISED, Accuracy
from feedback_app.analysis.learning.drift import can_be_told, open_alarms
from feedback_app.analysis.learning.models import ModelRound
from feedback_app.analysis.learning.serving import reads_now
from feedback_app.analysis.learning.teaching import let_teach
from feedback_app.analysis.models import HEADS
from feedback_app.blueprints import reader_words as words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.errors import DomainError, NotFoundError
from feedback_app.handling.desk.text_queue import count_waiting
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import units_of
from feedback_app.organisation.whole_agencies import whole_agencies

bp = staff_blueprint("reader_page")

ROUNDS_SHOWN = 14
Table = list[tuple[str, dict[str, Accuracy | None]]]


class UnknownAgencyOfReaderError(NotFoundError):
    """This account does not look after the reader for such an agency."""

    code = "unknown_agency_of_reader"


@dataclass(frozen=True, slots=True)
class _Figures:
    heads: dict[str, Accuracy | None]
    languages: Table
    units: Table
    abstentions: dict[str, quality.Abstention]
    audited: quality.Audited
    drift_unknown: list[str]


@bp.get("/pembaca")
@requires(Permission.MANAGE_READER)
def page() -> ResponseReturnValue:
    """Show how the reader does."""
    session, agencies = db.session(), _agencies()
    ids = [agency.id for agency in agencies]
    settings: Settings = current_app.extensions["suara_settings"]
    rounds = session.scalars(sa.select(ModelRound).order_by(ModelRound.id.desc()).limit(ROUNDS_SHOWN)).all()
    return render_template(
        "reader/page.html",
        agencies=agencies,
        time_zone=agencies[0].time_zone if agencies else "Asia/Makassar",
        uses=registry.uses(session, limit=1),
        versions=registry.versions(session),
        overruled=settings.model_dir is not None,
        reads=reads_now(session, settings.model_dir),
        figures=_figures(agencies) if agencies else None,
        alarms=open_alarms(session, ids),
        rounds=rounds,
        waiting=count_waiting(session, current_user.id, today()),
        may_roll_back=_looks_after_all(agencies),
        heads=words.HEAD_WORDS,
        fewest=FEWEST_SHOWN,
        promised=PROMISED,
        words=words,
    )


@bp.get("/pembaca/kembali")
@requires(Permission.MANAGE_READER)
def confirm_roll_back() -> ResponseReturnValue:
    """Ask whether a version is to serve again."""
    asked = request.args.get("versi", "")
    found = next((row for row in registry.versions(db.session()) if row.version == asked), None)
    if found is None or found.serves or not found.can_serve or not _looks_after_all(_agencies()):
        flash(gettext("Versi itu tidak dapat dipakai lagi dari sini."), "error")
        return redirect(url_for("reader_page.page"), 303)
    return render_template("reader/roll_back.html", version=found, time_zone=_agencies()[0].time_zone, words=words)


@bp.post("/pembaca/kembali")
@requires(Permission.MANAGE_READER)
def roll_back() -> ResponseReturnValue:
    """Let an earlier version serve again."""
    asked = request.form.get("version", "")
    if not asked or not _looks_after_all(_agencies()):
        flash(gettext("Versi itu tidak dapat dipakai lagi dari sini."), "error")
        return redirect(url_for("reader_page.page"), 303)
    try:
        registry.roll_back(db.session(), asked, user_id=current_user.id, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("reader_page.page"), 303)
    db.session.commit()
    flash(gettext("Versi %(version)s membaca tulisan mulai sekarang.", version=asked), "success")
    return redirect(url_for("reader_page.page"), 303)


@bp.post("/pembaca/pelajaran")
@requires(Permission.MANAGE_READER)
def teach() -> ResponseReturnValue:
    """Say whether the reader may learn from the texts of an agency."""
    agency_id = number_or_none(request.form.get("agency_id"))
    agency = next((row for row in _agencies() if row.id == agency_id), None)
    if agency is None:
        raise UnknownAgencyOfReaderError("Instansi itu tidak ada di antara yang Anda kelola.")
    let_teach(db.session(), agency, may=request.form.get("may") == "yes", user_id=current_user.id, now=clock.utcnow())
    db.session.commit()
    flash(gettext("Pilihan Anda tersimpan dan berlaku mulai model berikutnya yang dipakai."), "success")
    return redirect(url_for("reader_page.page"), 303)


def _agencies() -> Sequence[Agency]:
    return whole_agencies(db.session(), current_user.id, Permission.MANAGE_READER, today())


def _looks_after_all(agencies: Sequence[Agency]) -> bool:
    everywhere = db.session.scalar(sa.select(sa.func.count()).select_from(Agency)) or 0
    return bool(agencies) and len(agencies) == everywhere


def _figures(agencies: Sequence[Agency]) -> _Figures:
    session, now, ids = db.session(), clock.utcnow(), [agency.id for agency in agencies]
    audited = quality.audited(session, ids, now=now)
    names = _unit_names(agencies)
    by_language = quality.by_group(audited.rows, lambda row: row.language)
    by_unit = quality.by_group(audited.rows, lambda row: row.unit_id)
    units = [(names.get(unit_id, "–"), found) for unit_id, found in by_unit.items() if _any(found)]
    return _Figures(
        heads=quality.by_head(audited.rows),
        languages=[(words.language_words(name), found) for name, found in by_language.items() if _any(found)],
        units=sorted(units, key=lambda unit: unit[0]),
        abstentions=quality.abstentions(session, ids, now=now),
        audited=audited,
        drift_unknown=[agency.name for agency in agencies if not can_be_told(session, agency.id, now=now)],
    )


def _unit_names(agencies: Sequence[Agency]) -> dict[int, str]:
    """Return the names of units; two agencies may have a unit of one name, so several are named with each."""
    return {
        unit.id: unit.name if len(agencies) == 1 else f"{unit.name} ({agency.name})"
        for agency in agencies
        for unit in units_of(db.session(), agency.id, today())
    }


def _any(found: dict[str, Accuracy | None]) -> bool:
    return any(found[head] is not None and found[head].is_shown for head in HEADS)  # type: ignore[union-attr]
