"""`feedback sso`: the identity providers of this installation, the rules about their claims, who is linked."""

from __future__ import annotations

import json
from typing import Any

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_account, find_agency, today_of


@click.group("sso", short_help="Identity providers of the agency.")
def sso_group() -> None:
    """Look after sign-ins through an identity provider; see docs/single-sign-on.md."""


@sso_group.command("check", short_help="Ask every provider whether it can be used.")
@click.option("--agency", help="With --claims: whose rules to try.")
@click.option("--claims", type=click.File(), help="A JSON file of claims; says what they would give.")
@click.option("--provider", "name", help="With --claims: whose claims they are; the first one by default.")
def check_command(agency: str | None, claims: Any, name: str | None) -> None:
    """Ask every provider of OIDC_PROVIDERS_FILE for its description and keys, and say what is wrong.

    With --claims and --agency nothing is asked: what the rules of AGENCY would give to such claims is printed. Exit
    code 1 where a provider cannot be used.
    """
    from flask import current_app

    from feedback_app.blueprints.sso_metadata import providers

    with database() as session:
        known = list(providers().values())
        if not known:
            raise click.UsageError("No providers: set OIDC_PROVIDERS_FILE; docs/single-sign-on.md has an example.")
        if claims is not None:
            chosen = next((one for one in known if name in (None, one.name)), None)
            if agency is None or chosen is None:
                raise click.UsageError("--claims needs --agency, and a --provider of the file if any.")
            _would_give(session, find_agency(session, agency), chosen.issuer, claims)
            return
        with current_app.test_request_context():
            wrong = [_state(provider) for provider in known]
    if any(wrong):
        raise click.exceptions.Exit(1)


def _state(provider: Any) -> bool:
    """Print how a provider stands; return whether it cannot be used."""
    from feedback_app.blueprints.sso_metadata import keys_of, problem_with

    wrong = problem_with(provider)
    if wrong is None:
        click.echo(f"{provider.name}\tok\t{provider.issuer}\t{keys_of(provider)} keys")
    else:
        click.echo(f"{provider.name}\tcannot be used\t{provider.issuer}\t{wrong}")
    return wrong is not None


def _would_give(session: Any, owner: Any, issuer: str, claims: Any) -> None:
    from feedback_app.identity.sso.claim_rules import gifts_of, rules_met

    try:
        parsed = json.load(claims)
    except ValueError as error:
        raise click.UsageError(f"--claims is no JSON ({error}).") from error
    if not isinstance(parsed, dict):
        raise click.UsageError("--claims must hold one JSON object.")
    gifts = gifts_of(rules_met(session, owner.id, issuer, parsed, today_of(owner, clock.utcnow())))
    for gift in gifts:
        over = "whole agency" if gift.unit_id is None else f"unit {gift.unit_id}"
        click.echo(f"{gift.role.value}\t{over}\t{gift.days} days\trule {gift.rule_id}")
    if not gifts:
        click.echo("These claims give nothing.", err=True)


@sso_group.command("rules", short_help="List what claims give in an agency.")
@click.argument("agency")
def rules_command(agency: str) -> None:
    """List the rules in force of AGENCY: number, claim and value, role, unit, days. Written on /petugas/sso."""
    from feedback_app.identity.sso.claim_rules import rules_of

    with database() as session:
        rules = rules_of(session, find_agency(session, agency).id)
        if not rules:
            click.echo("No rules: an identity provider signs people in and gives them nothing.", err=True)
        for row in rules:
            over = "whole agency" if row.unit_id is None else f"unit {row.unit_id}"
            click.echo(f"{row.id}\t{row.claim} = {row.value}\t{row.role}\t{over}\t{row.days} days\t{row.issuer}")


@sso_group.command("links", short_help="Show to whom at a provider an account is linked.")
@click.argument("email")
@click.option("--cut", type=click.IntRange(1), help="Cut this link and sign the account out everywhere.")
def links_command(email: str, cut: int | None) -> None:
    """List the links of the account of EMAIL: number, issuer, subject, and whether it waits to be confirmed."""
    from feedback_app.identity.sso.links import end, links_of

    with database() as session:
        user = find_account(session, email)
        rows = links_of(session, user.id)
        if cut is not None:
            if cut not in {row.id for row in rows}:
                raise click.UsageError(f"{email} has no link {cut}; without --cut its links are listed.")
            end(session, cut, actor=SYSTEM, now=clock.utcnow())
            session.commit()
            click.echo(f"Cut link {cut} of {user.email}.")
            return
        for row in rows:
            state = "waits to be confirmed" if row.confirmed_at is None else "linked"
            click.echo(f"{row.id}\t{row.issuer}\t{row.subject}\t{state}")
        if not rows:
            click.echo("No links: this account signs in with its password.", err=True)


@sso_group.command("leave", short_help="Cut every link to a provider that is gone.")
@click.argument("issuer")
def leave_command(issuer: str) -> None:
    """Cut every link to ISSUER, which is no longer in OIDC_PROVIDERS_FILE.

    Needed where a town changes its provider: an account that somebody at the old one owns is not opened by an address
    of the new one. From here on a verified address is enough once more, as at the first time.
    """
    from feedback_app.blueprints.sso_metadata import providers
    from feedback_app.identity.sso.links import end, links_at

    with database() as session:
        if issuer in {one.issuer for one in providers().values()}:
            raise click.UsageError(f"{issuer} is still in OIDC_PROVIDERS_FILE; take it out first.")
        rows = links_at(session, issuer)
        for row in rows:
            end(session, row.id, actor=SYSTEM, now=clock.utcnow())
        session.commit()
        click.echo(f"Cut {len(rows)} link{'' if len(rows) == 1 else 's'} to {issuer}.")
