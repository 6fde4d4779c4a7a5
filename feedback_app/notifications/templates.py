"""What a message can be about."""

from __future__ import annotations

import enum
from typing import Final


class Template(enum.StrEnum):
    """What a message is about."""

    NEWS = "news"  # something happened to a confidential report
    REPLIED = "replied"
    PROGRESS = "progress"
    QUESTION = "question"
    EXPLANATION = "explanation"
    NOT_COMPLETED = "not_completed"  # put away, for the citizen did not say what was asked
    CLOSED_BY_SILENCE = "closed_by_silence"
    FOLLOWED_REPLIED = "followed_replied"
    FOLLOWED_NEWS = "followed_news"
    FOLLOWED_ENDED = "followed_ended"
    REQUEST_SETTLED = "request_settled"  # what a reporter asked for about their own data
    BREACH_NOTICE = "breach_notice"  # data of the reader came into wrong hands
    # For staff, about one case.
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    ESCALATED_MANY = "escalated_many"  # several at one moment, without their numbers
    REVIEW_WANTED = "review_wanted"
    SENT_BACK = "sent_back"  # by the reviewer of a dispute
    ARCHIVE_OBJECTED = "archive_objected"
    CASE_RESUMED = "case_resumed"  # the citizen answered what was asked, or the time to do so is over
    REFERRED_HERE = "referred_here"
    # For staff, on its day.
    REMINDER = "reminder"
    DIGEST = "digest"
    # For staff, about what an employee contests.
    CONTEST_ASSIGNED = "contest_assigned"
    CONTEST_DECIDED = "contest_decided"
    # For whoever looks after the reader of texts.
    READER_DRIFT = "reader_drift"

    # For whoever looks after the agency's personal data (`privacy_texts`).
    REQUEST_DUE = "request_due"
    BREACH_TO_CONFIRM = "breach_to_confirm"
    BREACH_DUE = "breach_due"

    # For employees, about a cycle that speaks of them.
    REPLY_OPEN = "reply_open"
    CYCLE_FROZEN = "cycle_frozen"
    # For whoever an account becomes or ceases to be that of an employee.
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    # For the owner of an account, about that account (`account_texts`); these are never turned off.
    INVITATION = "invitation"
    RECOVERY = "recovery"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a message
    FACTOR_CHANGED = "factor_changed"
    FACTOR_MISSED = "factor_missed"  # the password was right many times, the second factor never
    NEW_SIGN_IN = "new_sign_in"
    GRANT_GIVEN = "grant_given"
    GRANT_ENDED = "grant_ended"
    GRANT_WAITS = "grant_waits"  # a role of weight waits for this reader as the second person
    BREAK_GLASS_ASKED = "break_glass_asked"
    BREAK_GLASS_OPEN = "break_glass_open"


ROUNDS: Final = frozenset({Template.REMINDER, Template.DIGEST})
ABOUT_ONE_CASE: Final = frozenset(
    {
        Template.REOPENED,
        Template.ASSIGNED,
        Template.ESCALATED,
        Template.REVIEW_WANTED,
        Template.SENT_BACK,
        Template.ARCHIVE_OBJECTED,
        Template.CASE_RESUMED,
        Template.REFERRED_HERE,
    }
)
ABOUT_A_CONTEST: Final = frozenset({Template.CONTEST_ASSIGNED, Template.CONTEST_DECIDED})
ABOUT_A_CYCLE: Final = frozenset({Template.REPLY_OPEN, Template.CYCLE_FROZEN})
ABOUT_AN_ACCOUNT: Final = frozenset({Template.ACCOUNT_LINKED, Template.ACCOUNT_UNLINKED})
OF_AN_ACCOUNT: Final = frozenset(
    {
        Template.INVITATION,
        Template.RECOVERY,
        Template.PASSWORD_CHANGED,
        Template.FACTOR_CHANGED,
        Template.FACTOR_MISSED,
        Template.NEW_SIGN_IN,
        Template.GRANT_GIVEN,
        Template.GRANT_ENDED,
        Template.GRANT_WAITS,
        Template.BREAK_GLASS_ASKED,
        Template.BREAK_GLASS_OPEN,
    }
)
ABOUT_PRIVACY: Final = frozenset({Template.REQUEST_DUE, Template.BREACH_TO_CONFIRM, Template.BREACH_DUE})
FOR_STAFF: Final = (
    ABOUT_ONE_CASE
    | ROUNDS
    | ABOUT_A_CONTEST
    | ABOUT_A_CYCLE
    | ABOUT_AN_ACCOUNT
    | OF_AN_ACCOUNT
    | ABOUT_PRIVACY
    | {Template.ESCALATED_MANY, Template.READER_DRIFT}
)
