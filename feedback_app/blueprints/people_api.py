"""The interface for a personnel system: send the list of people and posts, get back what it changes.

Every call carries the system's key and nothing else: no cookie is read or set, so no CSRF token is wanted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.blueprints.api_frame import api_blueprint
from feedback_app.blueprints.people_import_frame import names_in
from feedback_app.blueprints.people_import_table import cell_text
from feedback_app.blueprints.people_import_words import problems, sentence
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.intake.first_feedback import office_moment
from feedback_app.measures.operations import record_goes_on
from feedback_app.notifications.account_links import tell_of_links
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.imports import applying, preview, queries
from feedback_app.organisation.people.imports.applying import NothingToApplyError, Outcome
from feedback_app.organisation.people.imports.fields import Field
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.preview import Rows, Source
from feedback_app.organisation.people.imports.sync_keys import system_by_key
from feedback_app.organisation.people.imports.terms import Options
from feedback_app.organisation.people.models import PeopleImport, SyncKey
from feedback_app.organisation.people.post_rules import OfficeMoment
from feedback_app.organisation.people.rules import ImportState, RowChange

bp = api_blueprint("people_api")

# Twenty thousand posts of five hundred characters each.
BODY_MAX: Final = 10 * 1024 * 1024
CHANGES_TOLD: Final = 1_000
REPLAYED: Final = timedelta(hours=24)
KEY_MAX: Final = 100
# Whose record an account opens is a person's decision, not one of a list that comes by itself.
FIELDS: Final = tuple(field for field in Field if field is not Field.EMAIL)
_MEMBERS: Final = frozenset({"posts", "whole_list", "ends_on", "dry_run", "only_good", "reason"})
_STATES: Final = {
    ImportState.APPLIED: "applied",
    ImportState.WAITING: "waiting",
    ImportState.PREVIEWED: "waiting_for_person",
    ImportState.UNDONE: "undone",
}


class UnreadableListError(InvalidInputError):
    """The call is not the JSON object that the endpoint describes."""

    code = "unreadable_list"


class KeyReusedError(ConflictError):
    """The same Idempotency-Key came with another list."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Call:
    """What a system sent."""

    rows: Rows
    options: Options
    dry_run: bool
    only_good: bool
    reason: str
    sha256: str


@bp.post("/pegawai")
def sync() -> ResponseReturnValue:
    """Take a list in: compare it, and apply it unless it is a dry run or moves days gone by."""
    record_goes_on(db.session())
    now = clock.utcnow()
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    given = raw.strip() if scheme.lower() == "bearer" else ""
    system = system_by_key(db.session(), given, key=current_app.config["TRACKING_KEY"], now=now)
    call = _call()
    source = _source(system)
    known = None if call.dry_run else _answered(system, source, call, now)
    if known is not None:
        db.session.commit()
        return _answer(known, _STATES[known.state]), 202 if known.state is ImportState.WAITING else 200
    return _taken(system, Source(source, system.name, call.sha256), call, now)


def _taken(system: SyncKey, source: Source, call: Call, now: datetime) -> ResponseReturnValue:
    # Whoever made the key answers for what comes with it, and so is never the second person who agrees.
    session, actor = db.session(), person(system.created_by) if system.created_by else SYSTEM
    at = office_moment(session, session.get_one(Agency, system.agency_id), now)
    header = [field.value for field in FIELDS]
    made = preview.take_in(session, system.agency_id, source, header, call.rows, actor=actor, now=now)
    columns: dict[Field, int] = {field: place for place, field in enumerate(FIELDS)}
    choices = replace(read_choices(made.mapping), columns=columns, options=call.options)
    preview.choose(session, made, choices, at=at)
    if call.dry_run:
        return _forgotten(made, "dry_run")
    if made.counts["changes"].get(RowChange.REFUSED.value) and not call.only_good:
        return _forgotten(made, "refused", 422)
    try:
        done = _applied(system, made, call, actor, at)
    except NothingToApplyError:
        return _forgotten(made, "nothing_to_do")
    tell_of_links(session, system.agency_id, now=now)
    db.session.commit()
    return _answer(made, _STATES[made.state]), 200 if done is Outcome.APPLIED else 202


def _applied(system: SyncKey, made: PeopleImport, call: Call, actor: Actor, at: OfficeMoment) -> Outcome:
    """Apply a list, or let it wait: for a second person, or for a first one where the key is nobody's."""
    if made.counts["touches"] and system.created_by is None:
        return Outcome.WAITING
    reason = call.reason or gettext("Sinkronisasi dari %(name)s", name=system.name)
    return applying.apply(
        db.session(), made, seen=made.counts["digest"], only_good=call.only_good, reason=reason, actor=actor, at=at
    )


