"""Which roles one person does not hold at once in one place (separation of duties).

The database asks the same of every grant (`role_grants_keep_to_the_rules`, migration 0015); a test compares the two for
every pair. Two grants meet when they share a day and a unit: one over the whole agency meets all, one over a unit those
over the same unit, over one above it or over one below it.

Sources: PP 30/2019 articles 55 to 62 (who rates, who decides an objection, and that they are different people),
PermenPANRB 62/2018 (an allegation is examined away from whom it accuses), UU 30/2014 articles 42 and 43 (no decision
under a conflict of interest), ISO/IEC 27001:2022 control 5.3 (conflicting duties are separated).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

from feedback_app.identity.rules import Role


class Clash(enum.StrEnum):
    """Why two roles do not go together."""

    RATES_AND_JUDGES = "rates_and_judges"
    RECORDS_AND_JUDGES = "records_and_judges"
    JUDGES_TWICE = "judges_twice"
    GIVES_AND_HOLDS = "gives_and_holds"
    AUDITS_AND_ACTS = "audits_and_acts"


def _pair(one: Role, other: Role) -> frozenset[Role]:
    return frozenset({one, other})


# An auditor may be a civil servant like any other, who reads what is said about them; any other role acts.
_ACTING: Final = frozenset(Role) - {Role.AUDITOR, Role.EMPLOYEE}
CLASHES: Final[dict[frozenset[Role], Clash]] = {
    _pair(Role.EVALUATOR, Role.REVIEWER): Clash.RATES_AND_JUDGES,
    _pair(Role.EVALUATOR, Role.SUPERIOR): Clash.RATES_AND_JUDGES,
    _pair(Role.PERSONNEL, Role.REVIEWER): Clash.RECORDS_AND_JUDGES,
    _pair(Role.REVIEWER, Role.SUPERIOR): Clash.JUDGES_TWICE,
    _pair(Role.ADMINISTRATOR, Role.REVIEWER): Clash.GIVES_AND_HOLDS,
    _pair(Role.ADMINISTRATOR, Role.INSPECTOR): Clash.GIVES_AND_HOLDS,
    **{_pair(Role.AUDITOR, role): Clash.AUDITS_AND_ACTS for role in sorted(_ACTING)},
}


@dataclass(frozen=True, slots=True)
class Held:
    """A role as somebody holds it, from one day to another; without a last day, from then on."""

    role: Role
    unit_id: int | None
    starts_on: date
    ends_on: date | None


def clash_of(one: Role, other: Role) -> Clash | None:
    """Return why two roles do not go together, or None where they do."""
    return CLASHES.get(_pair(one, other))


def share_a_day(one: Held, other: Held) -> bool:
    """Tell whether two roles are held on one and the same day at least.

    >>> early = Held(Role.REVIEWER, None, date(2026, 1, 1), date(2026, 3, 31))
    >>> share_a_day(early, Held(Role.EVALUATOR, None, date(2026, 4, 1), None))
    False
    >>> share_a_day(early, Held(Role.EVALUATOR, None, date(2026, 3, 31), None))
    True
    """
    first = max(one.starts_on, other.starts_on)
    return all(first <= (held.ends_on or date.max) for held in (one, other))


def clashes_among(held: Iterable[Held]) -> list[tuple[Held, Held, Clash]]:
    """Return the pairs of roles of one person in one agency that share a day and do not go together.

    Whether the two also share a unit needs the tree; whoever asks leaves out those that do not.
    """
    found = []
    for one, other in combinations(held, 2):
        clash = clash_of(one.role, other.role)
        if clash is not None and share_a_day(one, other):
            found.append((one, other, clash))
    return found
