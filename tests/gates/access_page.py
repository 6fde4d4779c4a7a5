"""`docs/access.md`, printed from the permissions, the addresses and the table of who sees what.

`python -m tests.gates.access_page > docs/access.md` prints it anew; a test compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from flask import Flask
from werkzeug.routing import Rule

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS, required_permissions
from feedback_app.identity.rules import OPERATOR, PERMISSIONS, Permission, Role, roles_with
from tests.gates.addresses import guarded_rules, of_a_case
from tests.gates.sight import Kind, Place, sees

ROLES: Final[dict[Role, str]] = {role: role.value.replace("_", " ") for role in Role}
# No role in an agency: see docs/roles.md.
RUNS_IT: Final = "platform operator"
INTRODUCTION: Final = """# Who may open what

Printed from the code by `python -m tests.gates.access_page`; a test compares the two. Each line below is tried:
`tests/blueprints/test_access_matrix.py` calls every address with an account of every role at every place and a case of
every kind. Without an account an address leads to the sign-in page, without the permission it answers 403, and what
lies out of sight answers 404, as if it were not there. No page of an account holds a word, or a link, of a case the
account does not see.

A role is held over one unit and all below it, or over the whole agency, from a day on and until a day
(`identity/models.py`, `RoleGrant`).
"""


def access_page(app: Flask) -> str:
    """Return the page."""
    parts = [INTRODUCTION, "## What each role may do\n", *_table(_permissions()), ""]
    for title, permission in (("reads", Permission.READ_INBOX), ("answers", Permission.ANSWER_CASE)):
        parts += [f"## Who {title} a case sent to a unit\n", *_table(_sight(permission)), ""]
    parts += ["## Addresses of staff\n", *_table(_addresses(app)), ""]
    parts += ["## Addresses for everybody\n", _public(app)]
    return "\n".join(parts)


def _table(rows: Iterable[list[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield f"| {' | '.join(row)} |"
        if number == 0:
            yield "|---" * len(row) + "|"


def _permissions() -> Iterator[list[str]]:
    yield ["permission", *ROLES.values(), RUNS_IT]
    for permission in Permission:
        carried = [permission in PERMISSIONS[role] for role in ROLES]
        yield [f"`{permission.value}`", *("yes" if one else "–" for one in (*carried, permission in OPERATOR))]


def _sight(permission: Permission) -> Iterator[list[str]]:
    yield ["role held over", *(kind.value for kind in Kind)]
    for place in Place:
        yield [place.value, *(_roles_that_see(place, kind, permission) for kind in Kind)]


def _roles_that_see(place: Place, kind: Kind, permission: Permission) -> str:
    return ", ".join(name for role, name in ROLES.items() if sees(role, place, kind, permission)) or "–"


def _addresses(app: Flask) -> Iterator[list[str]]:
    yield ["address", "method", "asks for", *ROLES.values(), RUNS_IT]
    for rule in sorted(guarded_rules(app), key=lambda rule: (rule.rule, sorted(rule.methods or set()))):
        wanted = required_permissions(app.view_functions[rule.endpoint])
        roles = frozenset().union(*(roles_with(permission) for permission in wanted))
        yes = _condition(rule)
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        asks = "any" if wanted == frozenset(Permission) else " or ".join(sorted(f"`{one.value}`" for one in wanted))
        opened = [*(role in roles for role in ROLES), bool(wanted & OPERATOR)]
        yield [f"`{rule.rule}`", methods, asks, *(yes if one else "–" for one in opened)]


def _condition(rule: Rule) -> str:
    if of_a_case(rule):
        return "sees the case"
    if rule.arguments & {"view_id", "act_id"}:
        return "one's own"
    return "within reach" if rule.arguments else "yes"


def _public(app: Flask) -> str:
    found = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in PUBLIC_ENDPOINTS}
    return "Opened by nothing, or by a code, a key or a signature in the call: " + _listed(found) + ".\n"


def _listed(paths: set[str]) -> str:
    return ", ".join(f"`{path}`" for path in sorted(paths))


if __name__ == "__main__":
    nowhere = replace(
        config.load(), secret_key="0" * 32, database_url="postgresql://localhost/none", redis_url="redis://localhost"
    )
    sys.stdout.write(access_page(create_app(nowhere)))
