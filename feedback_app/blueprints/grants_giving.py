"""Give a role, renew it, end it; one of weight waits for a second person, who agrees or refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.grants import GiveForm, ReasonForm, RenewForm
from feedback_app.blueprints.grants import UnknownHolderError, list_shown
from feedback_app.blueprints.grants_frame import (
    Here,
    asked_agency,
    bp,
    decided,
    here,
    me,
    page,
    tell,
    tell_administrators,
)
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError, InvalidInputError
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.queries import user_by_email
from feedback_app.identity.rules import GrantSource, Permission, Role
from feedback_app.notifications.account_acts import invite
from feedback_app.notifications.templates import Template
from feedback_app.organisation.access import ending, requests
from feedback_app.organisation.access.giving import Wanted, give_or_ask
from feedback_app.organisation.access.queries import GrantLine, grant_seen


class NameOfNewPersonError(InvalidInputError):
    """Nobody has an account with this address, and an invitation needs a name."""

    code = "name_of_new_person"


@bp.route("/akses/beri", methods=["GET", "POST"])
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def give() -> ResponseReturnValue:
    """Give somebody a role, or ask for one that takes two; who has no account is invited."""
    place = asked_agency(Permission.MANAGE_GRANTS)
    if place is None:
        return page("access/give.html", None, "give")
    chosen = {"starts_on": place.today, "email": request.args.get("surel", "")}
    form = GiveForm(place.units, is_whole=place.is_whole, data=chosen)
    if request.method == "POST" and form.validate():
        try:
            return _given(place, form)
        except DomainError as error:
            db.session.rollback()
            place = here(place.agency.id, Permission.MANAGE_GRANTS)
            _show(form, error)
    return page("access/give.html", place, "give", form=form), 422 if form.errors else 200


def _show(form: GiveForm, error: DomainError) -> None:
    if isinstance(error, NameOfNewPersonError):
        form.name.errors = [translated(error.message)]
    else:
        form.form_errors.append(translated(error.message))


def _given(place: Here, form: GiveForm) -> ResponseReturnValue:
    user, is_new = _person(place, form)
    wanted = Wanted(
        place.agency.id, user.id, Role(form.role.data), form.chosen_unit, form.starts_on.data or place.today,
        form.ends_on.data, form.reason.data or "", GrantSource.INVITATION if is_new else GrantSource.PERSON,
    )  # fmt: skip
    return _asked_or_given(place, wanted, is_new=is_new)


def _person(place: Here, form: GiveForm) -> tuple[User, bool]:
    found = user_by_email(db.session(), form.email.data or "")
    if found is not None and (found.active or found.password is None):
        return found, False
    if found is None and not (form.name.data or "").strip():
        raise NameOfNewPersonError("Belum ada akun dengan surel ini. Isi namanya, supaya undangan dapat dikirim.")
    # A closed account is refused there, in words of its own.
    invited = invite(
        db.session(), agency_id=place.agency.id, email=form.email.data or "", name=form.name.data or "", grants=(),
        actor=me(), today=place.today, now=place.now,
    )  # fmt: skip
    return invited.user, True


def _asked_or_given(place: Here, wanted: Wanted, *, is_new: bool = False) -> ResponseReturnValue:
    made = give_or_ask(db.session(), wanted, actor=me(), today=place.today, now=place.now)
    if isinstance(made, GrantRequest):
        tell_administrators(
            Template.GRANT_WAITS, place.agency.id, place.today, place.now, besides=(current_user.id, wanted.user_id),
            request=made.id,
        )  # fmt: skip
        where = url_for("grants.listed", instansi=place.agency.id)
        words = gettext("Permintaan disimpan. Wewenang ini berlaku setelah orang kedua menyetujuinya.")
    else:
        where = url_for("grants.one", agency_id=place.agency.id, user_id=wanted.user_id)
        words = _tell_given(made, place, is_new=is_new)
    db.session.commit()
    flash(words, "success")
    return redirect(where, 303)


def _tell_given(made: RoleGrant, place: Here, *, is_new: bool) -> str:
    if is_new:
        return str(gettext("Wewenang diberikan, dan undangan dikirim ke surelnya."))
    tell([made.user_id], Template.GRANT_GIVEN, made.agency_id, place.now, grant=made.id)
    return str(gettext("Wewenang diberikan. Orangnya diberi tahu lewat surel."))


@bp.route("/akses/<int:agency_id>/<int:grant_id>/perpanjang", methods=["GET", "POST"])
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def renew(agency_id: int, grant_id: int) -> ResponseReturnValue:
    """Let a role go on after its last day, with a reason of its own."""
    place, line = _seen(agency_id, grant_id)
    if line.grant.ends_on is None or line.grant.ended_at is not None:
        raise UnknownHolderError("Wewenang ini tidak dapat diperpanjang. Beri wewenang baru bila perlu.")
    begins = max(line.grant.ends_on + timedelta(days=1), place.today)
    form = RenewForm()

    def act() -> ResponseReturnValue:
        wanted = Wanted(
            agency_id, line.grant.user_id, line.grant.role, line.grant.unit_id, begins, form.ends_on.data,
            form.reason.data or "",
        )  # fmt: skip
        return _asked_or_given(place, wanted)

    return _acted(form, act, "access/renew.html", agency_id, grant_id, begins=begins)


@bp.route("/akses/<int:agency_id>/<int:grant_id>/akhiri", methods=["GET", "POST"])
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def end(agency_id: int, grant_id: int) -> ResponseReturnValue:
    """End a role at once."""
    place, line = _seen(agency_id, grant_id)
    form = ReasonForm()

    def act() -> ResponseReturnValue:
        held = ending.end_grant(
            db.session(), agency_id, grant_id, reason=form.reason.data or "", actor=me(), today=place.today,
            now=place.now,
        )  # fmt: skip
        tell([held.user_id], Template.GRANT_ENDED, agency_id, place.now, grant=held.id)
        user_id = held.user_id
        db.session.commit()
        flash(gettext("Wewenang diakhiri dan langsung tidak berlaku."), "success")
        return redirect(url_for("grants.one", agency_id=agency_id, user_id=user_id), 303)

    return _acted(form, act, "access/end.html", agency_id, grant_id, is_me=line.grant.user_id == current_user.id)


def _acted(
    form: ReasonForm, act: Callable[[], ResponseReturnValue], template: str, agency_id: int, grant_id: int, **shown: Any
) -> ResponseReturnValue:
    if request.method == "POST" and form.validate():
        try:
            return act()
        except DomainError as error:
            db.session.rollback()
            form.form_errors.append(translated(error.message))
    place, line = _seen(agency_id, grant_id)
    return page(template, place, "list", form=form, line=line, **shown), 422 if form.errors else 200


def _seen(agency_id: int, grant_id: int) -> tuple[Here, GrantLine]:
    place = here(agency_id, Permission.MANAGE_GRANTS)
    line = grant_seen(db.session(), agency_id, grant_id, current_user.id, today=place.today)
    if line is None:
        raise UnknownHolderError("Wewenang itu tidak ada. Pilih dari daftar.")
    return place, line


@bp.post("/akses/<int:agency_id>/permintaan/<int:wish_id>/setujui")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def approve(agency_id: int, wish_id: int) -> ResponseReturnValue:
    """Agree to a role that waits."""
    place = here(agency_id, Permission.MANAGE_GRANTS)

    def act() -> str:
        made = requests.approve(
            db.session(), agency_id, wish_id, actor=me(), today=place.today, now=place.now
        )  # fmt: skip
        tell([made.user_id], Template.GRANT_GIVEN, agency_id, place.now, grant=made.id)
        return str(gettext("Disetujui. Wewenang berlaku mulai hari pertamanya."))

    return _decided(place, wish_id, act)


@bp.post("/akses/<int:agency_id>/permintaan/<int:wish_id>/tolak")
@requires(Permission.MANAGE_GRANTS)
def refuse(agency_id: int, wish_id: int) -> ResponseReturnValue:
    """Refuse a role that waits, saying why."""
    place = here(agency_id, Permission.MANAGE_GRANTS)

    def act() -> str:
        why = request.form.get("reason", "")
        requests.refuse(
            db.session(), agency_id, wish_id, why=why, actor=me(), today=place.today, now=place.now
        )  # fmt: skip
        return str(gettext("Permintaan ditolak."))

    return _decided(place, wish_id, act)


@bp.post("/akses/<int:agency_id>/permintaan/<int:wish_id>/tarik")
@requires(Permission.MANAGE_GRANTS)
def withdraw(agency_id: int, wish_id: int) -> ResponseReturnValue:
    """Take back what one has asked for."""
    place = here(agency_id, Permission.MANAGE_GRANTS)

    def act() -> str:
        requests.withdraw(db.session(), agency_id, wish_id, actor=me(), now=place.now)
        return str(gettext("Permintaan ditarik."))

    return _decided(place, wish_id, act)


def _decided(place: Here, wish_id: int, act: Callable[[], str]) -> ResponseReturnValue:
    agency_id = place.agency.id

    def again(refused: dict[str, object]) -> str:
        now = here(agency_id, Permission.MANAGE_GRANTS)
        return page("access/list.html", now, "list", **list_shown(now, **refused))

    return decided(act, wish_id, again=again, to=url_for("grants.listed", instansi=agency_id))
