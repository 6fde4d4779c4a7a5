"""Watch that whatever a request writes into an agency's tables leaves its line in the audit trail, and that the line
has words for people.

The statements of every request that any test makes are looked at, whatever the test is about. A new page that forgets
`audit.operations.record` fails the first test that writes through it; so does an act without a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from flask import Response, has_request_context, request, request_finished, request_started
from sqlalchemy.engine.interfaces import DBAPICursor

from feedback_app.blueprints.audit_words import ACTS

_WRITTEN: Final = "tests.written"
_WRITES: Final = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_TRAILS: Final = frozenset({"audit_events", "platform_events"})

# Tables that may be written without a line of their own, each with its reason.
QUIET: Final[Mapping[str, str]] = {
    "saved_views": "how somebody likes to look at their own inbox",
    "staff_settings": "how somebody likes to be told",
    "factor_challenges": "a sign-in under way; how it ends is noted",
    "account_factors": "locks and counts of tries; misses are noted when they end, changes of factors each",
    "web_authn_credentials": "the counter that a passkey shows at each use; adding and removing are noted",
    "recovery_requests": "a wish of somebody unknown, which is told alike whether there is such an account or not",
    "sign_ins": "when somebody was last seen, and renewed numbers of the same sign-in; its begin and end are noted",
    "sso_links": "when a link was last used",
    "sync_keys": "when a key was last used; what it brought is noted as an import",
    "counter_keys": "when a key was last used",
    "people_import_rows": "a list that is only looked at; what it changed is noted when it is applied",
}
# Pages that may, each with its reason.
QUIET_PAGES: Final[Mapping[str, str]] = {
    "public.rate": "what a citizen sends is a row nobody edits; the room `drain` notes that it was read",
    "public.report": "the same",
    "public.kiosk_rate": "the same",
    "public.kiosk_reasons": "the same",
    "public.survey": "the same, and who answered is nowhere",
    "delivery_webhook.report": "a gateway tells how a message fared, and its row says so",
    "people_import.columns": "a list that is only looked at; what it changed is noted when it is applied",
    "people_import.units": "the same",
    "people_import.past": "the same",
    "survey_paper.typing": "each questionnaire carries who typed it in, in a batch whose begin is noted",
}


class ActNotNotedError(Exception):
    """Something was written and the trail does not tell of it, or tells it without words."""


def _begun(_app: object, **_values: object) -> None:
    request.environ[_WRITTEN] = set()


def _ended(_app: object, response: Response, **_values: object) -> None:
    written: set[str] = request.environ.pop(_WRITTEN, set())
    loud = written - QUIET.keys() - _TRAILS
    # What failed was rolled back.
    if loud and not written & _TRAILS and response.status_code < 400 and request.endpoint not in QUIET_PAGES:
        raise ActNotNotedError(f"{request.method} {request.endpoint} wrote {sorted(loud)} and noted nothing")


def _look(
    _connection: sa.Connection, _cursor: DBAPICursor, statement: str, parameters: Any, _context: object, _many: bool
) -> None:
    if not has_request_context() or _WRITTEN not in request.environ:
        return
    found = _WRITES.match(statement)
    if found is None:
        return
    table = found[1].lower()
    request.environ[_WRITTEN].add(table)
    if table in _TRAILS:
        for values in parameters if isinstance(parameters, list) else [parameters]:
            action = values.get("action") if isinstance(values, Mapping) else None
            if action is not None and action not in ACTS:
                raise ActNotNotedError(f"{action!r} has no words: add it to blueprints/audit_words_*.py")


def _undone(*_: object) -> None:
    # A page that rolls back and says so has written nothing.
    if has_request_context() and _WRITTEN in request.environ:
        request.environ[_WRITTEN].clear()


@contextmanager
def watched() -> Iterator[None]:
    """Watch every request until the end."""
    request_started.connect(_begun)
    request_finished.connect(_ended)
    listeners = (("before_cursor_execute", _look), ("rollback", _undone), ("rollback_savepoint", _undone))
    for name, listener in listeners:
        sa.event.listen(sa.Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            sa.event.remove(sa.Engine, name, listener)
        request_finished.disconnect(_ended)
        request_started.disconnect(_begun)
