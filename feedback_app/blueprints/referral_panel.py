"""What the page of a case says of a referral: the way to one, where it went, where it came from."""

from __future__ import annotations

from typing import Any

from feedback_app.db import db
from feedback_app.handling.handing_on.referral_links import referred_from, referred_to
from feedback_app.handling.handing_on.referrals import REFERABLE, may_refer
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.queries import names_of


def read_act(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return whether the case may be referred as it stands; None where it never may, or came back from a referral."""
    case, session = file.case, db.session()
    if not can_answer or case.status not in REFERABLE | {CaseStatus.IN_PROGRESS} or not may_refer(session, case):
        return None
    if referred_to(session, case.agency_id, case.submission_id) is not None:
        return None
    return {"is_taken": case.status not in REFERABLE}


def read(file: CaseFile, _can_answer: bool) -> dict[str, Any] | None:
    """Return where the report went and where it came from; None where neither happened."""
    key = (file.case.agency_id, file.case.submission_id)
    went, came = referred_to(db.session(), *key), referred_from(db.session(), *key)
    if went is None and came is None:
        return None
    names = names_of(db.session(), [went.referred_by] if went else [])
    return {"went": went, "came": came, "who": names.get(went.referred_by, "–") if went else None}
