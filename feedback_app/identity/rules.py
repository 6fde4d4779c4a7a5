"""What each role may do. A grant gives a role over a unit and everything below it, or over the whole agency.

Which roles nobody holds at once stands in `separation`.
"""

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
    SUPERVISOR = "supervisor"  # watches over the units below: reads, assigns and reviews, and answers nobody
    INSPECTOR = "inspector"  # of the Inspektorat, over its unit alone: allegations, and what is far too late
    AUDITOR = "auditor"  # reads the trail, frozen evidence, settings and roles; changes nothing


class GrantSource(enum.StrEnum):
    """By which way a role came to an account."""

    PERSON = "person"  # given on a page by an administrator
    INVITATION = "invitation"  # with the invitation that made the account
    OIDC = "oidc"  # by a rule about the claims of an identity provider
    CLI = "cli"  # by whoever runs the server
    IMPORT = "import"  # with a list of people
    DEMO = "demo"


class RequestOutcome(enum.StrEnum):
    """How something that waited for a second person ended."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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
    MANAGE_GRANTS = "manage_grants"  # gives and ends roles within its own reach
    READ_GRANTS = "read_grants"  # sees who may do what, and who gave it
    READ_AUDIT = "read_audit"
    READ_SETTINGS = "read_settings"  # the rules and calendars in force
    READ_OPEN_CYCLE = "read_open_cycle"  # evidence before it is frozen
    MANAGE_PRIVACY = "manage_privacy"
    CONFIRM_BREAK_GLASS = "confirm_break_glass"  # for the Inspektorat, of one confidential case
    OPERATE_PLATFORM = "operate_platform"  # of no role in an agency: see `OPERATOR`


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
            Permission.READ_OPEN_CYCLE,
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
            Permission.MANAGE_GRANTS,
            Permission.READ_GRANTS,
            Permission.READ_AUDIT,
            Permission.READ_SETTINGS,
            Permission.MANAGE_PRIVACY,
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
            Permission.READ_OPEN_CYCLE,
        }
    ),
    Role.EMPLOYEE: frozenset({Permission.READ_OWN_RECORD}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.READ_INBOX,
            Permission.ASSIGN_CASE,
            Permission.REVIEW_DISPUTE,
            Permission.READ_DASHBOARD,
            Permission.READ_SURVEY,
            Permission.READ_BOARD,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Permission.READ_INBOX,
            Permission.ANSWER_CASE,
            Permission.ASSIGN_CASE,
            Permission.REVIEW_DISPUTE,
            Permission.READ_DASHBOARD,
            Permission.READ_AUDIT,
            Permission.CONFIRM_BREAK_GLASS,
        }
    ),
    # Everything here is read by GET; a test posts to every address with it and expects a refusal.
    Role.AUDITOR: frozenset(
        {Permission.READ_AUDIT, Permission.READ_GRANTS, Permission.READ_EVIDENCE, Permission.READ_SETTINGS}
    ),
}
# What somebody may do who runs the installation. They belong to no agency, and none of this shows a citizen's word.
OPERATOR: Final = frozenset({Permission.OPERATE_PLATFORM})

# A role of weight is given by two people: each reads or decides what one person alone should not hand to a friend.
NEEDS_TWO: Final = frozenset(
    {
        Role.ADMINISTRATOR, Role.EVALUATOR, Role.REVIEWER, Role.SUPERIOR, Role.INSPECTOR, Role.AUDITOR, Role.PERSONNEL,
    }
)  # fmt: skip
# What these open may not rest on a password alone; operators of the platform need a second factor as well.
NEEDS_SECOND_FACTOR: Final = frozenset(
    {
        Role.EVALUATOR, Role.REVIEWER, Role.SUPERIOR, Role.ADMINISTRATOR, Role.PERSONNEL, Role.INSPECTOR, Role.AUDITOR,
    }
)  # fmt: skip
# Whoever runs the server gives the first administrator, and the demo its accounts, without a second person.
ALONE: Final = frozenset({GrantSource.CLI, GrantSource.DEMO})
# Examines allegations that lie with their own unit (ADR 0005). A supervisor never does, wherever they supervise.
EXAMINERS: Final = frozenset(Role) - {Role.SUPERVISOR}


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that carry a permission."""
    return frozenset(role for role, given in PERMISSIONS.items() if permission in given)
