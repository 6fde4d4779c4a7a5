"""What a citizen sent, and when what was done to it, stays as it is for whoever comes by the web; so do ways to a role."""

from __future__ import annotations

from typing import Final

from alembic import op

from feedback_app.db_wall.roles import WEB_ROLE

revision = "0019_sent_stays"
down_revision = "0018_wall"
branch_labels = None
depends_on = None

# Every figure about a unit or a person is counted from these rows. What the pages change of them: words and files that
# a citizen has erased, the reasons a kiosk asks for after the tap, marks of a network that is cleared of suspicion; the
# words of a line of a case's story; that a questionnaire was folded into sums, set aside or withdrawn.
CHANGES: Final = {
    "submissions": "text, erased_at, reasons, wants_reply, network_mark",
    "case_events": "reason",
    "skm_responses": "is_withdrawn, is_folded, set_aside_id, entry_key",
}
# A role said to be given on the terminal needs no second person; the web is not the terminal, and says so nowhere.
SOURCES: Final = "suara_web_sources"


def upgrade() -> None:
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM {WEB_ROLE}")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {WEB_ROLE}")
    op.execute(
        f"CREATE POLICY {SOURCES} ON role_grants AS RESTRICTIVE FOR INSERT TO {WEB_ROLE} "
        "WITH CHECK (source::text <> 'cli' AND source::text <> 'demo')"
    )


def downgrade() -> None:
    op.execute(f"DROP POLICY {SOURCES} ON role_grants")
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM {WEB_ROLE}")
        op.execute(f"GRANT UPDATE ON {table} TO {WEB_ROLE}")
