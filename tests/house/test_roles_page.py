"""The page about roles says what the code does: which take two people, and which do not go together."""

from __future__ import annotations

import re

from feedback_app import config
from feedback_app.identity.rules import NEEDS_TWO, GrantSource, Role
from feedback_app.identity.separation import CLASHES, Clash

PAGE = (config.project_root() / "docs" / "roles.md").read_text(encoding="utf-8")


def _between(mark: str) -> str:
    found = re.search(f"<!-- {mark} -->(.*?)<!-- /{mark} -->", PAGE, re.DOTALL)
    assert found, mark
    return found[1]


def test_the_roles_that_take_two_people_are_named() -> None:
    assert _between("needs-two").replace("\n", " ").split(", ") == sorted(NEEDS_TWO)


def test_the_roles_that_do_not_go_together_are_named() -> None:
    others = {pair: why for pair, why in CLASHES.items() if why is not Clash.AUDITS_AND_ACTS}
    rows = sorted([*sorted(pair), why.value] for pair, why in others.items())
    written = [re.findall(r"`?(\w+)`?", line) for line in _between("clashes").strip().splitlines()[2:]]
    assert sorted(row for row in written if row[0] != "auditor") == rows
    audited = {pair for pair, why in CLASHES.items() if why is Clash.AUDITS_AND_ACTS}
    assert audited == {frozenset({Role.AUDITOR, role}) for role in Role} - {
        frozenset({Role.AUDITOR}), frozenset({Role.AUDITOR, Role.EMPLOYEE}),
    }  # fmt: skip


def test_every_role_and_every_source_has_its_line() -> None:
    table = PAGE.split("## The roles")[1].split("## A grant")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {role.value for role in Role}
    sources = PAGE.split("| source |")[1].split("### Roles of weight")[0]
    assert set(re.findall(r"`(\w+)`", sources)) == {source.value for source in GrantSource} - {"import"}
