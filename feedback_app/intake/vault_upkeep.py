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
    """Seal every contact under the first key, a batch at a time; yield how many were, for the caller to commit.

    What lies under the first key already is left as it is: a run that was ended anywhere goes on where it stood.

    Raises
    ------
    feedback_app.intake.vault.UnreadableSealError
        A contact opens with none of the keys; what was yielded before stays.
    """
    after, first = (0, 0), vault.all_keys()[0]
    while rows := _batch(session, after, limit, for_update=True):
        old = [row for row in rows if not vault.is_sealed_by(first, row.sealed)]
        if old:
            session.execute(
                sa.update(Contact),
                [{"agency_id": row.agency_id, "id": row.id, "sealed": vault.seal_again(row.sealed)} for row in old],
            )
        after = (rows[-1].agency_id, rows[-1].id)
        yield len(old)


def unreadable_contacts(session: Session, vault: Vault, *, limit: int = BATCH) -> Iterator[tuple[int, int]]:
    """Yield agency and id of every contact that none of the keys opens."""
    for row in _all(session, limit):
        try:
            open_sealed(vault, row.sealed)
        except UnreadableSealError:
            yield row.agency_id, row.id


def count_by_key(session: Session, vault: Vault, *, limit: int = BATCH) -> tuple[list[int], int]:
    """Return how many contacts each key of the vault has sealed, in the order of the keys, and how many none opens."""
    keys, unreadable = vault.all_keys(), 0
    counts = [0] * len(keys)
    for row in _all(session, limit):
        place = next((place for place, key in enumerate(keys) if vault.is_sealed_by(key, row.sealed)), None)
        if place is None:
            unreadable += 1
        else:
            counts[place] += 1
    return counts, unreadable


def _all(session: Session, limit: int) -> Iterator[sa.Row[tuple[int, int, bytes]]]:
    after = (0, 0)
    while rows := _batch(session, after, limit, for_update=False):
        yield from rows
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
