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
    PERSONNEL = "personnel"  # BKPSDM, kepegawaian: people and posts
    REVIEWER = "reviewer"  # decides what employees contest
    SUPERIOR = "superior"  # atasan Pejabat Penilai: signs, and decides objections
    EMPLOYEE = "employee"  # a civil servant, for what the platform says about them


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
    MANAGE_PEOPLE = "manage_people"
    APPROVE_PEOPLE = "approve_people"
    SIGN_CYCLE = "sign_cycle"
    REVIEW_CONTEST = "review_contest"
    DECIDE_OBJECTION = "decide_objection"
    READ_OWN_RECORD = "read_own_record"
    READ_BOARD = "read_board"


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
            Permission.READ_BOARD,
        }
    ),
    Role.EVALUATOR: frozenset(
        {
            Permission.READ_EVIDENCE,
            Permission.MANAGE_CYCLE,
            Permission.SIGN_CYCLE,
            Permission.READ_SURVEY,
            Permission.READ_BOARD,
        }
    ),
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
            Permission.MANAGE_PEOPLE,
            Permission.APPROVE_PEOPLE,
        }
    ),
    Role.PERSONNEL: frozenset({Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE}),
    Role.REVIEWER: frozenset({Permission.REVIEW_CONTEST}),
    Role.SUPERIOR: frozenset(
        {
            Permission.READ_EVIDENCE,
            Permission.SIGN_CYCLE,
            Permission.DECIDE_OBJECTION,
            Permission.APPROVE_PEOPLE,
            Permission.READ_BOARD,
        }
    ),
    Role.EMPLOYEE: frozenset({Permission.READ_OWN_RECORD}),
}


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that carry a permission."""
    return frozenset(role for role, given in PERMISSIONS.items() if permission in given)
