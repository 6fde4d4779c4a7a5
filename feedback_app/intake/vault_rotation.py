"""From one key of the vault to the next, so that no contact is lost wherever the process is ended.

The order is what makes it safe: the new key is on the disk before anything is sealed under it, every process reads it
there before it seals or opens again, and a key goes only after every row was looked at and needs it no more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.vault import Vault, new_key
from feedback_app.intake.vault_upkeep import count_by_key, seal_again
from feedback_app.key_files import KeyEntry, read_entries, write_entries

# A seal takes microseconds; one that was begun under the old key is in its transaction long before this.
SETTLE_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.2
# Besides what comes in while it runs, there is nothing to find in the second round.
MOST_ROUNDS: Final = 5


class NotSettledError(Exception):
    """A transaction that may have sealed under an old key does not end; nothing was retired."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a rotation did: `sealed` rows were sealed anew, `total` lie under the first key, `kept` older keys stay."""

    sealed: int
    total: int
    kept: int
    retired: int


def begin(path: Path, *, now: datetime) -> bool:
    """Put a new key in front of the file; return False where a rotation that was not finished goes on instead.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    entries = read_entries(path)
    if entries and entries[0].resealed_at is None:
        return False
    write_entries(path, (KeyEntry(new_key(), now), *entries))
    return True


def reseal(
    session: Session,
    vault: Vault,
    *,
    patience: float,
    progress: Callable[[int], object],
    settle: float = SETTLE_SECONDS,
) -> tuple[int, int]:
    """Seal every contact under the first key, a commit for each batch, until a look at all finds no other.

    Return how many were sealed anew, and how many there are. `patience` in seconds, for transactions under way.

    Raises
    ------
    feedback_app.intake.vault.UnreadableSealError
        A contact opens with none of the keys.
    NotSettledError
    """
    done = 0
    for _ in range(MOST_ROUNDS):
        for size in seal_again(session, vault):
            session.commit()
            done += size
            progress(done)
        _wait_for_writers(session, patience=patience, settle=settle)
        counts, unreadable = count_by_key(session, vault)
        session.rollback()
        if sum(counts[1:]) == 0 and unreadable == 0:
            return done, counts[0]
    raise NotSettledError("contacts are still being sealed under an older key")


def finish(path: Path, *, retire: bool, now: datetime) -> tuple[int, int]:
    """Note that everything lies under the first key, and drop the keys before the last; with `retire` that one too.

    Return how many older keys stay, and how many went. To be called after `reseal` has come back.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    first, *older = read_entries(path)
    kept = () if retire else tuple(older[:1])
    write_entries(path, (replace(first, resealed_at=first.resealed_at or now), *kept))
    return len(kept), len(older) - len(kept)


def _wait_for_writers(session: Session, *, patience: float, settle: float) -> None:
    """Wait until every transaction has ended that may hold a row sealed before the key was changed."""
    time.sleep(settle)
    mine = session.scalar(sa.text("SELECT pg_current_xact_id()::text::numeric"))
    session.commit()
    ends_at = time.monotonic() + patience
    while True:
        oldest = session.scalar(sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::numeric"))
        session.rollback()
        if mine is None or oldest is None or oldest > mine:
            return
        if time.monotonic() > ends_at:
            raise NotSettledError("a transaction begun before does not end")
        time.sleep(_LOOK_SECONDS)
