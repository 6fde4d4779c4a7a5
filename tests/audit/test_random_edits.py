"""Whatever single change is made to the trail or its seals, the verification notices it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.audit.conftest import TABLES, Ledger

# A column of each kind with an expression that surely changes it.
OTHER = {
    "timestamp with time zone": "{} + interval '1 second'",
    "bigint": "coalesce({}, 0) + 1000",
    "text": "{} || 'x'",
    "character varying": "{} || 'x'",
    "jsonb": "{} || '{{\"more\": 1}}'",
    "bytea": "sha256(coalesce({}, ''))",
}
# Not signed, and nothing follows from it: how long a path is follows from the place, and is checked where it is used.
NOT_SIGNED = {("audit_sections", "path"), ("platform_sections", "path"), ("audit_sections", "place"),
              ("platform_sections", "place"), ("audit_sections", "places"), ("platform_sections", "places"),
              ("audit_sections", "agency_id")}  # fmt: skip


def _columns(session: Session, table: str) -> list[tuple[str, str]]:
    rows = session.execute(
        sa.text("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :t"), {"t": table}
    )
    return sorted((name, kind) for name, kind in rows if (table, name) not in NOT_SIGNED)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_change_goes_unnoticed(ledger: Ledger, data: st.DataObject) -> None:
    session = ledger.session
    table = data.draw(st.sampled_from(TABLES))
    rows = session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0
    row = data.draw(st.integers(0, rows - 1))
    where = f"ctid = (SELECT ctid FROM {table} ORDER BY ctid LIMIT 1 OFFSET {row})"
    column = data.draw(st.sampled_from([None, *_columns(session, table)]))
    assert ledger.verify().holds
    with session.begin_nested() as point:
        if column is None:
            changed = ledger.force(f"DELETE FROM {table} WHERE {where}")
        else:
            name, kind = column
            changed = ledger.force(f"UPDATE {table} SET {name} = {OTHER[kind].format(name)} WHERE {where}")
        assert changed == 1
        session.expire_all()
        verdict = ledger.verify()
        assert not verdict.holds, (table, column, row)
        assert verdict.first is not None
        point.rollback()
