"""Searches of the inbox that an account keeps under a name; one of them may open the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.models import SavedView

VIEWS_MOST: Final = 20
NAME_MAX: Final = 60
_OPENS: Final = "opens_inbox"
_ARGUMENTS: Final = "arguments"


class ViewNameError(InvalidInputError):
    """A view without a name, or with one too long, cannot be found again."""

    code = "view_name"


class ViewNameTakenError(ConflictError):
    """The account has a view of this name."""

    code = "view_name_taken"


class TooManyViewsError(ConflictError):
    """More views than a list shows."""

    code = "too_many_views"


class UnknownViewError(NotFoundError):
    """No such view, or one of another account."""

    code = "unknown_view"


@dataclass(frozen=True, slots=True)
class View:
    """A search under a name: the arguments of its address, and whether the inbox opens with it."""

    id: int
    name: str
    arguments: Mapping[str, str]
    opens_inbox: bool


def views_of(session: Session, user_id: int) -> list[View]:
    """Return the views of an account by name."""
    rows = session.scalars(
        sa.select(SavedView).where(SavedView.user_id == user_id).order_by(sa.func.lower(SavedView.name))
    )
    return [_view(row) for row in rows]


def save_view(session: Session, user_id: int, name: str, arguments: Mapping[str, str], *, now: datetime) -> View:
    """Keep a search under a name.

    Raises
    ------
    ViewNameError, ViewNameTakenError, TooManyViewsError
    """
    words = " ".join(name.split())
    if not 1 <= len(words) <= NAME_MAX:
        raise ViewNameError(f"Beri nama pandangan, 1 sampai {NAME_MAX} huruf.")
    kept = session.scalars(sa.select(SavedView.id).where(SavedView.user_id == user_id).with_for_update()).all()
    if len(kept) >= VIEWS_MOST:
        raise TooManyViewsError(f"Paling banyak {VIEWS_MOST} pandangan. Hapus dahulu yang tidak terpakai.")
    row = SavedView(user_id=user_id, name=words, asked={_ARGUMENTS: dict(arguments), _OPENS: False}, saved_at=now)
    add_unless_taken(session, row, ViewNameTakenError("Nama pandangan itu sudah ada. Pilih nama lain."))
    return _view(row)


def open_inbox_with(session: Session, user_id: int, view_id: int, *, wanted: bool) -> None:
    """Let the inbox open with one view of an account, or, where that is not wanted, without any.

    Raises
    ------
    UnknownViewError
    """
    chosen = _one(session, user_id, view_id)
    for row in session.scalars(sa.select(SavedView).where(SavedView.user_id == user_id).with_for_update()):
        row.asked = {**row.asked, _OPENS: wanted and row.id == chosen.id}
    session.flush()


def delete_view(session: Session, user_id: int, view_id: int) -> None:
    """Forget a view of an account.

    Raises
    ------
    UnknownViewError
    """
    session.delete(_one(session, user_id, view_id))
    session.flush()


def _one(session: Session, user_id: int, view_id: int) -> SavedView:
    row = session.scalar(sa.select(SavedView).where(SavedView.user_id == user_id, SavedView.id == view_id))
    if row is None:
        raise UnknownViewError("Pandangan itu tidak ada lagi di akun Anda.")
    return row


def _view(row: SavedView) -> View:
    arguments = {str(name): str(value) for name, value in row.asked.get(_ARGUMENTS, {}).items()}
    return View(row.id, row.name, arguments, row.asked.get(_OPENS) is True)
