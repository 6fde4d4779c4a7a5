"""Send a case past the unit it speaks of, once its reporter alleges levy or abuse of an office."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import SYSTEM, Actor, record
from feedback_app.clock import office_day
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.running import recompute, restart
from feedback_app.handling.ending.dispute_reviews import lapse
from feedback_app.handling.models import Case
from feedback_app.handling.moves import leave_others, move, note_act
from feedback_app.handling.publication.publishing import withdraw_all
from feedback_app.handling.rules import CaseStatus, Classification, EventKind
from feedback_app.handling.telling.news import tell_reopened
from feedback_app.handling.visibility import is_examined
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.reading import Reading
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.integrity import by_written_rules
from feedback_app.organisation.oversight import overseers

# Where nobody has to act, and from where the table of moves lets somebody: answered and closed cases are reopened, one
# on hold waits for whoever examines it as if it were new.
_TAKEN_UP_AS: Final = {
    CaseStatus.ANSWERED: CaseStatus.IN_PROGRESS,
    CaseStatus.CLOSED: CaseStatus.IN_PROGRESS,
    CaseStatus.ON_HOLD: CaseStatus.NEW,
}


def alleges(text: str, reading: Reading | None = None) -> bool:
    """Tell whether somebody's words speak of levy or abuse of an office, by the classifier or by the written rules.

    Everything that decides what the accused may read asks here, so that nobody is promised another reader than the one
    their words go to. Without a reading the rules decide alone. They see the words as typed and as masked, for a mask
    may hide a word or bring two together.
    """
    if reading is not None and reading.integrity:
        return True
    # A reading has asked the rules about the masked words; they are asked again only of what the mask covered.
    unasked = {text, redact(text).text} if reading is None else {text} - {reading.redacted}
    return any(by_written_rules(analyse(words)) for words in unasked)


def heed_allegation(session: Session, case: Case, words: str, *, now: datetime) -> None:
    """Act on an allegation in what a reporter adds to a case; words without one change nothing.

    A case that is examined already stays with whoever examines it; if its answer waits for the reporter, it is taken up
    again, or silence would close it over what was alleged since.
    """
    if not alleges(words):
        return
    if case.classification is not Classification.OVERSIGHT:
        send_past_the_unit(session, case, now=now)
    elif case.status is CaseStatus.ANSWERED:
        _take_up(session, case, now=now)


def send_past_the_unit(
    session: Session, case: Case, *, now: datetime, actor: Actor = SYSTEM, reason: str | None = None
) -> None:
    """Give a case to whoever looks into allegations: the citizen now says something of the unit that handles it.

    Its clocks start anew as those of an allegation, and it is left standing where somebody has to act. Of a case that
    was examined before they run on from where they started then: an examiner who changes their mind gains no time.
    The timeline keeps what it was before; `actor` and their `reason` stand there where a person decided it.
    """
    was_examined, before, held_by = is_examined(session, case), case.classification, case.unit_id
    lapse(session, case, now=now)
    case.unit_id = _examiner(session, case, now)
    case.is_confidential, case.classification, case.assigned_to = True, Classification.OVERSIGHT, None
    # The answer of the unit is no answer of whoever examines it, and its copies are not examined with it.
    case.answered_by, case.duplicate_of = None, None
    start = recompute if was_examined else restart
    start(session, case, ChangeCause.ALLEGATION, actor=SYSTEM, now=now)
    session.execute(
        sa.update(Labels)
        .where(Labels.agency_id == case.agency_id, Labels.submission_id == case.submission_id)
        .values(integrity=True)
    )
    session.flush()
    leave_others(session, case, now=now)
    withdraw_all(session, case, now=now)
    record(
        session, agency_id=case.agency_id, actor=SYSTEM, action="handling.send_past_the_unit", subject_type="case",
        subject_id=case.id, now=now, unit_id=case.unit_id,
    )  # fmt: skip
    if before is not Classification.OVERSIGHT:
        # Whoever counts the cases of a time gone by asks the timeline what a case was then, and whose.
        note_act(
            session, case, EventKind.RECLASSIFIED, actor=actor, now=now, action="handling.reclassify", reason=reason,
            before=before.value, after=Classification.OVERSIGHT.value, from_unit_id=held_by, to_unit_id=case.unit_id,
        )  # fmt: skip
    _take_up(session, case, now=now)


def _take_up(session: Session, case: Case, *, now: datetime) -> None:
    wanted = _TAKEN_UP_AS.get(case.status)
    if wanted is None:
        return
    was_on_hold = case.status is CaseStatus.ON_HOLD
    move(session, case, wanted, actor=SYSTEM, now=now, action="handling.take_up_allegation")
    session.flush()
    if not was_on_hold:
        tell_reopened(session, case, answered_by=case.answered_by or case.assigned_to, now=now)


def _examiner(session: Session, case: Case, now: datetime) -> int | None:
    """Return who looks into it: neither the unit the report names nor the one that handles it, None without another.

    The Inspektorat keeps what was sent on to it, for then the words speak of somebody else.
    """
    over = overseers(session, [case.agency_id], office_day(now))
    sent_to, is_unknown = session.execute(
        sa.select(Submission.unit_id, Submission.unit_is_unknown).where(
            Submission.agency_id == case.agency_id, Submission.id == case.submission_id
        )
    ).one()
    named = None if is_unknown else sent_to
    inspectorate = over.inspectorates.get(case.agency_id)
    if inspectorate is not None and inspectorate != named:
        return inspectorate
    above = over.above(inspectorate or case.unit_id or sent_to)
    return next((unit_id for unit_id in above if unit_id not in {named, case.unit_id}), None)
