"""Numbers that pages tell in sentences are those of the code: sessions, passwords, factors, roles, retention."""

from __future__ import annotations

from typing import Final

import pytest

from feedback_app import config
from feedback_app.blueprints import audit_roots, audit_trail, guessing, known_browsers, sso_metadata
from feedback_app.config import Settings
from feedback_app.handling.break_glass import rules as glass
from feedback_app.identity import account_links, grants, invitations, password_rules, recovery_rules, sign_in_rules
from feedback_app.identity.factors import rules as factors
from feedback_app.identity.sso import rules as sso
from feedback_app.notifications import account_mail
from feedback_app.privacy.retention.rules import DEFAULTS, FIXED

WORDS: Final = {2: "two", 5: "five", 7: "seven", 10: "ten", 12: "twelve", 14: "14", 20: "twenty", 30: "thirty"}
USUAL: Final = Settings(home=config.project_root(), database_url=None, redis_url=None, secret_key=None)

TOLD: Final = {
    "docs/accounts.md": (
        f"for {WORDS[account_links.INVITATION_DAYS]} days from the last sending",
        f"sent at most {WORDS[invitations.SENDINGS_MOST]} times",
        f"{password_rules.PASSWORD_MIN} to {password_rules.PASSWORD_MAX} characters",
        f"(score {password_rules.SCORE_MIN})",
        f"At least {password_rules.REST_MIN} characters must remain",
        f"works once and for {account_links.RECOVERY_MINUTES} minutes",
        f"at least {recovery_rules.APART.seconds // 60} minutes apart",
        f"could not leave for {WORDS[account_mail.RECOVERY_WANTED_FOR.seconds // 3600]} hours",
        f"Requests are kept for {recovery_rules.KEPT.days} days",
        f"missed more than {guessing.ACCOUNT_IS_GUESSED} times in an hour",
        f"`SESSION_IDLE_MINUTES` ({USUAL.session_idle_minutes})",
        f"`SESSION_ABSOLUTE_HOURS` ({USUAL.session_absolute_hours})",
        f"removed after {sign_in_rules.KEPT_DAYS} days",
    ),
    "docs/configuration.md": (
        f"| `SESSION_IDLE_MINUTES` | `{USUAL.session_idle_minutes}` |",
        f"| `SESSION_ABSOLUTE_HOURS` | `{USUAL.session_absolute_hours}` |",
        f"| `SECOND_FACTOR` | `{USUAL.second_factor.upper()}` |",
        f"| `WEB_WORKERS` | `{USUAL.web_workers}` |",
        f"| `WEB_THREADS` | `{USUAL.web_threads}` |",
        f"| `DRAIN_BATCH` | `{USUAL.drain_batch}` |",
        f"| `SWEEP_SECONDS` | `{USUAL.sweep_seconds}` |",
        f"| `REPLY_DAYS` | `{USUAL.reply_days}` |",
        f"| `REVIEW_DAYS` | `{USUAL.review_days}` |",
        f"| `TRUSTED_PROXIES` | `{USUAL.trusted_proxies}` |",
        f"| `OBJECTION_DAY_KIND` | `{USUAL.objection_day_kind}` |",
        f"| `LOG_LEVEL` | `{USUAL.log_level}` |",
    ),
    "docs/second-factor.md": (
        f"up to {WORDS[factors.PASSKEYS_MOST]} an account",
        f"{WORDS[factors.RECOVERY_CODES]}, {WORDS[factors.RECOVERY_LENGTH]} letters and digits",
        f"{WORDS[factors.PENDING_MINUTES].capitalize()} minutes and {WORDS[factors.MISSES_MOST]} tries are left",
        f"after {factors.PAUSE_FIRST.seconds} seconds, 1 minute … at most every",
        f"at most every {factors.PAUSE_MOST.seconds // 60} minutes",
        f"After {WORDS[factors.MISSES_TOLD]} misses in a row",
        f"unless that was shown within {WORDS[factors.FRESH_MINUTES]} minutes",
        f"up to {WORDS[factors.FRESH_MINUTES + factors.FRESH_GRACE_MINUTES]} minutes after the last",
    ),
    "docs/single-sign-on.md": (
        f"({sso.DAYS_USUAL} by default, {sso.DAYS_MOST} at most)",
        f"used once, {WORDS[sso_metadata.STATE_SECONDS // 60]} minutes old at most",
    ),
    "docs/roles.md": (
        f"({grants.REASON_MIN} to {grants.REASON_MAX} characters)",
        f"a reason of {glass.REASON_MIN} to {glass.REASON_MAX:,} characters;",
        f"characters; {glass.MINUTES_MIN} to {glass.MINUTES_MAX} minutes",
        f"nobody answers for {glass.WANTED_FOR.total_seconds() / 3600:.0f} hours lapses",
    ),
    "docs/audit.md": (f"at most {audit_trail.ROWS_MAX:,} events", f"the newest {audit_roots.SEALS_A_PAGE}"),
    "docs/privacy.md": (
        *(f"| `{kind}` | {one.days} | {one.least_days} |" for kind, one in DEFAULTS.items()),
        f"network marks {FIXED['network_marks'].days} days, cells of lists of people {FIXED['people_lists'].days},",
        f"ended sign-ins {FIXED['sign_ins'].days}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("page", "sentence"), [(page, one) for page, told in TOLD.items() for one in told])
def test_a_page_tells_the_number_of_the_code(page: str, sentence: str) -> None:
    text = (config.project_root() / page).read_text(encoding="utf-8")
    assert sentence in " ".join(text.split()), sentence


def test_half_a_year_of_a_known_browser_is_one() -> None:
    assert 180 <= known_browsers.KEPT_SECONDS / 86_400 <= 184
