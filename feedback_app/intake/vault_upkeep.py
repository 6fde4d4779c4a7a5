"""Looking after the vault: every contact under the newest key, and none that no key opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.extra_models import Contact
from feedback_app.intake.vault import UnreadableSealError, Vault, open_sealed

BATCH: Final = 500


def seal_again(session: Session, vault: Vault, *, limit: int = BATCH) -> Iterator[int]:
    """Seal every contact under the first key, a batch at a time; yield the size of each, for the caller to commit.

    Raises
    ------
    feedback_app.intake.vault.UnreadableSealError
        A contact opens with none of the keys; what was yielded before stays.
    """
    after = (0, 0)
    while rows := _batch(session, after, limit, for_update=True):
        session.execute(
            sa.update(Contact),
            [{"agency_id": row.agency_id, "id": row.id, "sealed": vault.seal_again(row.sealed)} for row in rows],
        )
        after = (rows[-1].agency_id, rows[-1].id)
        yield len(rows)


def unreadable_contacts(session: Session, vault: Vault, *, limit: int = BATCH) -> Iterator[tuple[int, int]]:
    """Yield agency and id of every contact that none of the keys opens."""
    after = (0, 0)
    while rows := _batch(session, after, limit, for_update=False):
        for row in rows:
            try:
                open_sealed(vault, row.sealed)
            except UnreadableSealError:
                yield row.agency_id, row.id
        after = (rows[-1].agency_id, rows[-1].id)


def _batch(
    session: Session, after: tuple[int, int], limit: int, *, for_update: bool
) -> list[sa.Row[tuple[int, int, bytes]]]:
    query = (
        sa.select(Contact.agency_id, Contact.id, Contact.sealed)
        .where(sa.tuple_(Contact.agency_id, Contact.id) > after)
        .order_by(Contact.agency_id, Contact.id)
        .limit(limit)
    )
    return list(session.execute(query.with_for_update() if for_update else query))
