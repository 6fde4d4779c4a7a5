"""Sign-ins and identity providers from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import Means, TimeLimits
from feedback_app.identity.sign_ins import Shown, begin
from feedback_app.identity.sso.claim_rules import WantedRule, add_rule
from feedback_app.identity.sso.links import reach
from feedback_app.identity.sso.rules import Person
from tests.blueprints.office import Office, new_office
from tests.blueprints.provider import forging
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live


@pytest.fixture
def office(live: Live) -> tuple[str, str]:
    """The code of an agency and the address of its officer."""
    with live.app.app_context():
        made: Office = new_office(db.session())
        found = made.agency.code, made.staff(Role.OFFICER).email
        db.session.commit()
        db.session.remove()
    return found


def user_id_of(email: str) -> int:
    return int(db.session.scalar(sa.text("SELECT id FROM users WHERE email = :email"), {"email": email}) or 0)


def test_sessions_are_listed_and_ended(live: Live, run: Run, office: tuple[str, str]) -> None:  # noqa: F811
    email = office[1]
    assert "Signed in nowhere" in run("accounts", "sessions", email).stderr
    with live.app.app_context():
        for _ in range(2):
            shown = Shown(Means.PASSWORD, browser="chrome/android")
            begin(db.session(), user_id_of(email), shown, limits=TimeLimits(60, 720), now=clock.utcnow())
        db.session.commit()
        db.session.remove()
    listed = run("accounts", "sessions", email.upper()).stdout.splitlines()
    assert [line.split("\t")[3:] for line in listed] == [["chrome/android", "password"]] * 2
    assert run("accounts", "end-sessions", email).stdout == f"Ended 2 sign-ins of {email}.\n"
    with live.app.app_context():
        assert set(db.session.scalars(sa.select(SignIn.end_reason))) == {"revoked"}
        db.session.remove()
    assert "Ended 0 sign-ins" in run("accounts", "end-sessions", email).stdout
    assert "No account has the address x@y.z" in run("accounts", "end-sessions", "x@y.z", code=2).output


def test_without_a_file_the_check_says_where_to_begin(run: Run) -> None:  # noqa: F811
    assert "OIDC_PROVIDERS_FILE" in run("sso", "check", code=2).output


def test_providers_are_checked_and_claims_tried(
    live: Live, run: Run, office: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    with forging() as forger:
        file, claims = tmp_path / "providers.toml", tmp_path / "claims.json"
        file.write_text(
            f'[[provider]]\nname = "sso"\ntitle = "SSO"\nissuer = "{forger.issuer}"\nclient_id = "a"\n'
            'client_secret = "b"\n'
        )
        monkeypatch.setenv("OIDC_PROVIDERS_FILE", str(file))
        assert run("sso", "check").stdout == f"sso\tok\t{forger.issuer}\t1 keys\n"
        forger.metadata = {"issuer": "https://lain.example"}
        assert "its issuer is 'https://lain.example'" in run("sso", "check", code=1).stdout
        forger.status = 500
        assert "cannot be used" in run("sso", "check", code=1).stdout
        with live.app.app_context():
            agency_id = db.session.execute(
                sa.text("SELECT id FROM agencies WHERE code = :code"), {"code": office[0]}
            ).scalar_one()
            wanted = WantedRule(forger.issuer, "groups", "loket", Role.OFFICER, None, 7)
            add_rule(db.session(), agency_id, wanted, actor=SYSTEM, now=clock.utcnow())
            db.session.commit()
            db.session.remove()
        claims.write_text('{"groups": ["loket"]}')
        tried = ("sso", "check", "--agency", office[0], "--claims", str(claims))
        assert run(*tried).stdout.startswith("officer\twhole agency\t7 days\trule ")
        claims.write_text('{"groups": []}')
        assert "give nothing" in run(*tried).stderr
        claims.write_text("[]")
        assert "one JSON object" in run(*tried, code=2).output
        assert "needs --agency" in run("sso", "check", "--claims", str(claims), code=2).output
    assert "groups = loket\tofficer\twhole agency\t7 days" in run("sso", "rules", office[0]).stdout


def test_links_are_listed_and_cut(live: Live, run: Run, office: tuple[str, str]) -> None:  # noqa: F811
    email = office[1]
    assert "No links" in run("sso", "links", email).stderr
    with live.app.app_context():
        who = Person("https://sso.kota.go.id", "orang-1", email, True, None, False, {})
        assert reach(db.session(), who, now=clock.utcnow()).user is not None
        db.session.commit()
        db.session.remove()
    number, issuer, subject, state = run("sso", "links", email).stdout.strip().split("\t")
    assert (issuer, subject, state) == ("https://sso.kota.go.id", "orang-1", "linked")
    assert "has no link 999" in run("sso", "links", email, "--cut", "999", code=2).output
    assert f"Cut link {number}" in run("sso", "links", email, "--cut", number).stdout
    assert "No links" in run("sso", "links", email).stderr


def test_a_town_that_changes_its_provider_cuts_the_links_of_the_old_one(
    live: Live, run: Run, office: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    email = office[1]
    old, new = (Person(f"https://{name}.kota.go.id", "orang-1", email, True, None, False, {}) for name in ("a", "b"))

    def arrives(who: Person) -> bool:
        with live.app.app_context():
            found = reach(db.session(), who, now=clock.utcnow()).user is not None
            db.session.commit()
            db.session.remove()
        return found

    assert (arrives(old), arrives(new)) == (True, False)
    assert "Cut 0 links" in run("sso", "leave", "https://c.kota.go.id").stdout
    # The old one's, and nobody else's: the question about the new one stays and is refused by itself.
    assert "Cut 1 link to" in run("sso", "leave", old.issuer).stdout
    assert "Cut 1 link to" in run("sso", "leave", new.issuer).stdout
    assert arrives(new)
    path = tmp_path / "providers.toml"
    path.write_text(
        f'[[provider]]\nname = "b"\ntitle = "B"\nissuer = "{new.issuer}"\nclient_id = "x"\nclient_secret = "y"\n'
    )
    monkeypatch.setenv("OIDC_PROVIDERS_FILE", str(path))
    assert "still in OIDC_PROVIDERS_FILE" in run("sso", "leave", new.issuer, code=2).output
