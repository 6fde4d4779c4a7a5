"""Bringing a list of people in: those of before, the upload, what its columns mean."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.people_import import ColumnsForm, ListForm, masked
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.people_import_frame import (
    agencies_here,
    bp,
    chosen_agency,
    here_of,
    managed,
    me,
    moment_of,
)
from feedback_app.blueprints.people_import_labels import FIELD_WORDS
from feedback_app.blueprints.people_import_table import read_list
from feedback_app.blueprints.uploads import accepts_files
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.imports import preview, queries
from feedback_app.organisation.people.imports.fields import ColumnsError, guess
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.mapping import Choices, erased_columns, read_choices, remembered
from feedback_app.organisation.people.imports.preview import Source
from feedback_app.organisation.people.models import PeopleImport
from feedback_app.survey.paper_tables import FILE_BYTES_MAX
from feedback_app.survey.paper_workbooks import SheetNotNamedError

PAGE_SIZE: Final = 30
EXAMPLES: Final = 3
EXAMPLE_ROWS: Final = 20


@bp.route("/pegawai/impor", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@accepts_files(files=1, file_bytes=FILE_BYTES_MAX)
def start() -> ResponseReturnValue:
    """List what was brought in; take a file."""
    agencies = agencies_here()
    agency = chosen_agency(agencies, request.values.get("instansi"))
    if request.method == "GET" or agency is None:
        return _start_page(agency, ListForm())
    form = ListForm(request.form)
    if not form.read(request.files.get("file")):
        return _start_page(agency, form), 422
    try:
        made = _taken_in(agency, form)
    except DomainError as error:
        db.session.rollback()
        form.boxes["sheet" if isinstance(error, SheetNotNamedError) else "file"].errors.append(error.message)
        return _start_page(agency, form, error), error.status
    db.session.commit()
    return redirect(url_for("people_import.columns", import_id=made.id), 303)


@bp.route("/pegawai/impor/<int:import_id>/kolom", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def columns(import_id: int) -> ResponseReturnValue:
    """Say what the columns mean, and look what the list would do."""
    made = managed(import_id)
    preview.check_previewed(made)
    choices, erased = _guessed(made), erased_columns(read_choices(made.mapping))
    if request.method == "GET":
        return _columns_page(made, ColumnsForm(choices, erased=erased), choices)
    form = ColumnsForm(choices, request.form, erased=erased)
    chosen = form.chosen()
    if chosen is None:
        return _columns_page(made, form, choices), 422
    try:
        preview.choose(db.session(), made, chosen, at=moment_of(made))
    except ColumnsError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _columns_page(managed(import_id), form, choices), error.status
    names = [folded(name) for name in chosen.header]
    queries.remember_columns(db.session(), made.agency_id, remembered(chosen, names), now=clock.utcnow())
    db.session.commit()
    return redirect(url_for("people_import.page", import_id=import_id), 303)


def _taken_in(agency: Agency, form: ListForm) -> PeopleImport:
    read = read_list(form.content, sheet=form.boxes["sheet"].data or None)
    source = Source("file", form.name, hashlib.sha256(form.content).hexdigest())
    return preview.take_in(db.session(), agency.id, source, read.header, read.rows, actor=me(), now=clock.utcnow(),
                           header_row=read.header_row)  # fmt: skip


def _guessed(made: PeopleImport) -> Choices:
    """Return what was chosen before, or for a fresh list what its columns seem to mean."""
    choices = read_choices(made.mapping)
    if choices.columns:
        return choices
    known = queries.remembered_columns(db.session(), made.agency_id)
    return replace(choices, columns=guess(choices.header, known))


def _start_page(agency: Agency | None, form: ListForm, error: DomainError | None = None) -> str:
    shown: dict[str, Any] = {"lines": [], "page": 1, "pages": 1}
    if agency is not None:
        pages = pages_of(queries.count_imports(db.session(), agency.id), PAGE_SIZE)
        page = min(asked_page(), pages)
        shown = {
            "lines": queries.imports_of(db.session(), agency.id, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE),
            "page": page, "pages": pages,
        }  # fmt: skip
    return render_template(
        "people_import/start.html", here=here_of(agency), form=form,
        sheets=error.sheets if isinstance(error, SheetNotNamedError) else (), **shown,
    )  # fmt: skip


def _columns_page(made: PeopleImport, form: ColumnsForm, choices: Choices) -> str:
    return render_template(
        "people_import/columns.html", here=here_of(queries.agency_of(db.session(), made)), made=made, form=form,
        fields=FIELD_WORDS, header=choices.header, header_row=choices.header_row, erased=form.erased,
        examples=_examples(made, len(choices.header)),
    )  # fmt: skip


def _examples(made: PeopleImport, width: int) -> list[list[str]]:
    """Return the first cells of each column, long numbers hidden."""
    rows = queries.rows_of(db.session(), made, limit=EXAMPLE_ROWS)
    found: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        for place, text in row.cells.items():
            if int(place) < width and len(found[int(place)]) < EXAMPLES and masked(text) not in found[int(place)]:
                found[int(place)].append(masked(text))
    return found
