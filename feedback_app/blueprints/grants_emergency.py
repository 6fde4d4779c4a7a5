"""Emergency access as the agency sees it: who asked, why, what was opened; agreed to, refused, or ended at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import my_permissions, requires
from feedback_app.blueprints.forms.grants import ReasonForm
from feedback_app.blueprints.grants_frame import Here, asked_agency, bp, decided, here, me, page, tell_administrators
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.handling.break_glass import deciding, operations
from feedback_app.handling.break_glass.queries import OpenedPage, openings_in, pages_opened
from feedback_app.handling.break_glass.rules import Standing, standing_of
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.notifications.templates import Template

OPENINGS_SHOWN = 50
_READERS = (Permission.READ_GRANTS, Permission.CONFIRM_BREAK_GLASS)


@dataclass(frozen=True)
class ShownOpening:
    """An opening as a page shows it, and what its reader may do."""

    opening: BreakGlass
    standing: Standing
    pages: list[OpenedPage]
    may_decide: bool
    may_confirm: bool
    may_end: bool


@bp.get("/akses/darurat")
@requires(*_READERS)
def emergency() -> ResponseReturnValue:
    """Show every emergency access that was asked for, and what was opened under it."""
    place = asked_agency(*_READERS)
    return page("access/emergency.html", place, "emergency", **(_shown(place) if place else {}))


@bp.post("/akses/<int:agency_id>/darurat/<int:opening_id>/setujui")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def emergency_approve(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """Agree for the agency."""
    place = here(agency_id, Permission.MANAGE_GRANTS)

    def act() -> str:
        opening = deciding.approve(
            db.session(), agency_id, opening_id, actor=me(), today=place.today, now=place.now
        )  # fmt: skip
        return _begun(place, opening)

    return _acted(place, opening_id, act)


@bp.post("/akses/<int:agency_id>/darurat/<int:opening_id>/inspektorat")
@requires(Permission.CONFIRM_BREAK_GLASS)
@needs_fresh_sign_in
def emergency_confirm(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """Agree for the Inspektorat that one confidential case is opened."""
    place = here(agency_id, Permission.CONFIRM_BREAK_GLASS)

    def act() -> str:
        opening = deciding.confirm(
            db.session(), agency_id, opening_id, actor=me(), today=place.today, now=place.now
        )  # fmt: skip
        return _begun(place, opening)

    return _acted(place, opening_id, act)


@bp.post("/akses/<int:agency_id>/darurat/<int:opening_id>/tolak")
@requires(Permission.MANAGE_GRANTS, Permission.CONFIRM_BREAK_GLASS)
def emergency_refuse(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """Refuse, saying why."""
    place = here(agency_id, Permission.MANAGE_GRANTS, Permission.CONFIRM_BREAK_GLASS)

    def act() -> str:
        why = request.form.get("reason", "")
        deciding.refuse(
            db.session(), agency_id, opening_id, why=why, actor=me(), today=place.today, now=place.now
        )  # fmt: skip
        return str(gettext("Akses darurat ditolak."))

    return _acted(place, opening_id, act)


@bp.post("/akses/<int:agency_id>/darurat/<int:opening_id>/akhiri")
@requires(Permission.MANAGE_GRANTS)
def emergency_end(agency_id: int, opening_id: int) -> ResponseReturnValue:
    """End it at once; nothing more is asked, for every second counts."""
    place = here(agency_id, Permission.MANAGE_GRANTS)

    def act() -> str:
        operations.end(db.session(), agency_id, opening_id, actor=me(), today=place.today, now=place.now)
        return str(gettext("Akses darurat diakhiri. Operator langsung tidak dapat membaca lagi."))

    return _acted(place, opening_id, act)


def _begun(place: Here, opening: BreakGlass) -> str:
    if opening.began_at is None:
        return str(gettext("Disetujui. Kasus ini rahasia, jadi akses baru terbuka setelah pihak lain juga menyetujui."))
    tell_administrators(Template.BREAK_GLASS_OPEN, place.agency.id, place.today, place.now, opening=opening.id)
    return str(gettext("Akses darurat terbuka selama %(n)s menit.", n=opening.minutes))


def _acted(place: Here, opening_id: int, act: Callable[[], str]) -> ResponseReturnValue:
    agency_id = place.agency.id

    def again(refused: dict[str, object]) -> str:
        now = here(agency_id, *_READERS)
        return page("access/emergency.html", now, "emergency", **_shown(now) | refused)

    return decided(act, opening_id, again=again, to=url_for("grants.emergency", instansi=agency_id))


def _shown(place: Here) -> dict[str, object]:
    session = db.session()
    openings = openings_in(session, place.agency.id, most=OPENINGS_SHOWN)
    pages = pages_opened(session, place.agency.id, [opening.id for opening in openings])
    decides = place.is_whole and Permission.MANAGE_GRANTS in my_permissions()
    shown = []
    for opening in openings:
        standing = standing_of(opening, place.now)
        waits = standing in {Standing.WAITING, Standing.WAITING_FOR_INSPECTORATE}
        confirms = (
            waits
            and opening.inspector_id is None
            and deciding.may_confirm(session, opening, current_user.id, place.today)
        )
        shown.append(
            ShownOpening(
                opening, standing, pages.get(opening.id, []), decides and standing is Standing.WAITING, confirms,
                decides and standing is Standing.OPEN,
            )
        )  # fmt: skip
    ids = {one for opening in openings for one in _people(opening)}
    return {"shown": shown, "names": names_of(session, ids), "refusal": ReasonForm(formdata=None)}


def _people(opening: BreakGlass) -> tuple[int | None, ...]:
    return (opening.asked_by, opening.decided_by, opening.inspector_id, opening.ended_by)
