"""A line in the log for every proof of identity that was missed: a password, a code, a passkey (ASVS 5.0, 16.3.1).

Sign-ins that succeed, and misses in a row, stand in the audit trail; single misses would fill it. No address stands in
the log: the account by the keyed mark of its address, the network by that of `networks`, which is another one each day.
So an operator sees whether one account is tried from many networks, or many from one, and not whose they are.
"""

from __future__ import annotations

import logging
from typing import Final

from flask import Flask, Response, request

from feedback_app import clock
from feedback_app.blueprints.known_browsers import account_mark
from feedback_app.blueprints.networks import UNKNOWN, network_mark

log = logging.getLogger(__name__)

# Enough to tell marks apart, and short enough not to be taken for a code by `log_scrubbing`.
_SHOWN: Final = 10


def register_missed_proofs(app: Flask) -> None:
    """Note wrong passwords of the sign-in page, which is Flask-Security's; other pages say so themselves."""
    app.after_request(_look)


def note_missed(what: str, email: str) -> None:
    """Note that somebody gave for an account what was not right; `what` names the kind, such as "second factor"."""
    network = network_mark(clock.office_day(clock.utcnow()))
    log.warning(
        "Missed: %s at %s, account mark %s, network mark %s", what, request.endpoint, account_mark(email)[:_SHOWN],
        network.hex()[:_SHOWN] if network is not None else UNKNOWN,
    )  # fmt: skip


def _look(answer: Response) -> Response:
    # The sign-in page answers a wrong password with itself, and a right one with a redirect.
    if request.endpoint == "security.login" and request.method == "POST" and answer.status_code == 200:
        note_missed("password", request.form.get("email", ""))
    return answer
