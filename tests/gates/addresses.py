"""Every guarded address of the application, with the objects of a `World` put into it.

A route whose arguments nobody has explained here fails the tests: say in `IN_A_CASE` or `ELSEWHERE` which object its
argument names, and who ought to open it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from flask import Flask
from werkzeug.routing import Rule

from feedback_app.blueprints.access import PUBLIC_ENDPOINTS, required_permissions
from feedback_app.identity.rules import PERMISSIONS, Permission, Role
from tests.gates.sight import HERE, Kind, Place, sees
from tests.gates.world import Holder, World

UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")


class Gate(enum.Enum):
    """What an account meets at an address."""

    OPEN = "open"
    MISSING = 404
    FORBIDDEN = 403


Values = dict[str, int | str]
Expected = Callable[[Holder, frozenset[Permission]], Gate]


@dataclass(frozen=True)
class Target:
    """One object in an address, and who ought to open it; `about` is the case it belongs to."""

    values: Values
    expected: Expected
    about: Kind | None = None


@dataclass(frozen=True)
class Address:
    """One way to call the application."""

    endpoint: str
    method: str
    path: str
    wanted: frozenset[Permission]
    target: Target

    def expected(self, holder: Holder) -> Gate:
        """Return what this account ought to meet."""
        carried = PERMISSIONS[holder.role] if holder.role else frozenset()
        if not carried & self.wanted:
            return Gate.FORBIDDEN
        if holder.role is Role.AUDITOR and "cycle_id" in self.target.values:
            # The cycle of this world is not frozen yet, and what is not final is nothing to audit.
            return Gate.MISSING
        return self.target.expected(holder, self.wanted)


# The arguments that name a case, or something that hangs on one: whoever sees the case for the purpose opens it.
IN_A_CASE: Final[dict[str, Callable[[World, Kind], int]]] = {
    "case_id": lambda world, kind: world.cases[kind].id,
    "attachment_id": lambda world, kind: world.hung[kind].attachment.id,
    "request_id": lambda world, kind: world.hung[kind].request.id,
    "note_id": lambda world, kind: world.hung[kind].note.id,
    "proof_id": lambda world, kind: world.hung[kind].proof.id,
    "review_id": lambda world, kind: world.hung[kind].review.id,
    "template_id": lambda world, _kind: world.things.template_for_all.id,
}


def _at(*places: Place) -> Expected:
    """Whoever has one of the permissions at one of these places."""

    def expected(holder: Holder, wanted: frozenset[Permission]) -> Gate:
        return Gate.OPEN if _has(holder, wanted) and holder.place in places else Gate.MISSING

    return expected


def _has(holder: Holder, wanted: frozenset[Permission]) -> bool:
    return holder.role is not None and bool(PERMISSIONS[holder.role] & wanted)


def _decides(holder: Holder, _wanted: frozenset[Permission]) -> Gate:
    # A decision over the figures of one unit moves its rank among all: who evaluates the whole agency takes it, the
    # unit sees that there is something to decide.
    if holder.role is Role.EVALUATOR:
        return Gate.OPEN if holder.place is Place.AGENCY else Gate.MISSING
    return Gate.FORBIDDEN if holder.place in _COVERING else Gate.MISSING


def _trail(holder: Holder, _wanted: frozenset[Permission]) -> Gate:
    # The audit trail is read for the whole agency, or by the Inspektorat.
    places = (Place.INSPECTORATE,) if holder.role is Role.INSPECTOR else (Place.AGENCY,)
    return Gate.OPEN if holder.place in places else Gate.MISSING


_FOR_EVERYBODY: Final = frozenset({Permission.MANAGE_CYCLE, Permission.SIGN_CYCLE})


def _objection(holder: Holder, _wanted: frozenset[Permission]) -> Gate:
    # The evaluator answers for the whole cycle, the superior for the units the person served in.
    places = (Place.AGENCY,) if holder.role is Role.EVALUATOR else _COVERING
    return Gate.OPEN if holder.place in places else Gate.MISSING


def _cycle(holder: Holder, wanted: frozenset[Permission]) -> Gate:
    if holder.place not in HERE:
        return Gate.MISSING
    # A cycle speaks of everybody in the agency; who evaluates some of its units reads it and no more.
    reads_only = bool(wanted & _FOR_EVERYBODY) and holder.place is not Place.AGENCY
    return Gate.FORBIDDEN if reads_only else Gate.OPEN


def _survey(*places: Place) -> Expected:
    """A survey period is read by whoever reads one of its units, and set up by whoever looks after the agency."""

    def expected(holder: Holder, wanted: frozenset[Permission]) -> Gate:
        reached = (Place.AGENCY,) if Permission.MANAGE_SURVEY in wanted else places
        return Gate.OPEN if holder.place in reached else Gate.MISSING

    return expected


def _of_somebody_else(name: str, world: World) -> Target:
    owned = {
        "view_id": world.things.view.id, "act_id": world.things.act.id, "passkey_id": world.things.passkey.id,
    }  # fmt: skip
    return Target({name: owned[name]}, lambda _holder, _wanted: Gate.MISSING)


_COVERING: Final = (Place.OWN, Place.ABOVE, Place.AGENCY)
ELSEWHERE: Final[dict[frozenset[str], Callable[[World], Target]]] = {
    frozenset(): lambda _world: Target({}, lambda _holder, _wanted: Gate.OPEN),
    frozenset({"improvement_id"}): lambda world: Target(
        {"improvement_id": world.things.improvement.id}, _at(*_COVERING)
    ),
    frozenset({"anomaly_id"}): lambda world: Target({"anomaly_id": world.things.anomaly.id}, _decides),
    frozenset({"cycle_id"}): lambda world: Target({"cycle_id": world.things.cycle.id}, _cycle),
    frozenset({"cycle_id", "employee_id"}): lambda world: Target(
        {"cycle_id": world.things.cycle.id, "employee_id": world.things.employee.id}, _at(*_COVERING)
    ),
    frozenset({"cycle_id", "employee_id", "key"}): lambda world: Target(
        {
            "cycle_id": world.things.cycle.id,
            "employee_id": world.things.employee.id,
            "key": world.things.evidence_group,
        },
        _at(*_COVERING),
    ),
    frozenset({"cycle_id", "employee_id", "kind"}): lambda world: Target(
        {"cycle_id": world.things.cycle.id, "employee_id": world.things.employee.id, "kind": "json"}, _at(*_COVERING)
    ),
    # Nobody's own record is among the things: the accounts here are nobody's employees.
    frozenset({"cycle_id", "kind"}): lambda world: Target(
        {"cycle_id": world.things.cycle.id, "kind": "json"}, lambda _holder, _wanted: Gate.MISSING
    ),
    frozenset({"agency_id", "kind"}): lambda world: Target(
        {"agency_id": world.agency.id, "kind": "json"}, _at(Place.AGENCY)
    ),
    frozenset({"cycle_id", "other_id"}): lambda world: Target(
        {"cycle_id": world.things.cycle.id, "other_id": world.things.cycle.id}, _cycle
    ),
    # Contests are read where their cycle and the person are; a reviewer opens those alone that were given to them.
    frozenset({"cycle_id", "contest_id"}): lambda world: Target(
        {"cycle_id": world.things.cycle.id, "contest_id": world.things.contest.id}, _at(*_COVERING)
    ),
    frozenset({"cycle_id", "contest_id", "file_id"}): lambda world: Target(
        {
            "cycle_id": world.things.cycle.id,
            "contest_id": world.things.contest.id,
            "file_id": world.things.contest_file.id,
        },
        _at(*_COVERING),
    ),
    frozenset({"contest_id"}): lambda world: Target(
        {"contest_id": world.things.contest.id}, lambda _holder, _wanted: Gate.MISSING
    ),
    frozenset({"contest_id", "file_id"}): lambda world: Target(
        {"contest_id": world.things.contest.id, "file_id": world.things.contest_file.id},
        lambda _holder, _wanted: Gate.MISSING,
    ),
    frozenset({"objection_id"}): lambda world: Target({"objection_id": world.things.objection.id}, _objection),
    frozenset({"template_id"}): lambda world: Target({"template_id": world.things.template.id}, _at(*_COVERING)),
    frozenset({"number"}): lambda world: Target({"number": world.things.seal_number}, _trail),
    frozenset({"message_id"}): lambda world: Target({"message_id": world.things.message.id}, _at(Place.AGENCY)),
    frozenset({"agency_id"}): lambda world: Target({"agency_id": world.agency.id}, _at(Place.AGENCY)),
    frozenset({"agency_id", "employee_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "employee_id": world.things.employee.id}, _at(*_COVERING)
    ),
    frozenset({"agency_id", "post_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "post_id": world.things.people.post_id}, _at(*_COVERING)
    ),
    frozenset({"agency_id", "unit_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "unit_id": world.units[Place.OWN].id}, _at(*_COVERING)
    ),
    frozenset({"agency_id", "unit_id", "counter_id"}): lambda world: Target(
        {
            "agency_id": world.agency.id,
            "unit_id": world.units[Place.OWN].id,
            "counter_id": world.things.people.counter_id,
        },
        _at(*_COVERING),
    ),
    frozenset({"agency_id", "change_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "change_id": world.things.people.change_id}, _at(Place.AGENCY)
    ),
    frozenset({"import_id"}): lambda world: Target({"import_id": world.things.people.import_id}, _at(Place.AGENCY)),
    frozenset({"agency_id", "level_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "level_id": world.things.people.level_id}, _at(Place.AGENCY)
    ),
    frozenset({"agency_id", "rule_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "rule_id": world.things.rule_to_come.id}, _at(Place.AGENCY)
    ),
    frozenset({"agency_id", "hours_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "hours_id": world.things.hours_to_come.id}, _at(Place.AGENCY)
    ),
    frozenset({"agency_id", "code_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "code_id": world.things.wall_code.id}, _at(*_COVERING)
    ),
    frozenset({"agency_id", "key_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "key_id": world.things.counter_key.id}, _at(*_COVERING)
    ),
    frozenset({"period_id"}): lambda world: Target({"period_id": world.things.survey_period.id}, _survey(*HERE)),
    frozenset({"period_id", "result_id"}): lambda world: Target(
        {"period_id": world.things.past_result.period_id, "result_id": world.things.past_result.id}, _survey(*HERE)
    ),
    frozenset({"period_id", "set_aside_id"}): lambda world: Target(
        {"period_id": world.things.survey_period.id, "set_aside_id": world.things.set_aside_id}, _survey(*HERE)
    ),
    frozenset({"instrument_id"}): lambda world: Target(
        {"instrument_id": world.things.question.instrument_id}, _survey(*HERE)
    ),
    frozenset({"instrument_id", "question_id"}): lambda world: Target(
        {"instrument_id": world.things.question.instrument_id, "question_id": world.things.question.id},
        _survey(*HERE),
    ),
    frozenset({"period_id", "unit_id"}): lambda world: Target(
        {"period_id": world.things.survey_period.id, "unit_id": world.things.survey_unit_id}, _survey(*_COVERING)
    ),
    frozenset({"period_id", "unit_id", "action_id"}): lambda world: Target(
        {
            "period_id": world.things.survey_period.id,
            "unit_id": world.things.survey_unit_id,
            "action_id": world.things.action.id,
        },
        _survey(*_COVERING),
    ),
    # Roles are given and ended by whoever looks after their unit; one waits for a second person.
    frozenset({"agency_id", "user_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "user_id": world.things.access.holder_id}, _at(*_COVERING)
    ),
    # The account itself: its invitation, its devices, its second factor.
    frozenset({"user_id"}): lambda world: Target({"user_id": world.things.access.holder_id}, _at(*_COVERING)),
    frozenset({"agency_id", "grant_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "grant_id": world.things.access.grant_id}, _at(*_COVERING)
    ),
    frozenset({"agency_id", "wish_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "wish_id": world.things.access.wish_id}, _at(*_COVERING)
    ),
    # Emergency access to the whole inbox: decided by whoever looks after the whole agency, read by nobody of it.
    frozenset({"agency_id", "opening_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "opening_id": world.things.access.opening_id}, _at(Place.AGENCY)
    ),
    frozenset({"agency_id", "opening_id", "case_id"}): lambda world: Target(
        {
            "agency_id": world.agency.id,
            "opening_id": world.things.access.opening_id,
            "case_id": world.cases[Kind.PLAIN].id,
        },
        lambda _holder, _wanted: Gate.MISSING,
    ),
    # Personal data are managed for a whole agency.
    frozenset({"agency_id", "retention_id"}): lambda world: Target(
        {"agency_id": world.agency.id, "retention_id": world.things.privacy.retention_id}, _at(Place.AGENCY)
    ),
    frozenset({"breach_id"}): lambda world: Target({"breach_id": world.things.privacy.breach_id}, _at(Place.AGENCY)),
    frozenset({"breach_id", "kind"}): lambda world: Target(
        {"breach_id": world.things.privacy.breach_id, "kind": "warga.txt"}, _at(Place.AGENCY)
    ),
    frozenset({"batch_id"}): lambda world: Target({"batch_id": world.things.paper.id}, _at(*_COVERING)),
}
# What an account keeps for itself; everybody here is somebody else.
for _name in ("view_id", "act_id", "passkey_id"):
    ELSEWHERE[frozenset({_name})] = partial(_of_somebody_else, _name)
# Pages that name no object and yet want more than the permission.
_WHOLE_AGENCY: Final = frozenset({Place.AGENCY, Place.OTHER_AGENCY})
BY_ENDPOINT: Final[dict[str, Expected]] = {
    # A cycle is opened for everybody in an agency.
    "evaluation.open": lambda holder, _wanted: Gate.OPEN if holder.place in _WHOLE_AGENCY else Gate.FORBIDDEN,
    # A list of people is of the whole agency, and so is the key of the system that sends it.
    "people_import.revoke_key": _at(Place.AGENCY),
    # What somebody asked for is taken back by them; everybody here is somebody else.
    "grants.withdraw": lambda _holder, _wanted: Gate.MISSING,
    # A change of the past is withdrawn by who asked for it; everybody here is somebody else.
    "people.withdraw": lambda _holder, _wanted: Gate.MISSING,
    # What a cycle says about somebody's own self; everybody here is nobody's employee.
    **dict.fromkeys(
        ("own_record.cycle", "own_record.contest", "own_record.state", "own_record.objection"),
        lambda _holder, _wanted: Gate.MISSING,
    ),
    "evaluation.assign_contest": _cycle,
    "evaluation.correct_contest": _cycle,
    # The form names what it is about; an empty one names nothing.
    "message_pages.all_again": lambda _holder, _wanted: Gate.MISSING,
    "reader_page.teach": lambda _holder, _wanted: Gate.MISSING,
    "reader_texts.answer": lambda _holder, _wanted: Gate.MISSING,
    "clocks.strike_holiday": lambda _holder, _wanted: Gate.MISSING,
    "clocks.restore_holiday": lambda _holder, _wanted: Gate.MISSING,
    **dict.fromkeys(
        ("sso_setup.end", "sso_setup.confirm_link", "sso_setup.end_link"), lambda _holder, _wanted: Gate.MISSING
    ),
    # A note is taken back by who wrote it; everybody here is somebody else.
    "cases.take_back_note": lambda _holder, _wanted: Gate.MISSING,
    # Two people on one pile of paper have a session each; everybody here is somebody else.
    "survey_paper.typing": lambda _holder, _wanted: Gate.MISSING,
    "survey_paper.withdraw": lambda _holder, _wanted: Gate.MISSING,
    # The report of an agency holds every unit of it.
    "survey_report.agency": _survey(Place.AGENCY),
    # The address asks about the figure of one unit; see `ASKED`.
    "survey_results.figure": _survey(*_COVERING),
}
# What an address needs besides its path to lead anywhere.
ASKED: Final[dict[str, Callable[[World], Values]]] = {
    "dashboard.cases": lambda _world: {"figure": "came"},
    "survey_results.figure": lambda world: {"unit": world.things.survey_unit_id},
}


def addresses(app: Flask, world: World) -> list[Address]:
    """Return every guarded address with every object it can name.

    Raises
    ------
    LookupError
        A route has an argument of which nobody said what it names.
    """
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in guarded_rules(app):
        wanted = required_permissions(app.view_functions[rule.endpoint])
        for named in _targets(rule, world):
            target = replace(named, expected=BY_ENDPOINT.get(rule.endpoint, named.expected))
            asked = ASKED[rule.endpoint](world) if rule.endpoint in ASKED else {}
            path = adapter.build(rule.endpoint, {**target.values, **asked}, method=_methods(rule)[0])
            found += [Address(rule.endpoint, method, path, wanted, target) for method in _methods(rule)]
    return found


def guarded_rules(app: Flask) -> list[Rule]:
    """Return the routes that ask for a permission."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in PUBLIC_ENDPOINTS]


def of_a_case(rule: Rule) -> bool:
    """Tell whether a route names a case, or something that hangs on one."""
    return bool(rule.arguments & {"case_id", "request_id"}) and rule.arguments <= IN_A_CASE.keys()


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def _targets(rule: Rule, world: World) -> Iterator[Target]:
    names = frozenset(rule.arguments)
    if of_a_case(rule):
        for kind in Kind:
            yield Target({name: IN_A_CASE[name](world, kind) for name in names}, _of_case(kind), kind)
    elif names in ELSEWHERE:
        yield ELSEWHERE[names](world)
    else:
        raise LookupError(
            f"{rule.endpoint} ({rule.rule}): say in tests/gates/addresses.py which object "
            f"{', '.join(sorted(names))} names, and who ought to open it"
        )


def _of_case(kind: Kind) -> Expected:
    def expected(holder: Holder, wanted: frozenset[Permission]) -> Gate:
        seen = any(sees(holder.role, holder.place, kind, permission) for permission in wanted)
        return Gate.OPEN if seen else Gate.MISSING

    return expected
