"""What a request shows beside its words: whether a program seems to have sent it, and from which network.

Nothing is refused for it. A submission with signals is stored, read and answered as any other; only its rating stays
out of the figures until a person has looked.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import Final

from flask import Request, current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, bytes_to_int

from feedback_app.blueprints.networks import network_mark
from feedback_app.intake.operations import Draft
from feedback_app.intake.rules import Signal

# The name of the field in macros/trap.html.
TRAP_FIELD: Final = "situs_web"
# A tap on a face takes a moment; ten letters, a unit and a date take longer. The stamp of the page is in whole seconds
# rounded down, so what counts as too fast was faster still.
RATING_SECONDS: Final = 1.0
REPORT_SECONDS: Final = 2.0


def marked(draft: Draft, *, day: date) -> Draft:
    """Return a draft with what was noticed about the request that sends it; `day` is the agency's."""
    return replace(draft, signals=noticed(request, draft), network_mark=_mark(draft, day))


def noticed(sent: Request, draft: Draft) -> tuple[str, ...]:
    """Return the signals of a request. A kiosk is exempt from haste: people step up to a page that is open already."""
    found = []
    if sent.form.get(TRAP_FIELD, "").strip():
        found.append(Signal.HONEYPOT)
    least = RATING_SECONDS if draft.rating is not None else REPORT_SECONDS
    # The coach's page carries the stamp of the first one, so reading it counts as time as well.
    age = None if draft.at_kiosk else page_age(sent)
    if age is not None and age < least:
        found.append(Signal.TOO_FAST)
    return tuple(found)


def page_age(sent: Request) -> float | None:
    """Return how many seconds ago the page that sends this was made, by the signed stamp of its form; None unknown."""
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return None
    field = current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token")
    if g.get("csrf_valid"):
        # Its signature was just checked, for this very session; only the moment is wanted of it.
        stamp = sent.form.get(field, "").rpartition(".")[0].rpartition(".")[2]
        return time.time() - bytes_to_int(base64_decode(stamp)) if stamp else None
    key: str = current_app.config.get("WTF_CSRF_SECRET_KEY") or current_app.config["SECRET_KEY"]
    stamped = URLSafeTimedSerializer(key, salt="wtf-csrf-token")
    try:
        held, made_at = stamped.loads(sent.form.get(field, ""), return_timestamp=True)
    except BadData:
        return None
    # A stamp of another session was refused before; this is for callers that are exempt from that check.
    return time.time() - made_at.timestamp() if held == session.get(field) else None


def _mark(draft: Draft, day: date) -> bytes | None:
    # Only ratings are counted by network; who reports, and above all in confidence, leaves no such trace.
    if draft.rating is None or draft.is_confidential:
        return None
    return network_mark(day)
