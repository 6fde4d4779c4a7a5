"""Where somebody who found a weakness writes: `/.well-known/security.txt` (RFC 9116)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flask import Response, current_app
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from feedback_app import clock
from feedback_app.blueprints.public import bp
from feedback_app.config import Settings

# RFC 9116, 2.5.5 recommends less than a year; half of one outlives a machine that is not watched by little.
GOOD_FOR: Final = timedelta(days=180)


@bp.get("/.well-known/security.txt")
def security_txt() -> ResponseReturnValue:
    """Say whom to write, in which languages, and until when this holds; without a contact there is no such file."""
    known: Settings = current_app.extensions["suara_settings"]
    if known.security_contact is None:
        raise NotFound
    answer = Response(wording(known, clock.utcnow()), mimetype="text/plain")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def wording(known: Settings, now: datetime) -> str:
    """Return the text of the file; it ends half a year after the last midnight (UTC)."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {known.security_contact}",
        f"Expires: {midnight + GOOD_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: id, en",
    ]
    if known.public_url:
        lines.append(f"Canonical: {known.public_url}/.well-known/security.txt")
    return "\n".join(lines) + "\n"
