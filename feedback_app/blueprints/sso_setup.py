"""Administrators say what the claims of a provider give, and who somebody is that the provider alone does not prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.sso import WHOLE, RuleForm, TryForm
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sso_metadata import providers
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission, Role
from feedback_app.identity.sso import claim_rules, links
from feedback_app.identity.sso.links import UnknownLinkError
from feedback_app.identity.sso.models import ClaimRule, SsoLink
from feedback_app.identity.sso.rules import CLAIM_ROLES
from feedback_app.organisation.access.giving import OutOfReachError, within_my_reach
from feedback_app.organisation.account_reach import UnknownAccountError, account_in_reach
from feedback_app.organisation.linked_accounts import LinkedAccount, links_in_reach
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.queries import agencies_looked_after
from feedback_app.organisation.queries import UnknownAgencyError
from feedback_app.organisation.within_reach import units_within_reach

bp = staff_blueprint("sso_setup")


@dataclass(frozen=True)
class Here:
    """The agency whose rules are shown, as the reader may change them."""

    agency: Agency
    agencies: list[Agency]
    units: dict[int, str]
    is_whole: bool


@bp.get("/sso")
@requires(Permission.MANAGE_GRANTS)
def page() -> ResponseReturnValue:
    """Show the providers, the rules in force, who waits to be confirmed, and whose accounts are linked."""
    here = _here()
    return _page(here, _rule_form(here), _try_form())


@bp.post("/sso/aturan")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def add() -> ResponseReturnValue:
    """Put a rule into force."""
    here = _here()
    form = _rule_form(here)
    if here is None or not form.validate():
        return _page(here, form, _try_form()), 422
    wanted = claim_rules.WantedRule(
        issuer=form.issuer.data, claim=form.claim.data or "", value=form.value.data or "", role=Role(form.role.data),
        unit_id=form.unit_id, days=form.days.data or 1, makes_account=bool(form.makes_account.data),
        ends_on=form.ends_on.data,
    )  # fmt: skip
    _check_reach(here.agency.id, wanted.unit_id)
    try:
        claim_rules.add_rule(db.session(), here.agency.id, wanted, actor=_me(), now=clock.utcnow())
    except DomainError as error:
        form.form_errors.append(error.message)
        return _page(here, form, _try_form()), error.status
    db.session.commit()
    flash(gettext("Aturan berlaku mulai orang yang bersangkutan masuk berikutnya."), "success")
    return redirect(url_for("sso_setup.page", instansi=here.agency.id), 303)


@bp.post("/sso/aturan/akhiri")
@requires(Permission.MANAGE_GRANTS)
def end() -> ResponseReturnValue:
    """End a rule, and at once what it gave."""
    agency_id, rule_id = (number_or_none(request.form.get(name)) for name in ("agency_id", "rule_id"))
    if agency_id is None or rule_id is None:
        raise claim_rules.UnknownRuleError("Aturan itu sudah tidak berlaku. Muat ulang halaman ini.")
    row = claim_rules.rule_in_force(db.session(), agency_id, rule_id)
    if not within_my_reach(db.session(), current_user.id, agency_id, row.unit_id, today()):
        raise claim_rules.UnknownRuleError("Aturan itu sudah tidak berlaku. Muat ulang halaman ini.")
    n = claim_rules.end_rule(db.session(), agency_id, rule_id, actor=_me(), day=today(), now=clock.utcnow())
    db.session.commit()
    words = gettext("Aturan diakhiri.")
    given = ngettext("%(num)s wewenang ikut berakhir.", "%(num)s wewenang ikut berakhir.", n)
    flash(f"{words} {given}", "success")
    return redirect(url_for("sso_setup.page", instansi=agency_id), 303)


@bp.post("/sso/coba")
@requires(Permission.MANAGE_GRANTS)
def dry_run() -> ResponseReturnValue:
    """Show what some claims would give; nothing is given."""
    here = _here()
    form = _try_form(request.form)
    if here is None or not form.validate():
        return _page(here, _rule_form(here, sent=False), form), 422
    rules = claim_rules.rules_met(db.session(), here.agency.id, form.issuer.data, form.parsed, today())
    return _page(here, _rule_form(here, sent=False), form, gifts=claim_rules.gifts_of(rules), met=rules)


@bp.post("/sso/hubungan/pastikan")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def confirm_link() -> ResponseReturnValue:
    """Say that somebody at the provider is the owner of the account."""
    row = _link_in_reach()
    links.confirm(db.session(), row.id, actor=_me(), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Akun dihubungkan. Pemiliknya sekarang dapat masuk lewat akun instansi."), "success")
    return redirect(url_for("sso_setup.page"), 303)


@bp.post("/sso/hubungan/putuskan")
@requires(Permission.MANAGE_GRANTS)
def end_link() -> ResponseReturnValue:
    """Cut a link, or refuse one that waits."""
    row = _link_in_reach()
    links.end(db.session(), row.id, actor=_me(), now=clock.utcnow())
    db.session.commit()
    flash(gettext("Hubungan dengan akun instansi diputus."), "success")
    return redirect(url_for("sso_setup.page"), 303)


def _me() -> Actor:
    return person(current_user.id)


def _here() -> Here | None:
    """Return the agency that is asked for, or the first; None where the reader gives roles nowhere.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    session, day = db.session(), today()
    found = list(agencies_looked_after(session, current_user.id, Permission.MANAGE_GRANTS, day))
    asked = number_or_none(request.values.get("instansi"))
    agency = next((one for one in found if asked is None or one.id == asked), None)
    if agency is None:
        if found:
            raise UnknownAgencyError("Instansi itu tidak ada di lingkup Anda. Pilih dari daftar.")
        return None
    reached = units_within_reach(session, current_user.id, Permission.MANAGE_GRANTS, day)
    units = {unit.id: unit.name for unit in reached if unit.agency_id == agency.id}
    return Here(agency, found, units, within_my_reach(session, current_user.id, agency.id, None, day))


