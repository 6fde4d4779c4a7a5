"""One text to many citizens: each gets an answer of their own, filled in for their case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, DomainError, InvalidInputError
from feedback_app.handling.answers.answering import answer, new_reply_act
from feedback_app.handling.answers.placeholders import check_known
from feedback_app.handling.answers.saying import check_words
from feedback_app.handling.models import Reply
from feedback_app.handling.queries import case_for, cases_for
from feedback_app.identity.rules import Permission

# What one request answers in a few seconds.
CHOSEN_MOST: Final = 100


class TooManyChosenError(InvalidInputError):
    """More cases than one request answers in time."""

    code = "too_many_chosen"


class ChangedSinceChosenError(ConflictError):
    """Somebody, or the citizen, moved the case after it was chosen."""

    code = "changed_since_chosen"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case and the version in front of whoever chose it; None where the page did not say."""

    case_id: int
    version: int | None = None


@dataclass(slots=True)
class Sent:
    """To which cases an answer went, and why it did not go to the others."""

    case_ids: list[int] = field(default_factory=list)
    failed: dict[int, DomainError] = field(default_factory=dict)


def reply_to_all(
    session: Session, chosen: Sequence[Chosen], text: str, *, user_id: int, day: date, now: datetime
) -> Sent:
    """Answer every chosen case and what is merged into it; one that cannot be answered keeps back no other.

    Raises
    ------
    TooManyChosenError
    feedback_app.handling.answers.placeholders.UnknownPlaceholderError
    feedback_app.handling.answers.saying.ReplyLengthError
    """
    if len(chosen) > CHOSEN_MOST:
        raise TooManyChosenError(f"Paling banyak {CHOSEN_MOST} kasus sekaligus. Kirim dalam beberapa kali.")
    check_known(text)
    check_words(text)
    # Before the first is answered, so that two who answer the same do not wait for each other.
    cases_for(session, user_id, [one.case_id for one in chosen], permission=Permission.ANSWER_CASE, day=day)
    sent, acts = Sent(), dict[int, int]()
    for one in sorted(chosen, key=lambda item: item.case_id):
        if one.case_id in sent.case_ids:
            continue
        try:
            with session.begin_nested():
                replies = _reply(session, one, text, acts, user_id=user_id, day=day, now=now)
        except DomainError as error:
            sent.failed[one.case_id] = error
        else:
            sent.case_ids += [reply.case_id for reply in replies]
    # A merged case is refused where it is chosen by itself, and answered with its main case.
    sent.failed = {case_id: error for case_id, error in sent.failed.items() if case_id not in sent.case_ids}
    _record(session, acts, sent, user_id, now)
    return sent


def _reply(
    session: Session, chosen: Chosen, text: str, acts: dict[int, int], *, user_id: int, day: date, now: datetime
) -> list[Reply]:
    wanted = Permission.ANSWER_CASE
    case = case_for(session, user_id, chosen.case_id, permission=wanted, day=day, for_update=True)
    if chosen.version is not None and chosen.version != case.version:
        raise ChangedSinceChosenError("Kasus ini berubah sejak Anda memilihnya. Baca dahulu, lalu tanggapi bila perlu.")
    act_id = acts.get(case.agency_id)
    if act_id is None:
        act_id = new_reply_act(session, case.agency_id, user_id=user_id, now=now).id
    replies = answer(session, case, text, user_id=user_id, now=now, fill_in=True, bulk_id=act_id)
    # Only now: the act of an answer that failed is undone with it.
    acts[case.agency_id] = act_id
    return replies


def _record(session: Session, acts: dict[int, int], sent: Sent, user_id: int, now: datetime) -> None:
    for agency_id, act_id in acts.items():
        record(
            session, agency_id=agency_id, actor=person(user_id), action="handling.reply_to_all",
            subject_type="bulk_act", subject_id=act_id, now=now, sent=len(sent.case_ids), failed=len(sent.failed),
        )  # fmt: skip
