"""A small installation with a bit of everything, and one copy of it that the tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app import config, jobs_trust
from feedback_app.audit.operations import CITIZEN, SYSTEM, record
from feedback_app.backup.archive import identities_in
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.drain.run import drain_batch
from feedback_app.intake import attachments
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.pictures import cleaned
from feedback_app.intake.rules import ContactKind, SubmissionKind
from feedback_app.storage import open_storage
from tests import factories as make
from tests.conftest import Live
from tests.drain.test_run import FakeReader
from tests.intake import files

WORDS = "Petugas loket meminta uang rokok"
ADDRESS = "maria.canary@contoh.id"


@dataclass(frozen=True)
class Office:
    """An installation, the folder for copies, and the file with the identity that opens them."""

    live: Live
    folder: Path
    identity: Path
    public: str

    def call(self, *arguments: str, code: int | None = 0) -> Result:
        done = CliRunner().invoke(main, arguments)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert code is None or done.exit_code == code, done.output
        return done

    def copy(self, *more: str) -> Path:
        before = set(self.folder.glob("*.age"))
        self.call("backup", "--to", str(self.folder), "--recipient", self.public, *more)
        (made,) = set(self.folder.glob("*.age")) - before
        return made

    def identities(self) -> list[object]:
        return identities_in(self.identity)

    def sql(self, *statements: str) -> None:
        with self.live.app.app_context():
            for statement in statements:
                db.session.execute(sa.text(statement))
                db.session.commit()
            db.session.remove()


@pytest.fixture
def office(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in config.SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    made = pyrage.x25519.Identity.generate()
    identity = tmp_path / "offsite.key"
    identity.write_text(f"# kept elsewhere\n{made}\n")
    folder = tmp_path / "copies"
    folder.mkdir()
    fill(live)
    return Office(live, folder, identity, str(made.to_public()))


def fill(live: Live) -> None:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session)
        unit = make.unit(session, agency)
        for number in range(30):
            make.submission(session, unit, rating=1 + number % 4)
        report = make.submission(
            session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=WORDS, tracking_hash=b"t" * 32
        )
        attachments.add(
            session, open_storage(live.settings), agency.id, report.id, cleaned(files.written("JPEG")), now=make.NOW
        )
        owner, address = Owner(agency.id, submission_id=report.id), Address(ContactKind.EMAIL, ADDRESS)
        keep_contact(session, owner, address, vault=live.app.config["VAULT"], language="id", now=make.NOW)
        for actor in (SYSTEM, CITIZEN):
            record(
                session, agency_id=agency.id, actor=actor, action="intake.submit", subject_type="submission",
                subject_id=report.id, now=make.NOW,
            )  # fmt: skip
        session.commit()
        while drain_batch(session, FakeReader(), limit=500, now=make.NOW).read:
            session.commit()
        session.commit()
        jobs_trust.seal_audit_whole()
        db.session.remove()


@pytest.fixture
def other_database(office: Office, servers: config.Settings) -> Iterator[Callable[[], str]]:
    """Empty databases on the same server, dropped afterwards."""
    import secrets
    from contextlib import ExitStack

    from tests.conftest import fresh_database

    with ExitStack() as stack:
        yield lambda: stack.enter_context(fresh_database(servers, f"suara_other_{secrets.token_hex(4)}"))