def _rule_form(here: Here | None, *, sent: bool = True) -> RuleForm:
    form = RuleForm() if sent and request.method == "POST" else RuleForm(formdata=None)
    form.issuer.choices = _issuers()
    form.role.choices = [(role.value, label(role)) for role in CLAIM_ROLES]
    whole = [(WHOLE, gettext("seluruh instansi"))] if here and here.is_whole else []
    form.unit.choices = whole + [(str(unit_id), name) for unit_id, name in (here.units if here else {}).items()]
    return form


def _try_form(sent: Any = None) -> TryForm:
    form = TryForm(sent) if sent is not None else TryForm(formdata=None)
    form.issuer.choices = _issuers()
    return form


def _issuers() -> list[tuple[str, str]]:
    return [(provider.issuer, provider.title) for provider in providers().values()]


def _check_reach(agency_id: int, unit_id: int | None) -> None:
    if not within_my_reach(db.session(), current_user.id, agency_id, unit_id, today()):
        raise OutOfReachError("Anda hanya dapat memberi wewenang di lingkup Anda sendiri.")


def _link_in_reach() -> SsoLink:
    number = number_or_none(request.form.get("link_id"))
    row = db.session.get(SsoLink, number) if number is not None else None
    unknown = UnknownLinkError("Hubungan akun itu sudah tidak ada. Muat ulang halaman ini.")
    if row is None or row.ended_at is not None:
        raise unknown
    try:
        account_in_reach(
            db.session(), row.user_id, of=current_user.id, permission=Permission.MANAGE_GRANTS, day=today()
        )
    except UnknownAccountError as error:
        raise unknown from error
    return row


def _page(here: Here | None, form: RuleForm, tried: TryForm, **more: Any) -> str:
    rules: list[ClaimRule] = []
    linked: list[LinkedAccount] = []
    if here is not None:
        every = claim_rules.rules_of(db.session(), here.agency.id)
        rules = [row for row in every if row.unit_id in here.units or here.is_whole]
        linked = links_in_reach(db.session(), current_user.id, here.agency.id, Permission.MANAGE_GRANTS, today())
    titles = {provider.issuer: provider.title for provider in providers().values()}
    return render_template(
        "account/sso_setup.html", here=here, form=form, tried=tried, rules=rules, titles=titles,
        role_of=Role, waiting=[one for one in linked if one.confirmed_at is None],
        linked=[one for one in linked if one.confirmed_at is not None], providers=list(providers().values()), **more,
    )  # fmt: skip
