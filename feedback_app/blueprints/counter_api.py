"""The interface for a counter's own system: visit tokens for its printer, and its count of visits.

Every call carries the counter's key and nothing else: no cookie is read or set. That is why these endpoints want no
CSRF token: another site can make a browser call them, but has no key to put into the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints.api_frame import api_blueprint
from feedback_app.blueprints.places import agency_cards
from feedback_app.blueprints.visit_sheet import picture
from feedback_app.db import db
from feedback_app.errors import InvalidInputError
from feedback_app.intake.counter_keys import counter_by_key
from feedback_app.intake.counter_models import CounterKey
from feedback_app.intake.counters import TOKENS_AT_ONCE, TRANSACTIONS_MAX, DayCount, count_by_key, issue_by_key
from feedback_app.intake.visits import VISIT_TOKEN_DAYS
from feedback_app.measures.operations import record_goes_on
from feedback_app.organisation.queries import ServiceCard, services_of

bp = api_blueprint("counter_api")
Call = tuple[CounterKey, str, Mapping[str, Any]]

# The longest call there is has three short fields.
BODY_MAX: Final = 2048


class UnreadableCallError(InvalidInputError):
    """The call is not the JSON object that the endpoint describes."""

    code = "unreadable_call"


@bp.post("/visit-tokens")
def issue() -> ResponseReturnValue:
    """Issue one-time tokens for visits of one day; each comes with its address and its picture."""
    now, key = clock.utcnow(), current_app.config["TRACKING_KEY"]
    counter, time_zone, call = _call(now, {"service", "day", "count"})
    service = _service(counter, call)
    day = _day(call, default=_local_day(now, time_zone))
    tokens = issue_by_key(
        db.session(), counter, service_id=service.id if service else None, day=day,
        count=_whole(call, "count", default=1, least=1, most=TOKENS_AT_ONCE), time_zone=time_zone, key=key, now=now,
    )  # fmt: skip
    db.session.commit()
    expires_at = (now + timedelta(days=VISIT_TOKEN_DAYS)).isoformat(timespec="seconds")
    addresses = [url_for("public.visit", token=token, _external=True) for token in tokens]
    drawn = [{"url": url, "svg": str(picture(url, "qr")), "expires_at": expires_at} for url in addresses]
    return jsonify(service=service.code if service else None, day=day.isoformat(), tokens=drawn), 201


@bp.post("/visit-counts")
def count() -> ResponseReturnValue:
    """Keep how many visits were finished on a day; sent again, the number replaces the one before."""
    record_goes_on(db.session())
    now = clock.utcnow()
    counter, time_zone, call = _call(now, {"service", "day", "transactions"})
    service = _service(counter, call)
    counted = DayCount(
        counter.unit_id, service.id if service else None, _day(call),
        _whole(call, "transactions", most=TRANSACTIONS_MAX),
    )  # fmt: skip
    count_by_key(db.session(), counter, counted, today=_local_day(now, time_zone), now=now)
    db.session.commit()
    return jsonify(
        service=service.code if service else None, day=counted.day.isoformat(), transactions=counted.transactions
    )


def _call(now: datetime, known: set[str]) -> Call:
    """Return the counter that calls, the time zone of its agency, and what it sent."""
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    given = raw.strip() if scheme.lower() == "bearer" else ""
    counter = counter_by_key(db.session(), given, key=current_app.config["TRACKING_KEY"], now=now)
    body = _body()
    if set(body) - known:
        raise UnreadableCallError("Objek JSON ini memuat isian yang tidak dikenal.")
    card = next(card for card in agency_cards(db.session()) if card.id == counter.agency_id)
    return counter, card.time_zone, body


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > BODY_MAX:
        raise UnreadableCallError(f"Kirim satu objek JSON, paling banyak {BODY_MAX} byte.")
    request.max_content_length = BODY_MAX
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:
        # Brackets within brackets without end are text that Python's reader gives up on.
        body = None
    if not isinstance(body, dict):
        raise UnreadableCallError("Kirim satu objek JSON.")
    return body


def _service(counter: CounterKey, call: Mapping[str, Any]) -> ServiceCard | None:
    code = call.get("service")
    if code is None:
        return None
    services = services_of(db.session(), counter.agency_id, counter.unit_id)
    found = next((card for card in services if card.code == code), None)
    if found is None:
        raise InvalidInputError("Unit ini tidak memberikan layanan itu. Periksa kode layanannya.")
    return found


def _day(call: Mapping[str, Any], default: date | None = None) -> date:
    raw = call.get("day")
    if raw is None and default is not None:
        return default
    try:
        return date.fromisoformat(raw)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UnreadableCallError("Isi day dengan tanggal seperti 2026-05-12.") from error


def _whole(call: Mapping[str, Any], name: str, *, most: int, least: int = 0, default: int | None = None) -> int:
    value = call.get(name, default)
    # In Python a truth value is a number, in JSON it is not.
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        if name == "count":
            raise UnreadableCallError(f"Isi count dengan bilangan bulat dari {least} sampai {most}.")
        raise UnreadableCallError(f"Isi transactions dengan bilangan bulat dari {least} sampai {most}.")
    return value


def _local_day(now: datetime, time_zone: str) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()
