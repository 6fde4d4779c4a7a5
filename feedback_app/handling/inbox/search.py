"""Find cases by their words, as PostgreSQL stems Indonesian.

What can be found is kept beside each case and follows from raw rows alone: the reporter's masked words and the answers,
masked too, for an answer may repeat what the reporter wrote. Whoever adds or takes away words calls `refresh_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.models import ActorKind
from feedback_app.db_wall.roles import CASES_SAYING
from feedback_app.handling.citizens.models import CitizenMessage
from feedback_app.handling.inbox.models import CaseWords
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.pii import TAGS
from feedback_app.nlp.personal.redact import redact

LANGUAGE: Final = "indonesian"
QUERY_MAX: Final = 200
_BATCH: Final = 500
# Of what was masked only the tag is left; whoever looks for a word must not find all that was masked.
_TAG: Final = re.compile("|".join(re.escape(tag) for tag in sorted(set(TAGS.values()))))
_NUMBER: Final = re.compile(r"(#?)\s*(\d{1,18})")


def refresh_words(session: Session, agency_id: int, case_ids: Iterable[int]) -> None:
    """Write anew what can be found of cases, from their raw rows."""
    session.flush()
    for some in _batches(sorted(set(case_ids))):
        words: dict[int, list[str]] = {case_id: [] for case_id in some}
        for case_id, text, is_masked in session.execute(_raw_words(agency_id, some)):
            words[case_id].append(text if is_masked else redact(text).text)
        _store(session, agency_id, words)


def _batches(case_ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (case_ids[start : start + _BATCH] for start in range(0, len(case_ids), _BATCH))


def _store(session: Session, agency_id: int, words: dict[int, list[str]]) -> None:
    texts = [_TAG.sub(" ", " ".join(said)) for said in words.values()]
    given = sa.func.unnest(
        sa.cast(list(words), ARRAY(sa.BigInteger)), sa.cast(texts, ARRAY(sa.Text))
    ).table_valued("case_id", "words").render_derived()  # fmt: skip
    fresh = insert(CaseWords).from_select(
        ["agency_id", "case_id", "document"],
        sa.select(sa.literal(agency_id), given.c.case_id, sa.func.to_tsvector(LANGUAGE, given.c.words)),
    )
    session.execute(
        fresh.on_conflict_do_update(index_elements=["agency_id", "case_id"], set_={"document": fresh.excluded.document})
    )


def _raw_words(agency_id: int, case_ids: Sequence[int]) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Return each text of the cases with whether it is masked; of an erased report only the answers are left."""
    wanted = sa.and_(Case.agency_id == agency_id, Case.id.in_(case_ids))
    report = sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id)
    kept = Submission.erased_at.is_(None)
    written = (
        sa.select(Case.id, Labels.redacted_text, sa.true())
        .join(Labels, sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id))
        .join(Submission, report)
        .where(wanted, kept, Labels.redacted_text.is_not(None))
    )
    added = (
        sa.select(Case.id, CitizenMessage.redacted_text, sa.true())
        .join(CitizenMessage, _of_case(CitizenMessage))
        .join(Submission, report)
        .where(wanted, kept)
    )
    judged = (
        sa.select(Case.id, CaseEvent.reason, sa.true())
        .join(CaseEvent, _of_case(CaseEvent))
        .join(Submission, report)
        .where(wanted, kept, CaseEvent.actor_kind == ActorKind.CITIZEN, CaseEvent.reason.is_not(None))
    )
    told = sa.select(Case.id, Reply.text, sa.false()).join(Reply, _of_case(Reply)).where(wanted)
    return sa.union_all(written, added, judged, told)


def _of_case(child: type[CitizenMessage | CaseEvent | Reply]) -> sa.ColumnElement[bool]:
    return sa.and_(child.agency_id == Case.agency_id, child.case_id == Case.id)


def found_by(asked: str) -> sa.ColumnElement[bool]:
    """Return the condition that a case is what somebody looks for.

    `#12` is the case of that number; `12` that case and every one whose words hold the number. Otherwise words as a
    search engine reads them: all of them, "exactly so" in quotes, `or` between two, `-not` this one.
    """
    words = " ".join(asked.replace("\0", " ").split())[:QUERY_MAX]
    number = _NUMBER.fullmatch(words)
    if number is None:
        return _says(words)
    is_case = Case.id == int(number[2])
    return is_case if number[1] else sa.or_(is_case, _says(words))


def _says(words: str) -> sa.ColumnElement[bool]:
    # By a function, for behind the wall the index of words is closed to the query itself (`db_wall.roles`).
    saying = getattr(sa.func, CASES_SAYING)(LANGUAGE, words).table_valued("agency_id", "case_id")
    return sa.tuple_(Case.agency_id, Case.id).in_(sa.select(saying.c.agency_id, saying.c.case_id))
