"""The board for programs and spreadsheets, with where each figure comes from."""

from __future__ import annotations

import io

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.board import bp, people_of
from feedback_app.blueprints.board_question import BoardQuestion, read_board_question
from feedback_app.db import db
from feedback_app.evaluation.board.queries import board
from feedback_app.evaluation.board.telling import COLUMNS, rows_of, told
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.safe_table import SafeTable


@bp.get("/papan.json")
@requires(Permission.READ_BOARD)
def as_json() -> ResponseReturnValue:
    """Return the board as JSON."""
    return jsonify(_told(_asked()))


@bp.get("/papan.csv")
@requires(Permission.READ_BOARD)
def as_csv() -> ResponseReturnValue:
    """Return the board as a sheet, one row a figure; people stand in the other format."""
    question = _asked()
    written = io.StringIO()
    table = SafeTable(written)
    table.row(COLUMNS)
    for row in rows_of(_told(question)):
        table.row(row)
    name = f"papan-{question.agency.code}-{question.day.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _asked() -> BoardQuestion:
    question = read_board_question()
    if question is None:
        raise UnknownUnitError("Akun Anda belum memegang unit yang masih ada.")
    return question


def _told(question: BoardQuestion) -> dict[str, object]:
    found = board(db.session(), question.area, question.unit_ids, question.day, span=question.span)
    return told(found, question.agency.code, now=question.now, people=people_of(question))
