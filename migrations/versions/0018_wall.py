"""The second wall: the web role sees one agency a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from alembic import op

from feedback_app.db_wall import statements as wall
from feedback_app.db_wall.roles import AGENCIES_OF_ACCOUNT, CASES_SAYING, WEB_ROLE, Lookup
from feedback_app.errors import ConfigurationError

revision = "0018_wall"
down_revision = "0017_privacy"
branch_labels = None
depends_on = None

# What the web does with the rows of one agency: S reads, I adds, U changes (or locks), D removes. Nothing but what its
# pages do: commands, the worker and the sweep own the tables and do the rest.
TENANT: Final = {
    # Imports from a file and the rounds of a night are none of the web's business.
    "": "import_rows imports staff_rounds",
    "S": (
        "audit_leaves audit_sections board_lots board_visits daily_measures drift_alarms escalations reader_days releases services"
    ),
    # The trail above all: nobody who comes by the web changes or removes a line of it.
    "SI": (
        "audit_events cycle_moves deadline_changes deadline_rounds rating_exclusions referrals replies "
        "skm_action_events skm_visit_uses unit_versions units visit_tokens"
    ),
    "SIU": (
        "account_links anomalies assignments break_glass breach_notices breaches bulk_acts bulk_items case_pauses "
        "citizen_messages claim_grants claim_rules contest_files contests counter_keys counters dispute_reviews "
        "duty_entries employees grant_requests holidays improvements invitations label_reviews labels "
        "objections people_changes people_imports people_mappings publications reply_templates request_words "
        "restrictions retention_runs role_grants skm_actions skm_batches skm_responses skm_results "
        "skm_set_asides subject_requests submissions sync_keys visit_counts wall_codes"
    ),
    "SIUD": (
        "attachments attribution_rules case_events case_followers case_notes case_records case_words cases contacts "
        "contributions cycle_signatures cycles daily_topics label_corrections messages people_import_rows proofs "
        "retention_rules scores skm_cells skm_instruments skm_periods skm_questions skm_tallies skm_targets skm_traits sla_rules statements "
        "unit_scores working_hours"
    ),
}
# Read across agencies, never written: the directory that everybody may read on public pages; a referral, by the agency
# it went to; and, before an agency is entered, the roles of the account that asks.
READABLE_ACROSS: Final = {
    "units": "true",
    "unit_versions": "true",
    "services": "true",
    "referrals": f"to_agency_id = {wall.AGENCY}",
    "role_grants": f"user_id = {wall.ACCOUNT} AND {wall.AGENCY} IS NULL",
}
# Of an account, and so of no agency.
ACCOUNTS: Final = {
    "account_factors": "SIU",
    "factor_challenges": "SIUD",
    "recovery_codes": "SIUD",
    "recovery_requests": "SIU",
    "sign_ins": "SIU",
    "sso_links": "SIU",
    "staff_settings": "SIU",
    "web_authn_credentials": "SIUD",
}
# Of nobody: who runs the platform, which model reads, what the seals are.
OPEN: Final = {
    "audit_seals": "S",
    "model_rounds": "S",
    # Changed is nothing; to lock the table while one version takes the place of another needs the right to.
    "model_uses": "SIU",
    "model_versions": "S",
    "platform_events": "SI",
    "platform_leaves": "S",
    "platform_operators": "S",
    "platform_sections": "S",
}
OF_CODE: Final = (
    "SELECT agency_id FROM submissions WHERE tracking_hash = $1 "
    "UNION ALL SELECT agency_id FROM case_followers WHERE tracking_hash = $1 LIMIT 1"
)
LOOKUPS: Final = {
    Lookup.TRACKING_CODE: ("bytea", OF_CODE),
    Lookup.VISIT_TOKEN: ("bytea", "SELECT agency_id FROM visit_tokens WHERE token_hash = $1 LIMIT 1"),
    Lookup.WALL_CODE: ("text", "SELECT agency_id FROM wall_codes WHERE code = $1"),
    Lookup.COUNTER_KEY: ("bytea", "SELECT agency_id FROM counter_keys WHERE key_hash = $1"),
    Lookup.SYNC_KEY: ("bytea", "SELECT agency_id FROM sync_keys WHERE key_hash = $1"),
}
AGENCIES_OF: Final = (
    "SELECT DISTINCT agency_id FROM role_grants "
    "WHERE user_id = $1 AND starts_on <= $2 AND (ends_on IS NULL OR ends_on >= $2) ORDER BY 1"
)
SAYING: Final = (
    "SELECT w.agency_id, w.case_id FROM case_words w "  # noqa: S608 - put together of constants
    f"WHERE w.document @@ websearch_to_tsquery($1::regconfig, $2) AND (w.agency_id = {wall.AGENCY} OR {wall.IN_FRONT})"
)


def upgrade() -> None:
    """Put every table behind the wall."""
    _find_role()
    op.execute(f"GRANT USAGE ON SCHEMA public TO {WEB_ROLE}")
    for statement in _statements():
        op.execute(statement)


def downgrade() -> None:
    """Take it down; the role stays, for it belongs to the server and not to this database."""
    op.execute(wall.laws_of_the_writer())
    for table in _walled():
        for statement in wall.taken_down(table):
            op.execute(statement)
    for lookup, (argument, _) in LOOKUPS.items():
        op.execute(f"DROP FUNCTION public.{lookup.value}({argument})")
    op.execute(f"DROP FUNCTION public.{AGENCIES_OF_ACCOUNT}(bigint, date)")
    op.execute(f"DROP FUNCTION public.{CASES_SAYING}(text, text)")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {WEB_ROLE}")


def _statements() -> Iterator[str]:
    for verbs, names in TENANT.items():
        for table in names.split():
            yield from wall.tenant_wall(table, verbs, readable_across=READABLE_ACROSS.get(table))
    for table, verbs in ACCOUNTS.items():
        yield from wall.account_wall(table, verbs)
    for table, verbs in OPEN.items():
        yield from wall.no_wall(table, verbs)
    yield from wall.own_rows_wall("saved_views", "SIUD", f"user_id = {wall.ACCOUNT}")
    # Names of colleagues stand in every story of a case, and whoever is invited has no role yet; changed are only one's
    # own row and those of one's agency.
    yield from wall.account_wall("users", "SIU", "id")
    yield from wall.readable_by_all("users")
    yield from wall.addable_by_all("users")
    # Everybody may read who is here; an agency changes its own row alone, and of that what its pages offer.
    yield from wall.own_rows_wall("agencies", "S", f"id = {wall.AGENCY}")
    yield from wall.readable_by_all("agencies")
    yield f"GRANT UPDATE (texts_may_teach) ON agencies TO {WEB_ROLE}"
    for lookup, (argument, query) in LOOKUPS.items():
        yield from wall.looked_up(lookup.value, argument, query)
    yield from wall.looked_up(AGENCIES_OF_ACCOUNT, "bigint, date", AGENCIES_OF, gives="SETOF bigint")
    yield wall.laws_of_the_owner()
    yield from wall.looked_up(CASES_SAYING, "text, text", SAYING, gives="TABLE (agency_id bigint, case_id bigint)")


def _walled() -> list[str]:
    names = [table for tables in TENANT.values() for table in tables.split()]
    return [*names, *ACCOUNTS, *OPEN, "saved_views", "users", "agencies"]


def _find_role() -> None:
    """Create the role where it is missing and the login may; else say what somebody else types.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    if op.get_context().as_sql:
        return
    bind = op.get_bind()
    me, may_create, found = bind.execute(
        sa.text(
            "SELECT current_user, rolcreaterole OR rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = :name) "
            "FROM pg_roles WHERE rolname = current_user"
        ),
        {"name": WEB_ROLE},
    ).one()
    if not found and not may_create:
        raise ConfigurationError(
            f"The role {WEB_ROLE} is missing, and {me} may not create roles. Let the administrator of the database "
            f'type: CREATE ROLE {WEB_ROLE} NOLOGIN; GRANT {WEB_ROLE} TO "{me}"; and run this again (docs/wall.md).'
        )
    if not found:
        op.execute(f"CREATE ROLE {WEB_ROLE} NOLOGIN NOINHERIT NOBYPASSRLS")
        op.execute(f'GRANT {WEB_ROLE} TO "{me}"')
