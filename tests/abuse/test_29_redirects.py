"""Abuse case 29, the walk: no parameter, field or header of any route leads away from the site."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from tests import factories as make
from tests.abuse.test_29_host_headers import AWAY, EVIL

NAMES = ("next", "url", "return", "return_to", "redirect", "redirect_uri", "back", "to", "continue", "kembali", "ke")
HERE = "http://localhost"
SIGNS_OUT = {"security.logout", "sign_ins.end_everywhere"}
Login = Callable[[object], FlaskClient]


def leads_to(path: str, location: str) -> str:
    """The host to which a browser goes from a page, after it has taken what browsers take for slashes."""
    return urlsplit(urljoin(HERE + path, re.sub(r"[\t\r\n]", "", location).replace("\\", "/"))).netloc


# A signed-in walk takes seconds: with three spellings always, with the others before a release.
WALKS = [
    pytest.param(signed_in, target, marks=pytest.mark.exhaustive if signed_in and number > 2 else ())
    for signed_in in (False, True)
    for number, target in enumerate(AWAY)
]


@pytest.mark.slow
@pytest.mark.parametrize(("signed_in", "target"), WALKS)
def test_no_route_sends_anybody_away(
    app: Flask, session: Session, client: FlaskClient, login: Login, signed_in: bool, target: str
) -> None:
    if signed_in:
        who, agency = make.user(session), make.agency(session)
        for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.PERSONNEL):
            make.grant(session, who, role, agency)
        login(who)
    asked, redirected = dict.fromkeys(NAMES, target), 0
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?\w+>", "1", rule.rule)
        # Signing out would end the walk.
        for method in sorted({"GET", "POST"} & (rule.methods or set()) if rule.endpoint not in SIGNS_OUT else ()):
            with client.open(
                path,
                method=method,
                query_string=asked,
                headers={"Referer": f"https://{EVIL}/"},
                data=asked if method == "POST" else None,
            ) as answer:
                location = answer.headers.get("Location")
                redirected += location is not None
                assert leads_to(path, location or "/") in {"localhost", ""}, (method, path, location)
                assert "Refresh" not in answer.headers, (method, path)
    assert redirected > 20
