"""What `feedback doctor` sees in the database: its tables, its walls, its trail, and whether work goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.doctor_lines import Lines, bad, judged, ok, span, warn
from feedback_app.cli.doctor_settings import is_public
from feedback_app.config import Settings

_SKEW_WARN: Final = timedelta(seconds=2)
_SKEW_BAD: Final = timedelta(seconds=30)
_UNSEALED_WARN: Final = timedelta(minutes=10)
_UNSEALED_BAD: Final = timedelta(hours=2)
_HEARTBEAT: Final = timedelta(hours=26)
_PENDING_BAD: Final = timedelta(minutes=15)
_RETENTION: Final = timedelta(days=2)
_SAMPLE: Final = 200


def tables(session: Session, settings: Settings) -> Lines:  # noqa: ARG001
    """Compare the revision of the tables with the code's."""
    from feedback_app.backup.restoring import newest_revision

    here, ours = session.scalar(sa.text("SELECT version_num FROM alembic_version")), newest_revision()
    yield judged(
        "tables", f"tables are at {here}", f"feedback db upgrade (the program is at {ours})",
        is_warn=False, is_bad=here != ours,
    )  # fmt: skip


def time(session: Session, settings: Settings) -> Lines:  # noqa: ARG001
    """Compare the clock of this machine with the database's: signatures, deadlines and codes rest on both."""
    before = clock.utcnow()
    theirs = session.scalar(sa.text("SELECT clock_timestamp()"))
    middle = before + (clock.utcnow() - before) / 2
    skew = abs(theirs - middle) if isinstance(theirs, datetime) else timedelta(0)
    yield judged(
        "clock", f"clocks differ by {skew.total_seconds():.1f} s", "let both machines follow the same NTP servers",
        is_warn=skew > _SKEW_WARN, is_bad=skew > _SKEW_BAD,
    )  # fmt: skip


def server(session: Session, settings: Settings) -> Lines:  # noqa: ARG001
    """Look at settings of the server that would lose what was acknowledged, or write it into a log."""
    for name, wanted in (("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")):
        found = session.scalar(sa.text(f"SHOW {name}"))
        if found != wanted:
            text = f"PostgreSQL runs with {name} = {found}"
            yield bad("postgres", f"{text}: a power cut loses what was acknowledged", f"set {name} = {wanted}")
    length = session.scalar(sa.text("SHOW log_parameter_max_length"))
    logs = [
        name
        for name, off in (("log_statement", {"none", "ddl"}), ("log_min_duration_statement", {"-1"}))
        if session.scalar(sa.text(f"SHOW {name}")) not in off
    ]
    if logs and length != "0":
        yield bad(
            "postgres_log", f"{', '.join(logs)} writes what citizens wrote into the log of the server",
            "set log_parameter_max_length = 0",
        )  # fmt: skip
    else:
        yield ok("postgres_log", "the log of the server holds no parameters")


def wall(session: Session, settings: Settings) -> Lines:  # noqa: ARG001
    """Ask the second wall itself."""
    from feedback_app.db_wall.problems import problems

    found = problems(session)
    for text in found:
        yield bad("wall", text, "see docs/wall.md")
    if not found:
        yield ok("wall", "the second wall stands")


def accounts(session: Session, settings: Settings) -> Lines:
    """Look for accounts whose password is published, and for administrators."""
    count = session.scalar(sa.text("SELECT count(*) FROM users WHERE active AND email LIKE '%.demo'")) or 0
    if count:
        yield judged(
            "demo_accounts", f"{count} accounts of the demo are open to everybody",
            "load the demo elsewhere, or close them",
            is_warn=True, is_bad=is_public(settings),
        )  # fmt: skip
    heads = session.scalars(
        sa.text(
            "SELECT a.code FROM agencies a WHERE NOT EXISTS "
            "(SELECT 1 FROM role_grants g JOIN users u ON u.id = g.user_id "
            "WHERE g.agency_id = a.id AND g.role = 'administrator' AND u.active) ORDER BY 1"
        )
    ).all()
    for code in heads:
        yield warn(
            "administrator",
            f"{code} has no administrator",
            f"feedback accounts invite EMAIL --name … --agency {code} --administrator",
        )


