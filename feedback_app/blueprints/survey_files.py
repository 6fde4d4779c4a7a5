"""A file of questionnaires: uploaded, looked at, and stored only when somebody confirms what it comes to."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints import held_paper
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.survey_files import UploadForm
from feedback_app.blueprints.held_paper import HELD_BYTES_MAX, HeldFile
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.uploads import accepts_files
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.safe_table import SafeTable
from feedback_app.survey import batch_queries, batches
from feedback_app.survey.answer_columns import AnswerColumnsError, AnswerOrderMissingError
from feedback_app.survey.batches import FileKnownError, FileRead
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.index import half_up
from feedback_app.survey.paper_columns import About, PaperColumnsError
from feedback_app.survey.paper_file import PaperFile, PaperSetting, read_paper_file
from feedback_app.survey.paper_places import PaperPlace, paper_places
from feedback_app.survey.paper_preview import Preview, preview_of
from feedback_app.survey.paper_settings import paper_setting
from feedback_app.survey.paper_tables import FILE_BYTES_MAX
from feedback_app.survey.paper_values import PROBLEM_SENTENCES
from feedback_app.survey.paper_workbooks import SheetNotNamedError
from feedback_app.survey.queries import NotSurveyedError
from feedback_app.survey.rules import AnswerOrder
from feedback_app.survey.same_rows import SameRowsError, rows_hash, same_rows

bp = staff_blueprint("survey_files")

ROWS_SHOWN: Final = 10
BAD_SHOWN: Final = 100
RULES: Final = RULESETS[RuleSetCode.PERMENPANRB_14_2017]


@bp.route("/skm/berkas", methods=["GET", "POST"])
@requires(Permission.ENTER_SURVEY)
@accepts_files(files=1, file_bytes=FILE_BYTES_MAX)
def start() -> ResponseReturnValue:
    """Take a file and show what it would come to; nothing is stored."""
    places = _places()
    if request.method == "GET":
        return _start_page(places, UploadForm(chosen=places[0].key if len(places) == 1 else ""))
    form = UploadForm(request.form)
    if not form.validate(request.files.get("file"), places, today()) or form.place is None:
        return _start_page(places, form), 422
    try:
        return _preview(form, form.place)
    except DomainError as error:
        _place_error(form, error)
        return _start_page(places, form, error), error.status


@bp.post("/skm/berkas/simpan")
@requires(Permission.ENTER_SURVEY)
@accepts_files(files=0, file_bytes=0, field_bytes=HELD_BYTES_MAX)
def store() -> ResponseReturnValue:
    """Store the questionnaires of a file as they were previewed."""
    found = held_paper.read_held(request.form.get("held", ""), current_user.id)
    session = db.session()
    place = _place(found)
    try:
        batch = batches.add_file(
            session, place.period, found.unit_id, found.service_id, found.filled, found.file,
            actor=person(current_user.id), now=clock.utcnow(), is_different=request.form.get("different") == "1",
        )  # fmt: skip
    except FileKnownError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return redirect(url_for("survey_batches.listed", _anchor=f"kiriman-{error.batch_id}"), 303)
    except SameRowsError as error:
        db.session.rollback()
        return _ask_if_different(found, error), error.status
    db.session.commit()
    rows = len(found.filled)
    flash(ngettext("%(num)d kuesioner tersimpan.", "%(num)d kuesioner tersimpan.", rows), "success")
    return redirect(url_for("survey_batches.listed", _anchor=f"kiriman-{batch.id}"), 303)


@bp.post("/skm/berkas/kesalahan")
@requires(Permission.ENTER_SURVEY)
@accepts_files(files=0, file_bytes=0, field_bytes=HELD_BYTES_MAX)
def mistakes() -> ResponseReturnValue:
    """Give out what is wrong with a file as a table to work through."""
    written = io.StringIO()
    table = SafeTable(written)
    table.row([gettext("baris"), gettext("kolom"), gettext("isi"), gettext("yang perlu diperbaiki")])
    for one in held_paper.read_held_bad(request.form.get("held", "")):
        words = translated(PROBLEM_SENTENCES[one.problem.value])
        table.row([one.row, one.column, one.text, words])
    # With a byte order mark: without one, Excel reads UTF-8 as something else.
    answer = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="kesalahan-kuesioner.csv"'
    return answer


def _places() -> list[PaperPlace]:
    """Return the places of a file; a unit surveyed by its services alone also stands for all of them."""
    found: list[PaperPlace] = []
    seen: set[tuple[int, int]] = set()
    for one in paper_places(db.session(), current_user.id, today()):
        if (one.period.id, one.unit_id) not in seen and one.service_id is not None:
            found.append(
                replace(one, service_id=None, service_code=None, service_name=gettext("Menurut kolom layanan"))
            )
        seen.add((one.period.id, one.unit_id))
        found.append(one)
    return found


def _place(found: HeldFile) -> PaperPlace:
    places = paper_places(db.session(), current_user.id, today(), found.period_id)
    place = next((one for one in places if one.unit_id == found.unit_id), None)
    if place is None:
        # Closed meanwhile, or out of reach: the batch tells them apart, the first with its reason.
        period = batch_queries.period_of_paper(db.session(), current_user.id, found.period_id, today())
        batches.check_open(db.session(), period)
        raise NotSurveyedError("Unit ini tidak disurvei pada periode ini.")
    return place


def _preview(form: UploadForm, place: PaperPlace) -> str:
    session, period = db.session(), place.period
    setting = paper_setting(
        session, period, place.unit_id, place.service_id, day=form.day, today=_today_at(place)
    )  # fmt: skip
    read = read_paper_file(form.content, setting, order=form.chosen_order, sheet=form.boxes["sheet"].data or None)
    known = batches.known_file(session, period, place.unit_id, read.sha256)
    if known is not None:
        raise FileKnownError(known)
    asked = next(iter(setting.questionnaires.values()))
    preview = preview_of(
        read.filled, setting.questionnaires, ruleset=asked.ruleset, weight=period.weight, missing=period.missing
    )
    return render_template(
        "survey_paper/preview.html", place=place, read=read, name=form.name, rows_shown=_first_rows(read, setting),
        bad_shown=[(one, PROBLEM_SENTENCES[one.problem.value]) for one in read.bad[:BAD_SHOWN]],
        bad_held=held_paper.BAD_HELD, held=_held(form, place, read),
        held_bad=held_paper.held_bad(read.bad) if read.bad else "",
        preview=preview, preview_rows=_element_rows(preview), read_as=_read_as(read, setting),
        services=_service_names(place), same=same_rows(session, period, place.unit_id, rows_hash(read.filled)),
    )  # fmt: skip


def _ask_if_different(found: HeldFile, error: SameRowsError) -> str:
    """Show the file again, which is not lost, with the question whether other people filled it in."""
    return render_template(
        "survey_paper/same_rows.html", held=request.form["held"], same=error.batch_id, good=len(found.filled),
        name=found.file.name,
    )  # fmt: skip


def _element_rows(preview: Preview) -> list[tuple[str, int, Decimal, Decimal]]:
    elements = preview.index.elements if preview.index else ()
    return [(RULES.element(one.key).name, one.n, half_up(one.mean, 3), one.value) for one in elements]


def _held(form: UploadForm, place: PaperPlace, read: PaperFile) -> str:
    if not read.filled:
        return ""
    service_id = None if About.SERVICE in read.columns.about else place.service_id
    file = FileRead(read.sha256, form.name, read.columns.order, read.bad_rows)
    return held_paper.held(HeldFile(place.period.id, place.unit_id, service_id, file, read.filled), current_user.id)


def _read_as(read: PaperFile, setting: PaperSetting) -> list[tuple[str, str]]:
    """Return each column of the file with what it was read as, in the order of the file."""
    stems = {question.key: question for one in setting.questionnaires.values() for question in one.asked}
    found = {at: about.value for about, at in read.columns.about.items()}
    for key, at in read.columns.answers.items():
        question = stems.get(key)
        if question is not None:
            element = RULES.element(question.element).name if question.element else question.stem
            found[at] = question.replacement or element
    return [(read.header[at], words) for at, words in sorted(found.items())]


def _first_rows(read: PaperFile, setting: PaperSetting) -> list[tuple[int, Any, list[int | None]]]:
    return [
        (number, one, [one.answers.get(question.key) for question in setting.questionnaires[one.service_id].asked])
        for number, one in zip(read.rows[:ROWS_SHOWN], read.filled[:ROWS_SHOWN], strict=True)
    ]


def _service_names(place: PaperPlace) -> dict[int | None, str]:
    names = {
        one.service_id: one.service_name or gettext("Unit sebagai keseluruhan")
        for one in paper_places(db.session(), current_user.id, today(), place.period.id)
        if one.unit_id == place.unit_id
    }
    return {None: gettext("Unit sebagai keseluruhan"), **names}


def _place_error(form: UploadForm, error: DomainError) -> None:
    is_order = isinstance(error, AnswerOrderMissingError | AnswerColumnsError | PaperColumnsError)
    where = "sheet" if isinstance(error, SheetNotNamedError) else "order" if is_order else "file"
    form.boxes[where].errors.append(error.message)


def _start_page(places: list[PaperPlace], form: UploadForm, error: DomainError | None = None) -> str:
    wanted = request.args.get("period_id", type=int)
    shown = [one for one in places if wanted is None or one.period.id == wanted] or places
    grouped: dict[tuple[str, str], list[PaperPlace]] = {}
    for one in shown:
        grouped.setdefault((one.period.name, one.unit_name), []).append(one)
    return render_template(
        "survey_paper/upload.html", places=grouped, form=form, rules=RULES, orders=_orders(),
        known=error.batch_id if isinstance(error, FileKnownError) else None,
        sheets=error.sheets if isinstance(error, SheetNotNamedError) else (),
    )  # fmt: skip


def _orders() -> list[tuple[str, str, list[tuple[str, bool]]]]:
    """Return both orders with the names of their elements, and whether the other order has another one there."""
    named = {AnswerOrder.FORM: gettext("Urutan formulir kuesioner"), AnswerOrder.LIST: gettext("Urutan daftar unsur")}
    return [
        (
            order.value,
            words,
            [
                (RULES.element(key).name, RULES.form_order[at] != RULES.keys[at])
                for at, key in enumerate(RULES.ordered(order))
            ],
        )
        for order, words in named.items()
    ]


def _today_at(place: PaperPlace) -> date:
    return clock.utcnow().astimezone(ZoneInfo(place.agency.time_zone)).date()
