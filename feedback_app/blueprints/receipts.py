"""Send a draft, and what the citizen takes away: the code, its picture, the day of the answer."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Final

import segno
from flask import current_app
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.blueprints import carried, signals
from feedback_app.blueprints.carried import CarriedReceipt, Readers
from feedback_app.blueprints.examiner import examiner_of
from feedback_app.blueprints.places import AgencyCard, Place
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.queries import promise
from feedback_app.handling.rules import Classification
from feedback_app.intake.codes import code_hash
from feedback_app.intake.operations import AlreadySubmittedError, Draft, IncompleteSubmissionError, Receipt, submit
from feedback_app.intake.visits import UsedVisitTokenError

SENT: Final = 303


def send(draft: Draft, place: Place, *, alleges: bool, once: str | None = None) -> DomainError | None:
    """Store a draft and commit; return the rule that refuses it, or None. `alleges` keeps the unit off the receipt."""
    now, key = clock.utcnow(), current_app.config["TRACKING_KEY"]
    draft = signals.marked(draft, day=place.agency.day_of(now))
    try:
        receipt = store(draft, place, now=now, once=once)
    except (IncompleteSubmissionError, UsedVisitTokenError) as error:
        db.session.rollback()
        if isinstance(error, UsedVisitTokenError):
            carried.drop_visit()
        return error
    if draft.visit_token:
        carried.drop_visit()
    readers, name = _readers(place, alleges=alleges, is_unknown=draft.unit_is_unknown)
    carried.carry_receipt(
        CarriedReceipt(
            receipt.code,
            receipt.kind,
            bool(draft.wants_reply),
            place.agency.code,
            name,
            now,
            readers=readers,
            # A browser's cookie is no place for the unit that an allegation speaks of.
            unit_id=None if readers.examine else draft.unit_id,
        ),
        code_hash(receipt.code, key),
    )
    return None


def store(draft: Draft, place: Place, *, now: datetime, once: str | None = None) -> Receipt:
    """Store a draft and commit; what the same page has sent before is not stored again, and its receipt returned.

    Raises
    ------
    feedback_app.intake.operations.IncompleteSubmissionError
    feedback_app.intake.visits.UsedVisitTokenError
        Of both the caller rolls back.
    """
    try:
        receipt = _submit(draft, place, key=current_app.config["TRACKING_KEY"], now=now, once=once)
    except AlreadySubmittedError as error:
        db.session.rollback()
        return error.receipt
    db.session.commit()
    return receipt


def _readers(place: Place, *, alleges: bool, is_unknown: bool) -> tuple[Readers, str]:
    """Return who reads a draft, and the name that may stand on its receipt.

    The receipt of an allegation may be seen by whoever stands beside its sender: it names no unit but the Inspektorat,
    for the unit above would tell which one stands below it.
    """
    if not alleges:
        return Readers.RECEPTION if is_unknown else Readers.UNIT, place.unit.name
    examiner = examiner_of(db.session(), place.agency, None if is_unknown else place.unit.id)
    if examiner is None:
        return Readers.KEEPERS, ""
    return (Readers.INSPECTORATE, examiner.name) if examiner.is_inspectorate else (Readers.ABOVE, "")


def _submit(draft: Draft, place: Place, *, key: bytes, now: datetime, once: str | None) -> Receipt:
    """Store a draft, a second time where the connection turned out to be dead.

    After a restart of the database the first use of each old connection fails. Nothing of the draft has been stored
    then, for the commit is still to come; at the commit itself nobody could know, and nothing is tried again.
    """
    today = place.agency.day_of(now)
    try:
        return submit(db.session(), draft, key=key, now=now, today=today, once=once)
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
        db.session.rollback()
        return submit(db.session(), draft, key=key, now=now, today=today, once=once)


def send_once(draft: Draft, place: Place, *, alleges: bool, once: str) -> DomainError | None:
    """Send a draft unless this browser has just sent the same from the same page; then show that receipt again.

    `once` is the mark of the page. The cookie remembers a reload or the way back; two taps on their way at the same
    moment carry the same old cookie, and there the tracking code, made from mark and words, is the same for both.
    """
    now = clock.utcnow()
    # The words belong to the mark: who goes back and writes something else sends a second report.
    mark = hashlib.blake2b(f"{once}\0{draft!r}".encode(), digest_size=12).hexdigest()
    if carried.receipt_again(mark, now=now):
        return None
    refusal = send(draft, place, alleges=alleges, once=once)
    if refusal is None:
        carried.note_sent(mark, now=now)
    return refusal


def reply_due_on(session: Session, agency: AgencyCard, receipt: CarriedReceipt) -> date | None:
    """Return the last day, at the agency, on which an answer is on time; None where none was asked for.

    An allegation is answered whatever it was sent as, by the clocks of what has to be examined.
    """
    if receipt.readers.examine:
        clocks = clocks_of(session, agency.id)
        return agency.day_of(clocks.deadlines(Classification.OVERSIGHT, receipt.sent_at).reply_due_at)
    due = promise(
        session, agency.id, receipt.kind, wants_reply=receipt.wants_reply, now=receipt.sent_at, unit_id=receipt.unit_id
    )
    return agency.day_of(due) if due else None


def qr(code: str) -> Markup:
    """Return the code as an inline SVG picture."""
    drawing = segno.make(code, error="m", micro=False).svg_inline(
        border=2, omitsize=True, dark="#14302d", svgclass="qr", lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - drawn here from our own code
