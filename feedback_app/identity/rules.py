"""What each role may do. A grant gives a role over a unit and everything below it, or over the whole agency."""

from __future__ import annotations

import enum
from typing import Final


class Role(enum.StrEnum):
    """What somebody is trusted with."""

    OFFICER = "officer"
    UNIT_HEAD = "unit_head"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


class Permission(enum.StrEnum):
    """One thing that an endpoint may ask for."""

    READ_INBOX = "read_inbox"
    ANSWER_CASE = "answer_case"
    ISSUE_VISIT_TOKEN = "issue_visit_token"  # noqa: S105 - the name of a permission
    MANAGE_COUNTER = "manage_counter"
    READ_EVIDENCE = "read_evidence"
    MANAGE_CYCLE = "manage_cycle"
    ASSIGN_CASE = "assign_case"
    REVIEW_DISPUTE = "review_dispute"
    MANAGE_TEMPLATES = "manage_templates"
    READ_DASHBOARD = "read_dashboard"
    MANAGE_CLOCKS = "manage_clocks"
    MANAGE_MESSAGES = "manage_messages"
    PLACE_CASE = "place_case"
    READ_SURVEY = "read_survey"
    ENTER_SURVEY = "enter_survey"
    PLAN_FOLLOW_UP = "plan_follow_up"
    MANAGE_SURVEY = "manage_survey"
    MANAGE_READER = "manage_reader"


PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OFFICER: frozenset(
        {
            Permission.READ_INBOX,
            Permission.ANSWER_CASE,
            Permission.ISSUE_VISIT_TOKEN,
            Permission.READ_SURVEY,
            Permission.ENTER_SURVEY,
        }
    ),
    # A key of a machine outlasts a shift and what it counts stands above what people count: only who answers for the
    # unit makes one.
    Role.UNIT_HEAD: frozenset(
        {
            Permission.READ_INBOX,
            Permission.ANSWER_CASE,
            Permission.ISSUE_VISIT_TOKEN,
            Permission.MANAGE_COUNTER,
            Permission.ASSIGN_CASE,
            Permission.REVIEW_DISPUTE,
            Permission.MANAGE_TEMPLATES,
            Permission.READ_DASHBOARD,
            Permission.READ_SURVEY,
            Permission.ENTER_SURVEY,
            Permission.PLAN_FOLLOW_UP,
        }
    ),
    Role.EVALUATOR: frozenset({Permission.READ_EVIDENCE, Permission.MANAGE_CYCLE, Permission.READ_SURVEY}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.READ_INBOX,
            Permission.MANAGE_COUNTER,
            Permission.READ_DASHBOARD,
            Permission.MANAGE_CLOCKS,
            Permission.MANAGE_MESSAGES,
            Permission.PLACE_CASE,
            Permission.READ_SURVEY,
            Permission.MANAGE_SURVEY,
            Permission.MANAGE_READER,
        }
    ),
}


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that carry a permission."""
    return frozenset(role for role, given in PERMISSIONS.items() if permission in given)
