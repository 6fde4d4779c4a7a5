"""Abuse case 25: whatever stands in an address or a parameter, no page falls over.

An error of the program costs more than an answer, fills the log with tracebacks, and tells apart what 404 keeps quiet:
`/petugas/akun-staf/<agency>/…` did, of a number that is no agency's (docs/red-team.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from feedback_app.config import project_root
from tests import factories as make
from tests.gates.addresses import addresses
from tests.gates.world import World, signed_in, standing_world

HOSTILE: Final = (
    "'\"--", "\x00", "9" * 30, "9223372036854775808", "-1", "NaN", "10000-01-01", "2026-02-30", "%\\()&|!:*<->",
    "{{7*7}}", "\u0661\u00b2", "//lain.example\r\nX: y", "<script>alert(1)</script>", "a" * 3000,
)  # fmt: skip
NUMBERS: Final = ("0", "9" * 9, "9" * 19, "%00")


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        yield made


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    who = make.user(world.session)
    own = [unit for unit in world.units.values() if unit.agency_id == world.agency.id]
    make.every_role(world.session, who, world.agency, None, *own)
    world.session.commit()
    return signed_in(app, who)


def names() -> list[str]:
    """Return the names of parameters that any page reads."""
    words = "\n".join(path.read_text() for path in (project_root() / "feedback_app/blueprints").rglob("*.py"))
    read = re.findall(r"args(?:\.get|\.getlist)?[(\[]\s*\"(\w+)\"", words)
    fields = re.findall(r"^ {4}(\w+) = \w*Field\(", words, re.MULTILINE)
    return sorted({*read, *fields})


def pages(app: Flask, world: World) -> list[str]:
    return sorted({one.path for one in addresses(app, world) if one.method == "GET"})


def broken(client: FlaskClient, paths: Iterator[str]) -> list[tuple[int, str]]:
    """Return what fell over, and where."""
    found = []
    for path in paths:
        with client.get(path) as answer:
            if answer.status_code >= 500 or "lain.example" in answer.headers.get("Location", "").split("?")[0]:
                found.append((answer.status_code, path[:120]))
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_parameter_makes_a_page_fall_over(app: Flask, world: World, client: FlaskClient) -> None:
    asked = names()
    assert len(asked) > 40
    shown = {re.sub(r"\d+", "N", path): path for path in pages(app, world)}
    assert len(shown) > 80
    turns = product(shown.values(), range(0, len(HOSTILE), 4))
    assert broken(client, (f"{path}?{_query(asked, turn)}" for path, turn in turns)) == []


def _query(asked: list[str], turn: int) -> str:
    """Return a query that gives each parameter another hostile word; with the next turn, the words move on."""
    return "&".join(f"{name}={quote(HOSTILE[(at + turn) % len(HOSTILE)])}" for at, name in enumerate(asked))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_number_in_an_address_makes_a_page_fall_over(app: Flask, world: World, client: FlaskClient) -> None:
    rules: list[Rule] = [rule for rule in app.url_map.iter_rules() if rule.arguments and "GET" in (rule.methods or ())]
    some_unit = min(unit.id for unit in world.units.values())
    right = {"agency_id": world.agency.id, "agency": world.agency.code, "unit_id": some_unit}
    wrong = chain.from_iterable(_wrong(rule, right) for rule in rules)
    assert broken(client, wrong) == []


def _wrong(rule: Rule, right: dict[str, object]) -> Iterator[str]:
    """Yield the address with each argument made strange in turn, the others as they should be."""
    for strange in rule.arguments:
        for number in NUMBERS:
            values = {**{name: right.get(name, 1) for name in rule.arguments}, strange: number}
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found, values=values: str(values[found[1]]), rule.rule)  # type: ignore[misc]
