"""Typing a pile of questionnaires: choose the place once, then one line a questionnaire, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.errors import wants_json
from feedback_app.blueprints.forms.survey_paper import PaperLine
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.survey import batch_queries, batch_undo, batches
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.models import Period
from feedback_app.survey.paper_places import PaperPlace, paper_places, place_of
from feedback_app.survey.paper_values import (
    KEYED_EDUCATIONS,
    KEYED_HOURS,
    KEYED_OCCUPATIONS,
)
from feedback_app.survey.queries import Asked, Questionnaire, questionnaire_for

bp = staff_blueprint("survey_paper")

KEYS: Final = {"jam": KEYED_HOURS, "pendidikan": KEYED_EDUCATIONS, "pekerjaan": KEYED_OCCUPATIONS}


@dataclass(frozen=True, slots=True)
class Desk:
    """A typing session as its page shows it."""

    batch: Batch
    period: Period
    place: PaperPlace
    asked: Questionnaire

    def name_of(self, question: Asked) -> str:
        """Return what stands above the field of a question: its element, or what it is asked as."""
        if question.element is None:
            return question.stem
        return question.replacement or RULESETS[self.asked.ruleset].element(question.element).name


@bp.route("/skm/kertas", methods=["GET", "POST"])
@requires(Permission.ENTER_SURVEY)
def start() -> ResponseReturnValue:
    """Choose period, unit and service; go on with a session of today."""
    places = paper_places(db.session(), current_user.id, today())
    if request.method == "GET":
        return _start_page(places)
    place = next((one for one in places if one.key == request.form.get("place")), None)
    if place is None:
        return _start_page(places, refusal=gettext("Pilih unit dan layanan dari daftar.")), 422
    batch = batches.start(
        db.session(), place.period, place.unit_id, place.service_id, actor=person(current_user.id), now=clock.utcnow()
    )
    db.session.commit()
    return redirect(url_for("survey_paper.typing", batch_id=batch.id), 303)


@bp.route("/skm/kertas/<int:batch_id>", methods=["GET", "POST"])
@requires(Permission.ENTER_SURVEY)
def typing(batch_id: int) -> ResponseReturnValue:
    """Take one line after the other; what cannot be stored is shown again as it was typed."""
    desk = _desk(batch_id)
    if request.method == "GET":
        return _page(desk, PaperLine(desk.asked, repeated=_repeated(desk.batch)))
    line = PaperLine(desk.asked, request.form)
    filled = line.read(desk.period, _today_at(desk.place))
    if filled is None:
        return _refused(desk, line, 422)
    try:
        batches.add_typed(db.session(), desk.period, desk.batch, filled)
    except DomainError as error:
        db.session.rollback()
        line.form_errors.append(error.message)
        return _refused(_desk(batch_id), line, error.status)
    db.session.commit()
    return _saved(desk)


@bp.post("/skm/kertas/<int:batch_id>/hapus")
@requires(Permission.ENTER_SURVEY)
def withdraw(batch_id: int) -> ResponseReturnValue:
    """Take back one of the last lines."""
    desk = _desk(batch_id)
    batch_undo.withdraw_row(
        db.session(), desk.period, desk.batch, request.form.get("row", ""),
        actor=person(current_user.id), now=clock.utcnow(),
    )  # fmt: skip
    db.session.commit()
    if not wants_json():
        flash(gettext("Satu kuesioner dihapus; jumlahnya dihitung ulang tanpa kuesioner itu."), "success")
    return _saved(desk)


def _desk(batch_id: int) -> Desk:
    session = db.session()
    batch, period = batch_queries.own_session(session, current_user.id, batch_id, today())
    place = place_of(session, period, batch.unit_id, batch.service_id, today())
    return Desk(batch, period, place, questionnaire_for(session, period, batch.unit_id, batch.service_id))


def _start_page(places: list[PaperPlace], refusal: str = "") -> str:
    wanted = request.values.get("period_id", type=int)
    shown = [one for one in places if wanted is None or one.period.id == wanted] or places
    grouped: dict[tuple[str, str], list[PaperPlace]] = {}
    for one in shown:
        grouped.setdefault((one.period.name, one.unit_name), []).append(one)
    sessions = batch_queries.open_sessions(db.session(), current_user.id, _morning(places), today())
    return render_template(
        "survey_paper/start.html", places=grouped, sessions=sessions, refusal=refusal,
        only=shown[0] if len(shown) == 1 else None,
    )  # fmt: skip


def _page(desk: Desk, line: PaperLine) -> str:
    return render_template("survey_paper/typing.html", line=line, keys=KEYS, **_shown(desk))


def _shown(desk: Desk) -> dict[str, Any]:
    session = db.session()
    return {
        "desk": desk, "recent": batch_queries.recent(session, desk.batch),
        "rows": batch_queries.rows_in(session, desk.batch),
        "today_rows": batch_queries.typed_since(session, current_user.id, _morning([desk.place])),
    }  # fmt: skip


def _saved(desk: Desk) -> ResponseReturnValue:
    if not wants_json():
        return redirect(url_for("survey_paper.typing", batch_id=desk.batch.id), 303)
    shown = _shown(desk)
    return jsonify(saved=True, status=render_template("survey_paper/_saved.html", **shown))


def _refused(desk: Desk, line: PaperLine, status: int) -> ResponseReturnValue:
    if not wants_json():
        return _page(desk, line), status
    errors = [{"field": box.id, "words": words} for box in line for words in box.errors]
    errors += [{"field": "", "words": gettext(words)} for words in line.form_errors]
    return jsonify(saved=False, errors=errors), status


def _repeated(batch: Batch) -> Mapping[str, str]:
    day = batches.last_day(batch)
    hours = next((key for key, band in KEYED_HOURS.items() if band.value == batch.options.get("hours")), "")
    return {"tanggal": day.strftime("%d-%m-%Y") if day else "", "jam": hours}


def _today_at(place: PaperPlace) -> Any:
    return clock.utcnow().astimezone(ZoneInfo(place.agency.time_zone)).date()


def _morning(places: list[PaperPlace]) -> datetime:
    """Return when this day began where the places are."""
    zone = ZoneInfo(places[0].agency.time_zone if places else "Asia/Jakarta")
    return clock.utcnow().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
