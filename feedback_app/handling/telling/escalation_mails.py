"""What those further up are told of late cases: each by its number, or, where many come at one moment, how many.

Deadlines end when offices close, so a whole day's cases may reach a rung together; so may everything that was late
while the platform stood still. Nobody reads a hundred mails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.handling.clocks.sla import LADDER, Step
from feedback_app.handling.models import Case
from feedback_app.handling.telling.staff import languages_of
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import DEFAULT_LANGUAGE, Template

MOST_ONE_BY_ONE: Final = 3
# The cases of one moment by agency, account and rung.
Told = dict[tuple[int, int, Step], list[Case]]


def tell_of_rungs(session: Session, told: Mapping[tuple[int, int, Step], Sequence[Case]], *, now: datetime) -> None:
    """Owe the messages of one moment; the cases are those that each account may see."""
    languages = languages_of(session, {user_id for _, user_id, _ in told})
    for (agency_id, user_id, step), cases in told.items():
        share, language = int(LADDER[step] * 100), languages.get(user_id, DEFAULT_LANGUAGE)
        keys = [f"{case.id}:{case.clock}:{case.due_at}:{int(step)}:user:{user_id}" for case in cases]
        if len(cases) > MOST_ONE_BY_ONE:
            owe(
                session, agency_id=agency_id, template=Template.ESCALATED_MANY,
                params={"cases": len(cases), "share": share}, dedupe_key=f"{Template.ESCALATED_MANY}:{keys[0]}",
                now=now, user_id=user_id, language=language,
            )  # fmt: skip
            continue
        for case, key in zip(cases, keys, strict=True):
            owe(
                session, agency_id=agency_id, template=Template.ESCALATED, params={"case": case.id, "share": share},
                dedupe_key=f"{Template.ESCALATED}:{key}", now=now, user_id=user_id, language=language,
            )  # fmt: skip
