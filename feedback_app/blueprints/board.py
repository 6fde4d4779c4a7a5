"""The leaders' board: how each unit's ratings move, what people speak of, who is not heard, whom to thank."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_security import current_user

from feedback_app.blueprints import board_words
from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.board_chart import mean_figure, share_figure
from feedback_app.blueprints.board_question import BoardQuestion, read_board_question
from feedback_app.blueprints.paging import slice_of
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.evaluation.board.candidates import Candidates, candidates
from feedback_app.evaluation.board.queries import Board, board
from feedback_app.evaluation.board.rules import FEW, LOT_MIN, SHARE_MIN
from feedback_app.evaluation.board.trends import Stance, voices
from feedback_app.identity.rules import Permission
from feedback_app.nlp.labels import Aspect
from feedback_app.survey.published import PublishedResult, published_results

bp = staff_blueprint("board")

UNITS_PER_PAGE = 50
PEOPLE_SHOWN = 50
ASPECTS_SHOWN = 3


@bp.get("/papan")
@requires(Permission.READ_BOARD)
def page() -> ResponseReturnValue:
    """Show the board of an agency, of a part of its tree, or of one unit."""
    question = read_board_question()
    if question is None:
        return render_template("board/none.html")
    found = board(db.session(), question.area, question.unit_ids, question.day, span=question.span)
    rows, number, pages = slice_of(sorted(found.rows, key=lambda row: not row.needs_attention), UNITS_PER_PAGE)
    people = people_of(question)
    return render_template(
        "board/page.html",
        question=question,
        board=found,
        rows=rows,
        page=number,
        pages=pages,
        mean=mean_figure(found.means),
        shares=share_figure(found.shares),
        short_day=lambda day: format_date(day, "d/M"),
        survey=_survey(question),
        people=people,
        people_shown=PEOPLE_SHOWN,
        criticised=_criticised(question, found, people),
        may_read_people=Permission.READ_EVIDENCE in my_permissions(),
        words=board_words,
        stances=Stance,
        few=FEW,
        lot_min=LOT_MIN,
        share_min=SHARE_MIN,
    )


def people_of(question: BoardQuestion) -> Candidates | None:
    """Return the candidates to who reads evidence; they are of the agency, so one unit's page does not repeat them."""
    if question.unit is not None and len(question.area.units) > 1:
        return None
    return candidates(db.session(), current_user.id, question.agency.id, today())


def _criticised(question: BoardQuestion, found: Board, people: Candidates | None) -> dict[int, list[Aspect]]:
    """Return what is most criticised in the units of those whom support may help."""
    if people is None:
        return {}
    units = sorted({unit_id for one in people.supported[:PEOPLE_SHOWN] for unit_id in one.unit_ids})
    session, window = db.session(), found.voices.window
    spoken = {unit_id: voices(session, question.agency.id, [unit_id], window) for unit_id in units}
    return {unit_id: [one.aspect for one in of.top(Stance.CRITICISM)[:ASPECTS_SHOWN]] for unit_id, of in spoken.items()}


def _survey(question: BoardQuestion) -> PublishedResult | None:
    """Return the newest published survey of the unit asked about, to be read beside its training needs."""
    if question.unit is None:
        return None
    found = published_results(db.session(), question.agency.id, question.unit.id)
    return found[0] if found and not found[0].is_withheld else None
