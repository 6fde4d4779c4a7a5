"""The files of a case, for those who may read it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints import file_answers
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.my_cases import my_case
from feedback_app.db import db
from feedback_app.handling.desk.file_readings import note_reading
from feedback_app.identity.rules import Permission
from feedback_app.intake.attachments import attachment_of


@bp.get("/kasus/<int:case_id>/berkas/<int:attachment_id>")
@requires(Permission.READ_INBOX)
def attachment(case_id: int, attachment_id: int) -> ResponseReturnValue:
    """Give out a file that came with a case, and note who looked at it."""
    case = my_case(case_id, Permission.READ_INBOX)
    row, place = attachment_of(db.session(), case.agency_id, case.submission_id, attachment_id)
    answer = file_answers.file_answer(row, place)
    note_reading(db.session(), case, attachment_id, user_id=current_user.id, now=clock.utcnow())
    db.session.commit()
    return answer
