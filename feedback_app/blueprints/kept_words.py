"""What somebody typed for a thing that is gone meanwhile: shown to them once more, so that it is not lost."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from feedback_app.db import db
from feedback_app.errors import DomainError


def kept_words(error: DomainError, words: str | None, back: str) -> ResponseReturnValue:
    """Return a page with the reason, the words as they were sent, and the way back.

    It says the same whether the thing never was or is somebody else's.
    """
    db.session.rollback()
    return render_template("own/kept.html", reason=error.message, words=words or "", back=back), error.status
