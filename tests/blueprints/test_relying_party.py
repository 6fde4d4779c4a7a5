"""For which domain browsers make passkeys, and which installations ask for second factors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from feedback_app import config
from feedback_app.blueprints.relying_party import relying_party
from feedback_app.errors import ConfigurationError
from feedback_app.identity.factors.passkeys import RelyingParty
from feedback_app.supervisor.children import exported


@pytest.mark.parametrize(
    ("public_url", "asked_at", "expected"),
    [
        (
            "https://suara.kota.go.id",
            "http://10.0.0.5:8000",
            RelyingParty("suara.kota.go.id", "https://suara.kota.go.id"),
        ),
        (
            "https://suara.kota.go.id:8443",
            "http://x",
            RelyingParty("suara.kota.go.id", "https://suara.kota.go.id:8443"),
        ),
        ("http://suara.kota.go.id", "http://suara.kota.go.id", None),
        ("https://10.0.0.5", "https://10.0.0.5", None),
        ("http://localhost:8000", "http://localhost:8000", RelyingParty("localhost", "http://localhost:8000")),
        (None, "http://localhost:8123", RelyingParty("localhost", "http://localhost:8123")),
        (None, "http://127.0.0.1:8123", None),
        # Whatever the sender of a request writes as its host.
        (None, "https://jahat.example", None),
    ],
)
def test_passkeys_are_bound_to_the_name_that_is_known(
    app: Flask, monkeypatch: pytest.MonkeyPatch, public_url: str | None, asked_at: str, expected: RelyingParty | None
) -> None:
    known = replace(app.extensions["suara_settings"], public_url=public_url)
    monkeypatch.setitem(app.extensions, "suara_settings", known)
    with app.test_request_context("/", base_url=asked_at):
        assert relying_party() == expected


def test_second_factors_are_asked_for_unless_an_installation_says_otherwise(tmp_path: Path) -> None:
    home = {"FEEDBACK_HOME": str(tmp_path)}
    assert config.load(home).second_factor == "required"
    assert config.load({**home, "SECOND_FACTOR": "offered"}).second_factor == "offered"
    assert config.load({**home, "SECOND_FACTOR": "everybody"}).second_factor == "everybody"
    with pytest.raises(ConfigurationError, match="SECOND_FACTOR"):
        config.load({**home, "SECOND_FACTOR": "off"})


def test_a_demonstration_asks_for_none_unless_it_is_told_to(tmp_path: Path) -> None:
    home = {"FEEDBACK_HOME": str(tmp_path)}
    assert config.for_demo(config.load(home), home).second_factor == "offered"
    asking = {**home, "SECOND_FACTOR": "REQUIRED"}
    assert config.for_demo(config.load(asking), asking).second_factor == "required"


def test_the_web_server_gets_what_was_chosen(tmp_path: Path) -> None:
    known = config.load({"FEEDBACK_HOME": str(tmp_path)})
    assert exported(config.for_demo(known, {}), 8000)["SECOND_FACTOR"] == "OFFERED"
    assert exported(known, 8000)["SECOND_FACTOR"] == "REQUIRED"
