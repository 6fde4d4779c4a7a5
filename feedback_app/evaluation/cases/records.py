"""Read the cases of a period as they stood at a cycle's cut-off, whatever became of them later."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.spans import assignment_spans
from feedback_app.evaluation.cases.rules import CaseFact, records
from feedback_app.handling.rules import CaseStatus, Classification, EventKind, Outcome, ReplyKind
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.links import LinksKnown, links_of

# Sent on, or past its unit as an allegation.
_HANDED_ON: Final = (
    f"(e.kind = '{EventKind.DISPOSED.value}'"
    f" OR e.kind = '{EventKind.RECLASSIFIED.value}' AND e.detail ->> 'from_unit_id' IS NOT NULL)"
)
# A case changes for years; its timeline, replies and moved deadlines are only ever added to. What was an allegation
# when the figures were read is left out, and so is whatever is one now without ever having been counted as anything
# else.
_FACTS: Final = f"""
    SELECT c.id, coalesce(turned.detail ->> 'before', c.classification) AS classification,
           coalesce(came.unit_id, gone.unit_id, c.unit_id) AS unit_id, coalesce(came.at, c.opened_at) AS came_at,
           c.opened_at, first_reply.author_id, first_reply.sent_at AS replied_at,
           coalesce(moved_due.old_due_at, c.reply_due_at) AS reply_due_at, last_step.to_status AS status,
           CASE WHEN last_step.to_status IN ('closed', 'archived') THEN last_step.at END AS ended_at,
           last_word.outcome, EXISTS (
               SELECT FROM dispute_reviews r
               WHERE r.agency_id = c.agency_id AND r.case_id = c.id AND r.verdict = 'sent_back'
                 AND r.decided_at <= :until
           ) AS is_upheld
    FROM cases c
    JOIN submissions s ON s.agency_id = c.agency_id AND s.id = c.submission_id
    LEFT JOIN labels l ON l.agency_id = c.agency_id AND l.submission_id = c.submission_id
    LEFT JOIN LATERAL (
        SELECT e.detail FROM case_events e WHERE e.agency_id = c.agency_id AND e.case_id = c.id
          AND e.kind = '{EventKind.RECLASSIFIED.value}' AND e.at > :until ORDER BY e.at, e.id LIMIT 1
    ) turned ON true
    LEFT JOIN LATERAL (
        SELECT (e.detail ->> 'to_unit_id')::bigint AS unit_id, e.at FROM case_events e
        WHERE e.agency_id = c.agency_id AND e.case_id = c.id AND {_HANDED_ON}
          AND e.at <= :until ORDER BY e.at DESC, e.id DESC LIMIT 1
    ) came ON true
    LEFT JOIN LATERAL (
        SELECT (e.detail ->> 'from_unit_id')::bigint AS unit_id FROM case_events e
        WHERE e.agency_id = c.agency_id AND e.case_id = c.id AND {_HANDED_ON}
          AND e.at > :until ORDER BY e.at, e.id LIMIT 1
    ) gone ON true
    LEFT JOIN LATERAL (
        SELECT r.author_id, r.sent_at FROM replies r WHERE r.agency_id = c.agency_id AND r.case_id = c.id
          AND r.kind = '{ReplyKind.ANSWER.value}' AND r.sent_at <= :until ORDER BY r.sent_at, r.id LIMIT 1
    ) first_reply ON true
    LEFT JOIN LATERAL (
        SELECT d.old_due_at FROM deadline_changes d WHERE d.agency_id = c.agency_id AND d.case_id = c.id
          AND d.clock = 'reply' AND d.at > first_reply.sent_at AND d.old_due_at IS NOT NULL
        ORDER BY d.at, d.id LIMIT 1
    ) moved_due ON true
    LEFT JOIN LATERAL (
        SELECT e.to_status, e.at FROM case_events e
        WHERE e.agency_id = c.agency_id AND e.case_id = c.id AND e.at <= :until AND e.kind = '{EventKind.MOVED.value}'
        ORDER BY e.at DESC, e.id DESC LIMIT 1
    ) last_step ON true
    LEFT JOIN LATERAL (
        SELECT e.outcome FROM case_events e WHERE e.agency_id = c.agency_id AND e.case_id = c.id AND e.at <= :until
          AND e.outcome IS NOT NULL ORDER BY e.at DESC, e.id DESC LIMIT 1
    ) last_word ON true
    WHERE c.agency_id = :agency_id AND NOT s.is_confidential
      AND (turned.detail IS NOT NULL OR NOT c.is_confidential AND l.integrity IS NOT TRUE)
      AND (c.opened_at AT TIME ZONE :zone)::date BETWEEN :starts_on AND :ends_on AND c.opened_at <= :until
    ORDER BY c.id
"""  # noqa: S608 - constants of this module
_PRAISE: Final = f"""
    SELECT s.unit_id, s.occurred_on, count(*)
    FROM submissions s JOIN labels l ON l.agency_id = s.agency_id AND l.submission_id = s.id
    WHERE s.agency_id = :agency_id AND s.occurred_on BETWEEN :starts_on AND :ends_on
      AND s.unit_id = ANY(CAST(:units AS bigint[]))
      AND s.kind = '{SubmissionKind.PRAISE.value}' AND NOT s.is_confidential AND NOT s.unit_is_unknown
      AND l.integrity IS NOT TRUE AND l.labelled_at <= :until
    GROUP BY 1, 2
"""  # noqa: S608


def case_rows(session: Session, cut: Cut) -> list[dict[str, Any]]:
    """Return the record of everybody who led a unit when a case came to it, or answered one."""
    facts = case_facts(session, cut)
    if not facts:
        return []
    given = {**cut.values(), "units": sorted({fact.unit_id for fact in facts})}
    praise = {(unit_id, day): int(n) for unit_id, day, n in session.execute(sa.text(_PRAISE), given)}
    spans = assignment_spans(session, cut.agency_id, cut.starts_on, cut.ends_on, known_at=cut.known_at)
    return records(facts, spans, praise)


def case_facts(session: Session, cut: Cut) -> list[CaseFact]:
    """Return the plain cases opened in the period, as they stood at the cut-off.

    An answer is that of whoever the account was linked with when it was sent, whatever was linked or cut since.
    """
    zone = session.scalars(sa.select(Agency.time_zone).where(Agency.id == cut.agency_id)).one()
    links = links_of(session, cut.agency_id)
    rows = session.execute(sa.text(_FACTS), {**cut.values(), "zone": zone})
    return [
        _fact(row, cut, ZoneInfo(zone), links)
        for row in rows
        if row.unit_id is not None and row.classification != Classification.OVERSIGHT.value
    ]


def _fact(row: Any, cut: Cut, zone: ZoneInfo, links: LinksKnown) -> CaseFact:
    watched_until = row.replied_at or row.ended_at or cut.until
    return CaseFact(
        unit_id=row.unit_id,
        came_on=row.came_at.astimezone(zone).date(),
        handler_id=links.employee_of(row.author_id, row.replied_at) if row.replied_at else None,
        status=CaseStatus(row.status or CaseStatus.NEW),
        is_replied=row.replied_at is not None,
        is_on_time=row.replied_at is not None and row.replied_at <= row.reply_due_at,
        wait_hours=max((watched_until - row.opened_at).total_seconds() / 3600, 0.0),
        outcome=Outcome(row.outcome) if row.outcome else None,
        is_upheld=row.is_upheld,
    )
