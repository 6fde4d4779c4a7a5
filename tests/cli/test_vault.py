"""`feedback vault`: change the key without losing a contact."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from feedback_app import config
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.errors import ConfigurationError
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import new_key, vault_of
from tests import factories as make
from tests.conftest import Live


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["vault", *arguments])


def keep(app: Flask, keys: tuple[str, ...]) -> None:
    with app.app_context():
        session = db.session()
        unit = make.unit(session, make.agency(session))
        owner = Owner(unit.agency_id, submission_id=make.submission(session, unit).id)
        address = Address(ContactKind.EMAIL, "maria@contoh.id")
        keep_contact(session, owner, address, vault=vault_of(make.SECRET, keys), language="id", now=make.NOW)
        session.commit()


def test_a_key_is_changed_and_the_older_one_goes(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    old, new = call("new-key").output.strip(), call("new-key").output.strip()
    assert old != new
    keep(live.app, (old,))
    monkeypatch.setenv("VAULT_KEYS", new)
    broken = call("check")
    assert (broken.exit_code, "1 contacts cannot be opened" in broken.output) == (1, True)
    assert isinstance(call("rotate").exception, ConfigurationError)
    monkeypatch.setenv("VAULT_KEYS", f"{new},{old}")
    assert "1 contacts sealed under the first key" in call("rotate").output
    monkeypatch.setenv("VAULT_KEYS", new)
    checked = call("check")
    assert (checked.exit_code, checked.output) == (0, "Every contact opens\n")
    assert "maria" not in broken.output + checked.output


@pytest.mark.parametrize("keys", ["short", f"{new_key()},x"], ids=["one", "second"])
def test_what_is_no_key_stops_the_start_without_repeating_it(keys: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^VAULT_KEYS: key \d is none") as caught:
        config.load({"VAULT_KEYS": keys})
    assert keys not in str(caught.value)
