"""The accounts of an agency: who can sign in, who was invited and did not come yet, and what to do about it.

What each may do stands on the page of roles; here an account is made, and closed and opened as a whole.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.account_links import can_mail
from feedback_app.blueprints.account_state_words import STATES
from feedback_app.blueprints.agency_scope import working_agency
from feedback_app.blueprints.forms.staff_accounts import InviteForm
from feedback_app.blueprints.frame import endpoint_exists
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.db_wall.scope import whole_account
from feedback_app.errors import DomainError
from feedback_app.identity import closing, invitations
from feedback_app.identity.account_rules import AccountState
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.notifications import account_acts
from feedback_app.notifications.account_acts import Invited
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import day_at
from feedback_app.organisation.staff_accounts import (
    AccountRow,
    WorksElsewhereError,
    account_of,
    accounts_of,
    check_whole,
)
from feedback_app.organisation.whole_agencies import whole_agencies
from feedback_app.organisation.within_reach import units_within_reach

bp = staff_blueprint("staff_accounts")


@bp.get("/akun-staf")
@requires(Permission.MANAGE_GRANTS)
def listed() -> ResponseReturnValue:
    """Show the accounts of the agency within the reader's reach, found by words or by state."""
    agency = _agency()
    words, state = request.args.get("q", "").strip()[:80], _state(request.args.get("keadaan"))
    rows = accounts_of(
        db.session(), agency.id, current_user.id, day=today(), now=clock.utcnow(), words=words, state=state
    )
    return render_template(
        "account/accounts.html", agency=agency, rows=rows, words=words, state=state, states=STATES, can_mail=can_mail()
    )


@bp.route("/akun-staf/undang", methods=["GET", "POST"])
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def invite() -> ResponseReturnValue:
    """Invite a colleague with a role."""
    agency = _agency()
    form = _form(agency)
    if request.method == "POST" and form.validate():
        try:
            invited = account_acts.invite(
                db.session(), agency_id=agency.id, email=form.email.data or "", name=form.name.data or "",
                grants=(form.wanted,), actor=_me(), today=today(), now=clock.utcnow(),
            )  # fmt: skip
            words = _invited_words(invited)
            user_id = invited.user.id
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            form.form_errors.append(error.message)
            return _invite_page(_agency(), form), error.status
        flash(words, "success")
        return redirect(url_for("staff_accounts.account", agency_id=agency.id, user_id=user_id), 303)
    return _invite_page(agency, form), 422 if form.errors else 200


