"""What an account chose about the messages that come to it by themselves."""

from __future__ import annotations

from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.errors import InvalidInputError
from feedback_app.identity.models import StaffSettings

LANGUAGES: Final = ("id", "en")


class UnknownLanguageError(InvalidInputError):
    """There are no words in this language."""

    code = "unknown_language"


def settings_of(session: Session, user_id: int) -> StaffSettings:
    """Return what an account chose; without a choice everything comes, in Indonesian."""
    found = session.get(StaffSettings, user_id)
    return found or StaffSettings(user_id=user_id, wants_reminder=True, wants_digest=True, language=LANGUAGES[0])


def choose(session: Session, user_id: int, *, wants_reminder: bool, wants_digest: bool, language: str) -> None:
    """Keep what an account wants.

    Raises
    ------
    UnknownLanguageError
    """
    if language not in LANGUAGES:
        raise UnknownLanguageError("Pilih bahasa dari daftar.")
    values = {"wants_reminder": wants_reminder, "wants_digest": wants_digest, "language": language}
    session.execute(
        insert(StaffSettings)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )
