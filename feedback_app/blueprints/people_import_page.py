"""An import before and after it is applied: what it would do, its units, applying, undoing, throwing away."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import my_permissions, requires
from feedback_app.blueprints.forms.people_import import UnitsForm
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.people_import_frame import (
    agencies_here,
    bp,
    here_of,
    managed,
    me,
    moment_of,
    names_in,
    readable,
)
from feedback_app.blueprints.people_import_words import problems, sentence
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.notifications.account_links import tell_of_links
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.people.imports import applying, preview, queries, undoing
from feedback_app.organisation.people.imports.applying import Outcome
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.undoing import UndoBlockedError
from feedback_app.organisation.people.models import PeopleImport, PeopleImportRow
from feedback_app.organisation.people.rules import ChangeKind, RowChange
from feedback_app.organisation.rules import mask_nip
from feedback_app.safe_table import SafeTable

ROWS_SHOWN: Final = 50
PAST: Final = "lampau"


@bp.get("/pegawai/impor/<int:import_id>")
@requires(Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE)
def page(import_id: int) -> ResponseReturnValue:
    """Show what an import would do, or did."""
    made = readable(import_id)
    if not read_choices(made.mapping).columns:
        return redirect(url_for("people_import.columns", import_id=import_id), 303)
    return _page(made)


@bp.post("/pegawai/impor/<int:import_id>/unit")
@requires(Permission.MANAGE_PEOPLE)
def units(import_id: int) -> ResponseReturnValue:
    """Take in what the units that nobody knows are, and look anew."""
    made = managed(import_id)
    form = UnitsForm(made.counts.get("unknown_units", []), request.form)
    choices = form.apply_to(read_choices(made.mapping), names_in(made).units)
    if choices is None:
        return _page(made, units_form=form), 422
    preview.choose(db.session(), made, choices, at=moment_of(made))
    db.session.commit()
    return _back(import_id)


@bp.post("/pegawai/impor/<int:import_id>/lampau")
@requires(Permission.MANAGE_PEOPLE)
def past(import_id: int) -> ResponseReturnValue:
    """Leave out the rows that touch days gone by, or take them back in."""
    made = managed(import_id)
    leaves_out = request.form.get("leave_out") == "1"
    preview.leave_out_past(db.session(), made, leaves_out=leaves_out, at=moment_of(made))
    db.session.commit()
    return _back(import_id)


@bp.post("/pegawai/impor/<int:import_id>/terapkan")
@requires(Permission.MANAGE_PEOPLE)
def apply(import_id: int) -> ResponseReturnValue:
    """Apply an import as it was seen, or let it wait for a second person."""
    made = managed(import_id)
    try:
        done = applying.apply(
            db.session(), made, seen=request.form.get("seen", ""), only_good=request.form.get("only_good") == "1",
            reason=request.form.get("reason", ""), actor=me(), at=moment_of(made),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return _page(managed(import_id), refusal=error.message), error.status
    tell_of_links(db.session(), made.agency_id, now=moment_of(made).now)
    db.session.commit()
    told = {
        Outcome.APPLIED: (gettext("Impor diterapkan."), "success"),
        Outcome.WAITING: (gettext("Impor diajukan dan menunggu persetujuan orang kedua."), "success"),
        Outcome.STALE: (
            gettext("Data berubah sejak pratinjau ini dibuat, jadi belum ada yang diterapkan. Periksa pratinjau baru."),
            "warning",
        ),
    }  # fmt: skip
    flash(*told[done])
    return _back(import_id)


@bp.post("/pegawai/impor/<int:import_id>/buang")
@requires(Permission.MANAGE_PEOPLE)
def drop(import_id: int) -> ResponseReturnValue:
    """Throw an import away that was not applied."""
    made = managed(import_id)
    preview.drop(db.session(), made, actor=me(), now=moment_of(made).now)
    agency_id = made.agency_id
    db.session.commit()
    flash(gettext("Pratinjau dibuang; isinya dihapus."), "success")
    return redirect(url_for("people_import.start", instansi=agency_id), 303)


@bp.post("/pegawai/impor/<int:import_id>/urungkan")
@requires(Permission.MANAGE_PEOPLE)
def undo(import_id: int) -> ResponseReturnValue:
    """Undo an import, or let its undoing wait for a second person."""
    made = managed(import_id)
    try:
        waiting = undoing.undo(
            db.session(), made, reason=request.form.get("reason", ""), actor=me(), at=moment_of(made)
        )
    except DomainError as error:
        db.session.rollback()
        blocked = error.employee_ids if isinstance(error, UndoBlockedError) else ()
        return _page(managed(import_id), refusal=error.message, blocked=blocked), error.status
    tell_of_links(db.session(), made.agency_id, now=moment_of(made).now)
    db.session.commit()
    words = gettext("Impor diurungkan.")
    flash(gettext("Pengurungan diajukan dan menunggu persetujuan orang kedua.") if waiting else words, "success")
    return _back(import_id)


@bp.get("/pegawai/impor/<int:import_id>/unduh")
@requires(Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE)
def download(import_id: int) -> ResponseReturnValue:
    """Give out what an import would do as a table."""
    made = readable(import_id)
    written = io.StringIO()
    table = SafeTable(written)
    heads = (gettext("baris"), gettext("NIP"), gettext("perubahan"), gettext("isi"), gettext("hari lampau"))
    table.row([*heads, gettext("kolom"), gettext("isi sel"), gettext("yang perlu diperbaiki")])
    for line in _lines(made, queries.rows_of(db.session(), made)):
        start = [line["number"], line["nip"], line["change"], line["words"], gettext("ya") if line["past"] else ""]
        for problem in line["problems"] or [None]:
            found = [problem.column, problem.text, problem.sentence] if problem else ["", "", ""]
            table.row([*start, *found])
    # With a byte order mark: without one, Excel reads UTF-8 as something else.
    answer = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="impor-pegawai-{made.id}.csv"'
    return answer


def _back(import_id: int) -> ResponseReturnValue:
    return redirect(url_for("people_import.page", import_id=import_id), 303)


def _page(
    made: PeopleImport, *, units_form: UnitsForm | None = None, refusal: str = "", blocked: Sequence[int] = ()
) -> str:
    session, choices = db.session(), read_choices(made.mapping)
    asked = request.args.get("jenis", "")
    change = RowChange(asked) if asked in set(RowChange) else None
    total = queries.count_rows(session, made, change, past=asked == PAST)
    pages = pages_of(total, ROWS_SHOWN)
    number = min(asked_page(), pages)
    rows = queries.rows_of(session, made, change, past=asked == PAST, skip=(number - 1) * ROWS_SHOWN, limit=ROWS_SHOWN)
    unknown = made.counts.get("unknown_units", [])
    return render_template(
        "people_import/page.html", made=made, choices=choices, lines=_lines(made, rows), asked=asked, page=number,
        pages=pages, total=total, here=here_of(queries.agency_of(session, made)), past=PAST, changes=list(RowChange),
        refusal=translated(refusal), blocked=queries.numbers_of(session, made.agency_id, list(blocked)),
        waiting=queries.waiting_change(session, made),
        undo_waits=queries.waiting_change(session, made, ChangeKind.UNDO_IMPORT),
        units_form=units_form or UnitsForm(unknown, _drawn_units(unknown)), unknown=unknown, names=names_in(made),
        kinds=list(UnitKind), may_manage=_may_manage(made), reason=request.form.get("reason", ""),
        only_good=request.form.get("only_good") == "1",
    )  # fmt: skip


def _may_manage(made: PeopleImport) -> bool:
    if Permission.MANAGE_PEOPLE not in my_permissions():
        return False
    return current_user.is_authenticated and made.agency_id in {agency.id for agency in agencies_here()}


def _lines(made: PeopleImport, rows: Sequence[PeopleImportRow]) -> list[dict[str, Any]]:
    """Return rows as they are shown; numbers of people masked."""
    choices, names = read_choices(made.mapping), names_in(made)
    known = queries.numbers_of(db.session(), made.agency_id, [row.employee_id for row in rows])
    return [
        {
            "number": row.row_number if row.row_number <= choices.last_row else "",
            "nip": mask_nip(known[row.employee_id][0]) if row.employee_id in known else "",
            "change": str(label(row.change)), "words": sentence(row, names), "problems": problems(row, choices),
            "past": row.touches_past, "left_out": row.touches_past and choices.options.without_past,
        }
        for row in rows
    ]  # fmt: skip


def _drawn_units(unknown: Sequence[dict[str, Any]]) -> dict[str, str]:
    drawn: dict[str, str] = {}
    for at, one in enumerate(unknown):
        drawn[f"name-{at}"] = one["name"]
        drawn[f"code-{at}"] = one["key"].replace(" ", "-")[:60].strip("-")
    return drawn
