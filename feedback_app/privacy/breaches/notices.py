"""Owe the notice of a confirmed breach to everybody it reached: a message where there is an address, else by code."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.intake.extra_models import Contact
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import Template
from feedback_app.privacy.breaches.operations import BreachNotConfirmedError
from feedback_app.privacy.breaches.queries import reached_by
from feedback_app.privacy.models import Breach, BreachNotice, BreachState


def owe_notices(session: Session, breach: Breach, *, actor: Actor, now: datetime) -> int:
    """Note whom a confirmed breach reached, and owe each a message; return how many are new. May be repeated.

    Whoever left no address finds the notice on the page of their report; it is public besides.

    Raises
    ------
    feedback_app.privacy.breaches.operations.BreachNotConfirmedError
    """
    if breach.state is not BreachState.CONFIRMED:
        raise BreachNotConfirmedError("Kejadian ini belum disahkan orang kedua, atau sudah diakhiri.")
    found = reached_by(session, breach).subquery()
    address = sa.exists().where(Contact.agency_id == breach.agency_id, Contact.submission_id == found.c[0])
    rows = sa.select(
        sa.literal(breach.agency_id, sa.BigInteger), sa.literal(breach.id, sa.BigInteger), found.c[0],
        sa.literal(now, sa.DateTime(timezone=True)), address,
    )  # fmt: skip
    names = ["agency_id", "breach_id", "submission_id", "owed_at", "by_message"]
    added = session.scalars(
        insert(BreachNotice)
        .from_select(names, rows)
        .on_conflict_do_nothing()
        .returning(BreachNotice.submission_id)
    ).all()  # fmt: skip
    told = _owe_messages(session, breach, now)
    record(
        session, agency_id=breach.agency_id, actor=actor, action="privacy.owe_notices", subject_type="breach",
        subject_id=breach.id, now=now, feedback=len(added), messages=told,
    )  # fmt: skip
    return len(added)


def _owe_messages(session: Session, breach: Breach, now: datetime) -> int:
    """Owe the message of everybody noted who left an address; one that stopped news is told all the same (Ps 46)."""
    contacts = session.execute(
        sa.select(Contact.id, Contact.language)
        .join(
            BreachNotice,
            sa.and_(
                BreachNotice.agency_id == Contact.agency_id, BreachNotice.submission_id == Contact.submission_id
            ),
        )
        .where(BreachNotice.agency_id == breach.agency_id, BreachNotice.breach_id == breach.id)
        .order_by(Contact.id)
    ).all()  # fmt: skip
    for contact in contacts:
        owe(
            session, agency_id=breach.agency_id, template=Template.BREACH_NOTICE,
            params={"agency": breach.agency_id, "breach": breach.id},
            dedupe_key=f"breach_notice:{breach.id}:contact:{contact.id}", now=now, contact_id=contact.id,
            language=contact.language,
        )  # fmt: skip
    return len(contacts)
