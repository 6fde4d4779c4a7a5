"""Who may do what: the roles of an agency, the history of one person, and the review of a day."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.grants import ReasonForm
from feedback_app.blueprints.grants_frame import Here, asked_agency, bp, here, page
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.paging import slice_of
from feedback_app.db import db
from feedback_app.errors import InvalidInputError, NotFoundError
from feedback_app.identity.rules import PERMISSIONS, Permission, Role
from feedback_app.organisation.access import queries
from feedback_app.organisation.access.queries import Asked, GrantLine, State
from feedback_app.safe_table import SafeTable

PEOPLE_PER_PAGE = 30
WORDS_MAX = 80
# The names of the columns are a format: programs read them, in one language.
COLUMNS = (
    "nama", "surel", "akun_aktif", "wewenang", "unit", "mulai", "sampai", "asal", "diberi_oleh", "disetujui_oleh",
    "alasan", "izin",
)  # fmt: skip


class UnknownHolderError(NotFoundError):
    """Nobody with a role within reach."""

    code = "unknown_holder"


class ReviewDayError(InvalidInputError):
    """The day of a review cannot be read."""

    code = "review_day"


@bp.get("/akses")
@requires(Permission.MANAGE_GRANTS, Permission.READ_GRANTS)
def listed() -> ResponseReturnValue:
    """Show who holds which role, and what waits for a second person."""
    place = asked_agency(Permission.READ_GRANTS)
    return page("access/list.html", place, "list", **(list_shown(place) if place else {}))


def list_shown(place: Here, **more: object) -> dict[str, object]:
    """Return what the list shows; `more` is what was typed and refused."""
    session, asked = db.session(), _asked()
    lines = queries.grants_in(session, place.agency.id, current_user.id, asked, today=place.today)
    people = [(user, list(of)) for user, of in groupby(lines, key=lambda line: line.user)]
    rows, number, pages = slice_of(people, PEOPLE_PER_PAGE)
    waiting = queries.waiting_requests(session, place.agency.id, current_user.id, today=place.today)
    return {
        "asked": asked, "rows": rows, "number": number, "pages": pages, "total": len(people), "waiting": waiting,
        "states": list(State), "roles": sorted(Role, key=lambda role: str(label(role))),
        "soon": queries.ending_soon(session, place.agency.id, current_user.id, today=place.today),
        "alone": place.is_whole and len(queries.administrators_over(session, place.agency.id, place.today)) == 1,
        "refusal": ReasonForm(formdata=None), **more,
    }  # fmt: skip


def _asked() -> Asked:
    wanted = request.args
    role = wanted.get("wewenang")
    state = wanted.get("keadaan")
    return Asked(
        " ".join(wanted.get("q", "").split())[:WORDS_MAX],
        Role(role) if role in set(Role) else None,
        number_or_none(wanted.get("unit")),
        State(state) if state in set(State) else State.HELD,
    )


@bp.get("/akses/<int:agency_id>/orang/<int:user_id>")
@requires(Permission.MANAGE_GRANTS, Permission.READ_GRANTS)
def one(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Show every role one person holds or held, who gave it and why, and how it ended."""
    place = here(agency_id, Permission.READ_GRANTS)
    lines = queries.grants_of(db.session(), agency_id, user_id, current_user.id, today=place.today)
    refused = queries.refused_requests(db.session(), agency_id, user_id, current_user.id, place.today)
    if not lines and not refused:
        raise UnknownHolderError("Orang itu tidak memegang wewenang di unit Anda.")
    who = lines[0].user if lines else refused[0].user
    return page("access/person.html", place, "list", who=who, lines=lines, refused=refused)


@bp.get("/akses/tinjauan")
@requires(Permission.READ_GRANTS)
def review() -> ResponseReturnValue:
    """Show who held which role on a day, also one gone by."""
    place = asked_agency(Permission.READ_GRANTS)
    if place is None:
        return page("access/review.html", None, "review")
    try:
        day, problem = _day(place), None
    except ReviewDayError as error:
        day, problem = place.today, error.message
    shown = page(
        "access/review.html", place, "review", day_asked=day, problem=problem, lines=_reviewed(place, day),
        typed=request.args.get("hari", ""),
    )  # fmt: skip
    return shown, 422 if problem else 200


@bp.get("/akses/tinjauan.csv")
@requires(Permission.READ_GRANTS)
def review_csv() -> ResponseReturnValue:
    """Return the same as a sheet, with every permission that a role carries."""
    place = asked_agency(Permission.READ_GRANTS)
    if place is None:
        raise UnknownHolderError("Wewenang Anda tidak mencakup daftar akses instansi mana pun.")
    day = _day(place)
    written = io.StringIO()
    table = SafeTable(written)
    table.row(COLUMNS)
    for line in _reviewed(place, day):
        table.row(_cells(line))
    name = f"akses-{place.agency.code}-{day.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _reviewed(place: Here, day: date) -> Sequence[GrantLine]:
    return queries.review_on(db.session(), place.agency.id, day, reader_id=current_user.id, today=place.today)


def _day(place: Here) -> date:
    raw = request.args.get("hari", "")
    if not raw:
        return place.today
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        raise ReviewDayError("Tulis tanggal seperti 2026-05-12.") from None
    if found > place.today:
        raise ReviewDayError("Pilih hari ini atau hari yang sudah lewat.")
    return found


def _cells(line: GrantLine) -> list[object]:
    held = line.grant
    return [
        line.user.name, line.user.email, gettext("ya") if line.user.active else gettext("tidak"), held.role.value,
        line.unit_name or gettext("seluruh instansi"), held.starts_on.isoformat(),
        held.ends_on.isoformat() if held.ends_on else "", held.source.value, line.giver or "", line.approver or "",
        held.reason, " ".join(sorted(PERMISSIONS[held.role])),
    ]  # fmt: skip