@bp.get("/akun-staf/<int:agency_id>/<int:user_id>")
@requires(Permission.MANAGE_GRANTS)
def account(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Show one account: its state, what to do next, and where its roles, devices and second factor are."""
    # First whether there is such an account in reach: a number that is no agency's must not be told apart.
    row, agency = _row(agency_id, user_id), db.session.get_one(Agency, agency_id)
    return render_template(
        "account/account.html", agency=agency, row=row, states=STATES, can_mail=can_mail(),
        is_me=user_id == current_user.id, elsewhere=_elsewhere(agency_id, row), exists=endpoint_exists,
    )  # fmt: skip


@bp.post("/akun-staf/<int:agency_id>/<int:user_id>/kirim-ulang")
@requires(Permission.MANAGE_GRANTS)
def resend(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Send the invitation once more; the link of before no longer works."""

    def act(row: AccountRow) -> str:
        account_acts.resend_invitation(
            db.session(), agency_id=agency_id, user_id=row.id, actor=_me(), now=clock.utcnow()
        )
        return str(gettext("Undangan dikirim lagi. Tautan sebelumnya tidak berlaku lagi."))

    return _act_on(agency_id, user_id, act)


@bp.post("/akun-staf/<int:agency_id>/<int:user_id>/tarik")
@requires(Permission.MANAGE_GRANTS)
def withdraw(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Take an invitation back; inviting again undoes it."""

    def act(row: AccountRow) -> str:
        invitations.withdraw(db.session(), agency_id=agency_id, user_id=row.id, actor=_me(), now=clock.utcnow())
        return str(gettext("Undangan ditarik. Tautannya tidak berlaku lagi; Anda dapat mengundang lagi kapan saja."))

    return _act_on(agency_id, user_id, act)


@bp.post("/akun-staf/<int:agency_id>/<int:user_id>/tutup")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def close(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Close an account: its owner is signed out at once."""

    def act(row: AccountRow) -> str:
        check_whole(db.session(), agency_id, current_user.id, row.id, day=today())
        closing.deactivate(db.session(), _user(row), actor=_me(), day=today(), now=clock.utcnow())
        return str(gettext("Akun ditutup dan pemiliknya langsung dikeluarkan. Wewenangnya tetap tercatat."))

    return _act_on(agency_id, user_id, act)


@bp.post("/akun-staf/<int:agency_id>/<int:user_id>/buka")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def reopen(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""

    def act(row: AccountRow) -> str:
        check_whole(db.session(), agency_id, current_user.id, row.id, day=today())
        closing.activate(db.session(), _user(row), actor=_me(), now=clock.utcnow())
        return str(gettext("Akun dibuka kembali, dengan kata sandi dan wewenang yang masih berlaku."))

    return _act_on(agency_id, user_id, act)


@bp.post("/akun-staf/<int:agency_id>/<int:user_id>/tautan")
@requires(Permission.MANAGE_GRANTS)
def send_link(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Send the owner a link for a new password; nobody else sees it."""

    def act(row: AccountRow) -> str:
        account_acts.send_recovery(
            db.session(), _user(row), agency_id=agency_id, actor=_me(), now=clock.utcnow()
        )  # fmt: skip
        return str(gettext("Tautan untuk kata sandi baru dikirim ke surel pemilik akun."))

    return _act_on(agency_id, user_id, act)


def _act_on(agency_id: int, user_id: int, act: Callable[[AccountRow], str]) -> ResponseReturnValue:
    try:
        words = act(_row(agency_id, user_id))
        db.session.commit()
        flash(words, "success")
    except (closing.OwnAccountError, closing.LastAdministratorError, closing.NothingToOpenError) as error:
        _refused(error)
    except (invitations.UnknownInvitationError, invitations.TooManySendingsError) as error:
        _refused(error)
    except (account_acts.NoLinkError, account_acts.TooSoonError, WorksElsewhereError) as error:
        _refused(error)
    return redirect(url_for("staff_accounts.account", agency_id=agency_id, user_id=user_id), 303)


def _refused(error: DomainError) -> None:
    db.session.rollback()
    flash(translated(error.message), "error")


def _invited_words(invited: Invited) -> str:
    if invited.invitation is None:
        first = gettext("%(name)s sudah punya akun.", name=invited.user.name)
    elif can_mail():
        first = gettext("Undangan dikirim ke %(email)s.", email=invited.user.email)
    else:
        first = gettext("Akun dibuat, tetapi surel belum diatur, jadi undangannya belum terkirim.")
    if invited.asked:
        return f"{first} {gettext('Wewenangnya menunggu persetujuan orang kedua.')}"
    if invited.given:
        return f"{first} {gettext('Wewenangnya tersimpan.')}"
    return f"{first} {gettext('Wewenang itu sudah dipegangnya atau sudah diminta.')}"


def _invite_page(agency: Agency, form: InviteForm) -> str:
    return render_template("account/invite.html", agency=agency, form=form, can_mail=can_mail())


def _form(agency: Agency) -> InviteForm:
    rows = db.session()
    units = [
        unit
        for unit in units_within_reach(rows, current_user.id, Permission.MANAGE_GRANTS, today())
        if unit.agency_id == agency.id
    ]
    whole = {one.id for one in whole_agencies(rows, current_user.id, Permission.MANAGE_GRANTS, today())}
    return InviteForm(units, over_all=agency.id in whole, today=day_at(rows, agency.id, clock.utcnow()))


def _agency() -> Agency:
    return db.session.get_one(Agency, working_agency())


def _row(agency_id: int, user_id: int) -> AccountRow:
    return account_of(db.session(), agency_id, current_user.id, user_id, day=today(), now=clock.utcnow())


def _user(row: AccountRow) -> User:
    with whole_account(db.session(), row.id):
        return db.session.get_one(User, row.id, with_for_update=True, populate_existing=True)


def _elsewhere(agency_id: int, row: AccountRow) -> bool:
    try:
        check_whole(db.session(), agency_id, current_user.id, row.id, day=today())
    except WorksElsewhereError:
        return True
    return False


def _state(raw: str | None) -> AccountState | None:
    return AccountState(raw) if raw in {state.value for state in AccountState} else None


def _me() -> Actor:
    return person(current_user.id)
