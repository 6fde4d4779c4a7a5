"""Put a label of the classifier right: the figures follow, and the classifier can learn from it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from feedback_app.analysis.models import LabelCorrection, Labels
from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.models import Case
from feedback_app.handling.rules import Classification
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.nlp.labels import Aspect, Kind, Sentiment, Urgency

LABELS: Final[dict[str, type[enum.StrEnum]]] = {
    "kind": Kind, "sentiment": Sentiment, "aspect": Aspect, "urgency": Urgency,
}  # fmt: skip
BY_AN_OFFICER: Final = "officer"
# Whoever says that a report speaks of these says that it needs an examination.
_ALLEGATIONS: Final = frozenset({Aspect.ILLEGAL_LEVY, Aspect.ABUSE_OF_POWER})

Topic = tuple[str | None, str | None, str | None]  # kind, sentiment, aspect


class UnknownLabelError(InvalidInputError):
    """The classifier knows no such label."""

    code = "unknown_label"


class AllegationLabelError(ConflictError):
    """A levy or an abuse of office is examined, and not only counted."""

    code = "allegation_label"


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A submission whose topic is another one now; the figures of its cell have to follow."""

    agency_id: int
    unit_id: int
    service_id: int | None
    day: date
    channel: Channel
    before: Topic
    after: Topic


def correct(session: Session, case: Case, head: str, value: str, *, user_id: int, now: datetime) -> Relabelled | None:
    """Say what a report is really about; keep what the machine had said, and who put it right.

    Return the change of its topic, for `measures.topics.refold` to follow; None where no figure counts it.

    Raises
    ------
    UnknownLabelError
    AllegationLabelError
        The label says that it is an allegation, and the case is not examined as one.
    """
    _check_label(head, value)
    if is_allegation(head, value) and case.classification is not Classification.OVERSIGHT:
        raise AllegationLabelError(
            "Pokok ini adalah dugaan pelanggaran. Ubah dahulu jenis penanganannya menjadi berkadar pengawasan."
        )
    changed = _change(session, _Text(case.agency_id, case.submission_id, case.id), head, value, user_id, now)
    if changed is None:
        return None
    flag_modified(case, "status")
    session.flush()
    return topic_change(session, changed.labels, changed.before)


def correct_text(
    session: Session, agency_id: int, submission_id: int, head: str, value: str, *, user_id: int, now: datetime
) -> Relabelled | None:
    """Say what a text is really about that became no case, as `correct` does for one that did.

    What is called an allegation is kept from the unit it speaks of from now on.

    Raises
    ------
    UnknownLabelError
    """
    _check_label(head, value)
    changed = _change(session, _Text(agency_id, submission_id, None), head, value, user_id, now)
    if changed is None:
        return None
    if is_allegation(head, value):
        changed.labels.integrity = True
        session.flush()
    return topic_change(session, changed.labels, changed.before)


def is_allegation(head: str, value: str) -> bool:
    """Tell whether a label says that a text alleges levy or abuse of an office."""
    return head == "aspect" and value in _ALLEGATIONS


def corrected_heads(session: Session, case: Case) -> frozenset[str]:
    """Return which labels of a case people have put right."""
    query = sa.select(LabelCorrection.head).where(
        LabelCorrection.agency_id == case.agency_id, LabelCorrection.submission_id == case.submission_id
    )
    return frozenset(session.scalars(query))


@dataclass(frozen=True, slots=True)
class _Text:
    agency_id: int
    submission_id: int
    case_id: int | None


@dataclass(frozen=True, slots=True)
class _Changed:
    labels: Labels
    before: Topic


def _check_label(head: str, value: str) -> None:
    if head not in LABELS or value not in set(LABELS[head]):
        raise UnknownLabelError("Pilih label dari daftar.")


def _change(session: Session, text: _Text, head: str, value: str, user_id: int, now: datetime) -> _Changed | None:
    labels = session.scalars(
        sa.select(Labels)
        .where(Labels.agency_id == text.agency_id, Labels.submission_id == text.submission_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    said = getattr(labels, head)
    if said == value:
        return None
    before = topic_of(labels)
    correction = _kept(session, labels, head, value, user_id, now)
    session.add(correction)
    setattr(labels, head, LABELS[head](value))
    if head == "urgency":
        labels.urgency_source = BY_AN_OFFICER
    session.flush()
    record(
        session, agency_id=text.agency_id, actor=person(user_id), action="handling.correct_label",
        subject_type="submission" if text.case_id is None else "case",
        subject_id=text.submission_id if text.case_id is None else text.case_id,
        now=now, head=head, before=said, after=value, correction_id=correction.id,
    )  # fmt: skip
    return _Changed(labels, before)


def _kept(session: Session, labels: Labels, head: str, value: str, user_id: int, now: datetime) -> LabelCorrection:
    first = session.scalar(
        sa.select(LabelCorrection)
        .where(
            LabelCorrection.agency_id == labels.agency_id,
            LabelCorrection.submission_id == labels.submission_id,
            LabelCorrection.head == head,
        )
        .order_by(LabelCorrection.id)
        .limit(1)
    )
    # After the first correction the label is a person's: what the machine had said stands there.
    said = first.machine_said if first else getattr(labels, head)
    return LabelCorrection(
        agency_id=labels.agency_id, submission_id=labels.submission_id, head=head, machine_said=said,
        machine_confidence=getattr(labels, f"{head}_confidence"), person_says=value,
        model_version=labels.model_version, corrected_by=user_id, corrected_at=now,
    )  # fmt: skip


def topic_of(labels: Labels) -> Topic:
    """Return the topic a text has now."""
    kind, sentiment, aspect = (
        found.value if found else None for found in (labels.kind, labels.sentiment, labels.aspect)
    )
    return kind, sentiment, aspect


def topic_change(session: Session, labels: Labels, before: Topic) -> Relabelled | None:
    """Return the change of a text's topic since `before`; None where there is none or no figure counts it."""
    sent = session.get_one(Submission, (labels.agency_id, labels.submission_id))
    after = topic_of(labels)
    # The same rows as `measures.operations.recount` counts.
    if before == after or sent.text is None or sent.unit_is_unknown:
        return None
    return Relabelled(
        sent.agency_id, sent.unit_id, sent.service_id, sent.occurred_on, sent.channel, before=before, after=after
    )
