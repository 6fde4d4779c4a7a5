"""A copy is whole or it is not there; nothing of it lies open on a disk; and it says what it holds."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import tarfile
import threading
import time
from io import BytesIO
from pathlib import Path

import pyrage
import pytest
import sqlalchemy as sa

from feedback_app.backup import archive, shelf
from feedback_app.backup.archive import BackupError, Piece
from feedback_app.backup.checking import check
from feedback_app.db import db
from feedback_app.errors import ConfigurationError
from feedback_app.intake.models import Submission
from tests import factories as make
from tests.backup.conftest import ADDRESS, WORDS, Office


def test_the_file_opens_with_age_alone_and_holds_no_secret(office: Office) -> None:
    path = office.copy()
    (identity,) = office.identities()
    with tarfile.open(fileobj=BytesIO(pyrage.decrypt(path.read_bytes(), [identity]))) as tar:
        names = tar.getnames()
        everything = b"".join(tar.extractfile(name).read() for name in names)  # type: ignore[union-attr]
    assert names[0] == "manifest.json"
    assert names[-1] == "checksums.json"
    assert sum(name.startswith("files/") for name in names) == 1
    assert "secrets.json" not in names
    for secret in (make.SECRET, ADDRESS, str(office.live.settings.database_url).split("@")[0]):
        assert secret.encode() not in everything
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_recipients_open_the_same_file(office: Office) -> None:
    other = pyrage.x25519.Identity.generate()
    path = office.copy("--recipient", str(other.to_public()))
    for identity in (other, *office.identities()):
        assert check(path, [identity]).manifest.rows > 30


def test_the_list_says_what_is_in_it_and_what_has_to_be_kept_apart(office: Office) -> None:
    path = office.copy()
    manifest = check(path, office.identities()).manifest
    assert manifest.counts["submissions"] == 31
    assert manifest.counts["contacts"] == 1
    assert (manifest.files, manifest.files_where, manifest.has_secrets) == (1, "copied", False)
    assert "SECRET_KEY" in manifest.needed
    assert manifest.audit is not None
    assert manifest.audit["seal"] >= 1
    assert not any("secret" in name or ("url" in name and "@" in value) for name, value in manifest.settings.items())
    said = office.call("backup", "check", str(path), "--identity", str(office.identity)).output
    assert "31" not in said.splitlines()[0]
    assert "without secrets; in force were" in said


def test_with_secrets_they_are_in_it(office: Office) -> None:
    checked = check(office.copy("--with-secrets"), office.identities())
    assert checked.secrets["secret_key"] == make.SECRET
    assert "audit-key" in checked.secrets
    assert make.SECRET not in repr(checked)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--recipient"),
        (("--recipient", "age1nothing"), "is no public key of age"),
        (("--recipient", "AGE-SECRET-KEY-1QQQQQQ"), "is no public key of age"),
    ],
    ids=["none", "not one", "the identity itself"],
)
def test_without_a_recipient_nothing_is_written(office: Office, arguments: tuple[str, ...], said: str) -> None:
    try:
        done = office.call("backup", "--to", str(office.folder), *arguments, code=2)
        told = done.output
    except ConfigurationError as error:
        told = str(error)
    assert said in told
    assert list(office.folder.iterdir()) == []


def test_an_existing_file_is_not_overwritten(office: Office) -> None:
    path = office.folder / "mine.age"
    path.write_bytes(b"mine")
    done = office.call("backup", "--to", str(path), "--recipient", office.public, code=1)
    assert "exists already" in done.output
    assert path.read_bytes() == b"mine"


@pytest.mark.slow
def test_a_disk_that_is_full_leaves_nothing_that_looks_whole(office: Office) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "feedback_app", "backup", "--to", str(office.folder), "--recipient",
         office.public],
        env=office.live.environ, capture_output=True, text=True, check=False, preexec_fn=small_disk,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "does not take it" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(office.folder.iterdir()) == []


@pytest.mark.slow
def test_a_command_of_its_own_knows_every_table_with_files(office: Office) -> None:
    """Other tests share a process with the whole application; cron does not."""

    def alone(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "feedback_app", *arguments], env=office.live.environ, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    alone("backup", "--to", str(office.folder), "--recipient", office.public)
    (path,) = office.folder.glob("*.age")
    assert len(check(path, office.identities()).files) == 1
    said = alone("backup", "drill", str(path), "--identity", str(office.identity))
    assert "1 files, each the one its row names" in said
    alone("backup", "check", str(path), "--identity", str(office.identity))


def test_a_dump_that_fails_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "pg_dump"
    broken.write_text("#!/bin/sh\necho half\necho 'pg_dump: error: no more' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("feedback_app.backup.tools.program", lambda *_: broken)
    done = office.call("backup", "--to", str(office.folder), "--recipient", office.public, code=1)
    assert "pg_dump failed (pg_dump: error: no more)" in done.output
    assert list(office.folder.iterdir()) == []


def test_killed_in_the_middle_nothing_looks_like_a_copy(office: Office) -> None:
    office.sql("INSERT INTO submissions SELECT * FROM submissions WHERE false")
    running = subprocess.Popen(
        [sys.executable, "-m", "feedback_app", "backup", "--to", str(office.folder), "--recipient", office.public],
        env=office.live.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ends_at = time.monotonic() + 30
    while not any(office.folder.glob(".*.partial")) and running.poll() is None and time.monotonic() < ends_at:
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()
    whole = [path for path in office.folder.iterdir() if path.suffix == ".age" and not path.name.startswith(".")]
    for path in whole:
        # It was quicker than the kill: then it is whole.
        assert check(path, office.identities()).manifest.rows > 30
    for path in office.folder.glob(".*.partial"):
        assert WORDS.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.slow
def test_what_is_written_meanwhile_is_in_the_copy_or_not_and_the_counts_say_which(office: Office) -> None:
    over = threading.Event()

    def write() -> None:
        with office.live.app.app_context():
            session = db.session()
            unit = make.unit(session, make.agency(session))
            while not over.is_set():
                make.submission(session, unit)
                session.commit()
            db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = office.copy()
    finally:
        over.set()
        writer.join()
    said = office.call("backup", "drill", str(path), "--identity", str(office.identity), code=None).output
    assert "as when the copy was made" in said, said
    with office.live.app.app_context():
        now = db.session.scalar(sa.select(sa.func.count()).select_from(Submission))
        db.session.remove()
    assert check(path, office.identities()).manifest.counts["submissions"] <= (now or 0)


def test_only_the_newest_copies_stay_and_nothing_else_goes(office: Office) -> None:
    for day in ("01", "02", "03", "04"):
        (office.folder / f"suara-202601{day}T000000Z.age").write_bytes(b"x")
    (office.folder / "suara-of-somebody.age").write_bytes(b"x")
    (office.folder / ".suara-20250101T000000Z.age.1.partial").write_bytes(b"x")
    office.call("backup", "--to", str(office.folder), "--recipient", office.public, "--keep", "2")
    names = sorted(path.name for path in office.folder.iterdir())
    assert len(names) == 4
    assert {"suara-20260104T000000Z.age", "suara-of-somebody.age"} <= set(names)
    assert shelf.noted(office.live.settings.home).made_at is not None


def test_memory_stays_small_however_long_the_dump_is(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    script = (
        "import resource, sys; from pathlib import Path; from feedback_app.backup import archive\n"
        "data = bytes(archive.PIECE); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "archive.write(Path(sys.argv[1]), (archive.Piece(f'database/{n:06d}', data) for n in range(50)),"
        " [archive.recipient_of(sys.argv[2])])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "x.age"), str(identity.to_public())],
        capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    assert (tmp_path / "x.age").stat().st_size > 200_000_000
    assert int(done.stdout) < 40_000  # KB


def test_a_piece_that_cannot_be_made_fails_with_its_own_error(tmp_path: Path) -> None:
    def pieces() -> object:
        yield Piece("database/000000", b"x" * 100)
        raise BackupError("the well is dry")

    recipients = [pyrage.x25519.Identity.generate().to_public()]
    with pytest.raises(BackupError, match="the well is dry"):
        archive.write(tmp_path / "x.age", pieces(), recipients)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_new_identity_is_readable_by_its_owner_alone_and_never_overwritten(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    said = office.call("backup", "new-identity", "--to", str(path)).output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert said.splitlines()[0].startswith("age1")
    assert "AGE-SECRET-KEY" not in said
    assert str(archive.identities_in(path)[0].to_public()) == said.splitlines()[0]
    with pytest.raises(ConfigurationError, match="exists already"):
        office.call("backup", "new-identity", "--to", str(path))
