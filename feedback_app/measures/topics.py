"""Let the daily figures follow a label that a person put right."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.desk.corrections import Relabelled, Topic
from feedback_app.measures.models import DailyTopic
from feedback_app.measures.operations import Answer, fold


def refold(session: Session, changed: Relabelled | None) -> None:
    """Take a submission out of the cell of its old topic and put it into that of its new one, as a recount would."""
    if changed is None:
        return
    # Drains write several cells in an order of their own; behind this lock none of them waits for us while we wait for
    # it. A correction is one person's click, so drains lose no time worth mentioning.
    session.execute(sa.text("LOCK TABLE daily_topics IN SHARE ROW EXCLUSIVE MODE"))
    cell = _cell(changed, changed.before)
    session.execute(sa.delete(DailyTopic).where(*cell, DailyTopic.n == 1).execution_options(synchronize_session=False))
    session.execute(
        sa.update(DailyTopic)
        .where(*cell, DailyTopic.n > 1)
        .values(n=DailyTopic.n - 1)
        .execution_options(synchronize_session=False)
    )
    fold(
        session,
        [
            Answer(
                changed.agency_id, changed.unit_id, changed.service_id, changed.day, changed.channel, None,
                changed.after,
            )
        ],
    )  # fmt: skip


def _cell(changed: Relabelled, topic: Topic) -> list[sa.ColumnElement[bool]]:
    kind, sentiment, aspect = topic
    return [
        DailyTopic.agency_id == changed.agency_id,
        DailyTopic.unit_id == changed.unit_id,
        DailyTopic.service_id.is_not_distinct_from(changed.service_id),
        DailyTopic.day == changed.day,
        DailyTopic.channel == changed.channel,
        DailyTopic.kind.is_not_distinct_from(kind),
        DailyTopic.sentiment.is_not_distinct_from(sentiment),
        DailyTopic.aspect.is_not_distinct_from(aspect),
    ]