def trail(session: Session, settings: Settings) -> Lines:
    """Look at whether the audit trail is sealed as it grows, and whether its key is there."""
    now = clock.utcnow()
    sealed_at = session.scalar(sa.text("SELECT max(sealed_at) FROM audit_seals"))
    oldest = session.scalar(
        sa.text(
            "SELECT min(e.at) FROM audit_events e WHERE NOT EXISTS "
            "(SELECT 1 FROM audit_leaves l WHERE l.agency_id = e.agency_id AND l.event_id = e.id)"
        )
    )
    if sealed_at is None:
        yield warn(
            "audit", "nothing of the audit trail is sealed yet", "start the worker and the sweep (`feedback up`)"
        )
    else:
        # What was loaded with older dates is sealed when it comes, so its age says nothing.
        waits = now - max(oldest, sealed_at) if oldest is not None else timedelta(0)
        yield judged(
            "audit", f"the audit trail was sealed {span(now - sealed_at)} ago",
            "start the worker and the sweep; the worker's log says why it does not seal",
            is_warn=waits > _UNSEALED_WARN or now - sealed_at > _HEARTBEAT, is_bad=waits > _UNSEALED_BAD,
        )  # fmt: skip
    if sealed_at is not None and not settings.audit_key.is_file():
        yield bad(
            "audit_key", f"the key of the seals is not in {settings.audit_key}", "put its copy back; see docs/audit.md"
        )


def work(session: Session, settings: Settings) -> Lines:  # noqa: ARG001
    """Look at what waits."""
    oldest = session.scalar(sa.text("SELECT min(received_at) FROM submissions WHERE analysis = 'pending'"))
    age = clock.utcnow() - oldest if isinstance(oldest, datetime) else timedelta(0)
    yield judged(
        "drain", f"the oldest unread submission waits for {span(age)}" if oldest else "every submission is read",
        "start the worker; its log says why it does not read",
        is_warn=age > _PENDING_BAD / 3, is_bad=age > _PENDING_BAD,
    )  # fmt: skip
    aside = session.scalar(sa.text("SELECT count(*) FROM submissions WHERE analysis = 'quarantined'")) or 0
    if aside:
        yield warn("drain_aside", f"{aside} submissions could not be read", "see the worker's log; they are kept")


def retention(session: Session, settings: Settings) -> Lines:  # noqa: ARG001
    """Look at when what may not be kept was last removed."""
    last = session.scalar(sa.text("SELECT max(finished_at) FROM retention_runs WHERE NOT is_dry"))
    if last is None:
        yield warn("retention", "retention never ran", "start the worker and the sweep; see docs/privacy.md")
        return
    age = clock.utcnow() - last
    yield judged(
        "retention", f"retention ran {span(age)} ago", "the worker's log says why it does not run",
        is_warn=age > _RETENTION, is_bad=age > 7 * _RETENTION,
    )  # fmt: skip


def contacts(session: Session, settings: Settings) -> Lines:
    """Try whether the newest contacts open with the keys at hand; none is shown."""
    from feedback_app.intake.extra_models import Contact
    from feedback_app.intake.vault import vault_of
    from feedback_app.key_files import vault_key_file

    vault = vault_of(settings.lasting or "", settings.vault_keys, vault_key_file(settings.home))
    newest = session.scalars(sa.select(Contact.sealed).order_by(Contact.added_at.desc()).limit(_SAMPLE)).all()
    keys = vault.all_keys()
    shut = sum(1 for sealed in newest if not any(vault.is_sealed_by(key, sealed) for key in keys))
    yield judged(
        "contacts", f"{len(newest) - shut} of the newest {len(newest)} contacts open",
        "put the missing key back: feedback keys status", is_warn=False, is_bad=shut > 0,
    )  # fmt: skip


def factors(session: Session, settings: Settings) -> Lines:
    """Try whether the newest secrets of authenticator apps open: they rest on LASTING_SECRET, as all that lasts."""
    from feedback_app.app import derived_key
    from feedback_app.identity.factors.models import AccountFactors
    from feedback_app.identity.factors.sealing import SecretBox, UnreadableSecretError

    box = SecretBox(derived_key(settings.lasting or "", "totp-secret"))
    rows = session.execute(
        sa.select(AccountFactors.user_id, AccountFactors.totp_sealed)
        .where(AccountFactors.totp_sealed.is_not(None))
        .order_by(AccountFactors.totp_since.desc())
        .limit(_SAMPLE)
    ).all()
    shut = 0
    for user_id, sealed in rows:
        try:
            box.open(sealed or b"", user_id=user_id)
        except UnreadableSecretError:
            shut += 1
    yield judged(
        "factors", f"{len(rows) - shut} of the newest {len(rows)} authenticator apps can be checked",
        "put LASTING_SECRET back as it was; with another one no password and no code fits either "
        "(docs/operations.md#keys)",
        is_warn=False, is_bad=shut > 0,
    )  # fmt: skip


CHECKS: Final = {
    "tables": tables, "clock": time, "postgres": server, "wall": wall, "accounts": accounts, "audit": trail,
    "drain": work, "retention": retention, "contacts": contacts,
    "factors": factors,
}  # fmt: skip
