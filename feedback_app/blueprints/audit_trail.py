"""The audit trail for those who look after an agency: who did what when, each line with its seal, and as a file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.canonical import moment
from feedback_app.audit.operations import person, record
from feedback_app.audit.proofs import Prover
from feedback_app.audit.trails import Trail
from feedback_app.blueprints import audit_words as words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.audit_question import TrailQuestion, read_trail_question
from feedback_app.blueprints.audit_words_details import detail_words
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import InvalidInputError, NotFoundError
from feedback_app.handling.trail.queries import PAGE_SIZE, Place, TrailRow, read_place, seal_of_agency, staff_of, trail
from feedback_app.identity.rules import Permission
from feedback_app.safe_table import SafeTable

bp = staff_blueprint("audit_trail")

# Each proof reads the hashes of its whole section; so many rows take some seconds.
ROWS_MAX: Final = 5000
COLUMNS: Final = (
    "id", "at", "actor_kind", "actor_id", "actor", "action", "sentence", "subject_type", "subject_id", "detail",
    "seal", "held_back",
)  # fmt: skip


class NoTrailError(NotFoundError):
    """This account reads no trail in the agency it works in."""

    code = "no_trail"


class UnknownSealError(NotFoundError):
    """No seal of this number holds events of the agency."""

    code = "unknown_seal"


class TrailTooLongError(InvalidInputError):
    """More events than one file takes, or a question that cannot be read."""

    code = "trail_too_long"


@bp.get("/jejak")
@requires(Permission.READ_AUDIT)
def listed() -> ResponseReturnValue:
    """Show the trail, newest first."""
    question = read_trail_question()
    if question is None:
        return render_template("audit/none.html")
    after = _place()
    rows = _rows(question, after, PAGE_SIZE + 1)
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    page = render_template(
        "audit/trail.html",
        agency=question.agency, rows=rows[:PAGE_SIZE], typed=question.typed, wrong=question.wrong,
        begins=after is None, older=Place(last.at, last.id).written() if last else None,
        acts=words.choices_of_acts(), subjects=words.choices_of_subjects(),
        staff=staff_of(db.session(), question.agency.id), words=words, details=detail_words, rows_max=ROWS_MAX,
    )  # fmt: skip
    return page, 422 if question.wrong else 200


@bp.get("/jejak/segel/<int:number>")
@requires(Permission.READ_AUDIT)
def seal(number: int) -> ResponseReturnValue:
    """Show one seal, and how to verify it without this platform."""
    question = read_trail_question()
    if question is None:
        raise NoTrailError("Jejak audit dibaca oleh pengelola seluruh instansi, auditor, dan Inspektorat.")
    shown = seal_of_agency(db.session(), question.agency.id, number)
    if shown is None:
        raise UnknownSealError("Segel itu tidak memuat jejak instansi Anda.")
    public = url_for("public.audit_roots", before=number + 1, _external=True)
    return render_template("audit/seal.html", agency=question.agency, shown=shown, public=public)


@bp.get("/jejak.csv")
@requires(Permission.READ_AUDIT)
@needs_fresh_sign_in
def as_csv() -> ResponseReturnValue:
    """Give the events asked for as a sheet."""
    found = _to_export()
    if found is None:
        return redirect(url_for("audit_trail.listed"))
    question, rows = found
    written = io.StringIO()
    table = SafeTable(written)
    table.row(COLUMNS)
    for row in rows:
        table.row(_cells(row))
    _note_export(question, "csv", len(rows))
    return _file(written.getvalue(), "text/csv; charset=utf-8", f"jejak-{question.agency.code}.csv")


@bp.get("/jejak.jsonl")
@requires(Permission.READ_AUDIT)
@needs_fresh_sign_in
def as_json_lines() -> ResponseReturnValue:
    """Give the events asked for with their proofs, for `feedback audit check-proof`."""
    found = _to_export()
    if found is None:
        return redirect(url_for("audit_trail.listed"))
    question, rows = found
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _proved(question, rows))
    _note_export(question, "jsonl", len(rows))
    return _file(text, "application/jsonl; charset=utf-8", f"jejak-{question.agency.code}.jsonl")


def _place() -> Place | None:
    return read_place(request.args.get("setelah"))


def _rows(question: TrailQuestion, after: Place | None, limit: int) -> list[TrailRow]:
    if question.wrong:
        return []
    return trail(db.session(), question.asked, user_id=current_user.id, day=today(), after=after, limit=limit)


def _to_export() -> tuple[TrailQuestion, list[TrailRow]] | None:
    """Return what is asked for; None for somebody who reads no trail here, as the page then says."""
    question = read_trail_question()
    if question is None:
        return None
    rows = _rows(question, None, ROWS_MAX + 1)
    if question.wrong:
        raise TrailTooLongError("Ada saringan yang tidak dapat dibaca. Perbaiki saringan, lalu unduh lagi.")
    if len(rows) > ROWS_MAX:
        raise TrailTooLongError("Terlalu banyak peristiwa untuk satu berkas. Persempit harinya, lalu unduh lagi.")
    return question, rows


def _cells(row: TrailRow) -> list[object]:
    return [
        row.id, moment(row.at), row.actor_kind.value, row.actor_id, words.actor_words(row), row.action,
        words.act_words(row.action), row.subject_type, row.subject_id,
        json.dumps(row.detail, sort_keys=True) if row.detail else None, row.seal_number,
        "yes" if row.is_held_back else None,
    ]  # fmt: skip


def _proved(question: TrailQuestion, rows: list[TrailRow]) -> Iterator[dict[str, Any]]:
    # A proof shows the whole event; of one that is held back the reader gets what the page shows, and no proof.
    prover = Prover(db.session(), Trail(question.agency.id))
    # By seal, so that each tree is built once, however the events are asked for.
    shown = sorted((row for row in rows if not row.is_held_back), key=lambda row: (row.seal_number or 0, row.id))
    yield from prover.lines(row.id for row in shown)
    for row in rows:
        if row.is_held_back:
            yield {"held_back": {"id": row.id, "at": moment(row.at), "action": row.action, "seal": row.seal_number}}


def _note_export(question: TrailQuestion, kind: str, count: int) -> None:
    record(
        db.session(), agency_id=question.agency.id, actor=person(current_user.id), action="audit.export",
        subject_type="agency", subject_id=question.agency.id, now=clock.utcnow(), file=kind, count=count,
        about=question.asked.subject_type, number=question.asked.subject_id,
    )  # fmt: skip
    db.session.commit()


def _file(text: str, content_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type=content_type, headers=headers)