def _answered(system: SyncKey, source: str, call: Call, now: datetime) -> PeopleImport | None:
    """Return the import that this very call made before: by its key within a day, or by its content while it waits.

    Raises
    ------
    KeyReusedError
    """
    session, since = db.session(), now - REPLAYED
    if ":" in source.removeprefix("api:"):
        found = queries.import_from(session, system.agency_id, source, since=since)
        if found is not None and found.file_sha256 != call.sha256:
            raise KeyReusedError("Idempotency-Key ini sudah dipakai untuk daftar lain. Pakai kunci baru.")
        return found
    found = queries.import_from(session, system.agency_id, source, sha256=call.sha256)
    return found if found is not None and found.state is ImportState.WAITING else None


def _source(system: SyncKey) -> str:
    given = request.headers.get("Idempotency-Key", "").strip()
    if len(given) > KEY_MAX:
        raise UnreadableListError(f"Idempotency-Key paling panjang {KEY_MAX} huruf.")
    return f"api:{system.id}:{hashlib.sha256(given.encode()).hexdigest()[:32]}" if given else f"api:{system.id}"


def _call() -> Call:
    body, sha256 = _body()
    if set(body) - _MEMBERS:
        raise UnreadableListError("Objek JSON ini memuat isian yang tidak dikenal.")
    posts = body.get("posts")
    if not isinstance(posts, list) or not all(isinstance(post, dict) for post in posts):
        raise UnreadableListError("Isi posts dengan larik objek, satu objek untuk satu jabatan.")
    whole, reason = _flag(body, "whole_list"), body.get("reason", "")
    if not isinstance(reason, str):
        raise UnreadableListError("Isi reason dengan teks.")
    options = Options(whole_list_ends_on=_ends_on(body) if whole else None)
    rows = [(number, _cells(post)) for number, post in enumerate(posts, start=1)]
    return Call(rows, options, _flag(body, "dry_run"), _flag(body, "only_good"), reason, sha256)


def _body() -> tuple[Mapping[str, Any], str]:
    if (request.content_length or 0) > BODY_MAX:
        raise UnreadableListError("Kirim satu objek JSON, paling banyak 10 MB.")
    request.max_content_length = BODY_MAX
    raw = request.get_data()
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:
        # Brackets within brackets without end are text that Python's reader gives up on.
        body = None
    if not isinstance(body, dict):
        raise UnreadableListError("Kirim satu objek JSON.")
    return body, hashlib.sha256(raw).hexdigest()


def _cells(post: Mapping[str, Any]) -> dict[int, str]:
    places = {field.value: place for place, field in enumerate(FIELDS)}
    if set(post) - set(places):
        raise UnreadableListError("Salah satu jabatan memuat isian yang tidak dikenal.")
    if any(not (value is None or isinstance(value, str | int | float)) for value in post.values()):
        raise UnreadableListError("Isi setiap bagian jabatan dengan teks, bilangan, atau ya dan tidak.")
    return {places[name]: text for name, value in post.items() if (text := cell_text(value))}


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise UnreadableListError("Isi whole_list, dry_run, dan only_good dengan true atau false.")
    return value


def _ends_on(body: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(body["ends_on"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableListError(
            "Daftar lengkap memerlukan ends_on: hari terakhir jabatan yang tidak disebut, seperti 2026-06-30."
        ) from error


def _forgotten(made: PeopleImport, state: str, status: int = 200) -> ResponseReturnValue:
    """Answer, and keep nothing of the list but that the key was used."""
    answer = _answer(made, state)
    used_at = clock.utcnow()
    key_id, agency_id = made.source.split(":")[1], made.agency_id
    db.session.rollback()
    db.session().get_one(SyncKey, (agency_id, int(key_id))).last_used_at = used_at
    db.session.commit()
    if status >= 400:
        answer.mimetype = "application/problem+json"
    return answer, status


def _answer(made: PeopleImport, state: str) -> Any:
    """Return what a list changes, row by row; numbers of people are not repeated."""
    counts, names, choices = made.counts, names_in(made), read_choices(made.mapping)
    rows = [row for row in queries.rows_of(db.session(), made) if row.change is not RowChange.SAME]
    told = [
        {
            "row": row.row_number if row.row_number <= choices.last_row else None, "change": row.change.value,
            "sentence": sentence(row, names), "touches_past": row.touches_past,
            "problems": [{"field": one.column, "sentence": one.sentence} for one in problems(row, choices)],
        }
        for row in rows[:CHANGES_TOLD]
    ]  # fmt: skip
    body: dict[str, Any] = {
        "state": state, "import": None if state in {"dry_run", "refused", "nothing_to_do"} else made.id,
        "counts": counts.get("changes", {}), "touches_past": counts.get("past", 0), "changes": told,
        "more_changes": max(0, len(rows) - CHANGES_TOLD),
    }  # fmt: skip
    if state == "refused":
        title = translated("Ada baris yang ditolak. Perbaiki berkasnya, atau terapkan baris yang benar saja.")
        body |= {"type": "urn:suara-layanan:error:people_refused_rows", "title": title, "status": 422}
    return jsonify(body)
