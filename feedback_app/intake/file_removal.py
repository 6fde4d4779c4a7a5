"""Remove files once the rows that named them are gone for good."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.storage import Storage, StorageUnavailableError

log = logging.getLogger(__name__)
_WISHES: Final = "suara_files_to_remove"


def remove_after_commit(session: Session, storage: Storage, keys: Iterable[str]) -> None:
    """Remove these files as soon as this session has committed; nothing happens where it rolls back."""
    session.info.setdefault(_WISHES, []).extend((storage, key) for key in keys)


@sa.event.listens_for(Session, "after_commit")
def _remove(session: Session) -> None:
    # The event also fires when a savepoint is released; then nothing is durable yet.
    if session.in_nested_transaction():
        return
    wishes: list[tuple[Storage, str]] = session.info.pop(_WISHES, [])
    for storage, key in wishes:
        try:
            storage.delete(key)
        except StorageUnavailableError as error:
            log.warning("A file without a row stays until it is swept: %s", error)


@sa.event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_WISHES, None)
