"""Files beside a report: five at most, no row without its file, nothing left for good."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from feedback_app import config, jobs
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import CITIZEN
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.intake import orphans, pictures, turns
from feedback_app.intake.attachments import (
    TooManyAttachmentsError,
    UnattachableError,
    UnknownAttachmentError,
    add,
    attachable,
    attachment_of,
    attachments_of,
    erase_all,
)
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.models import Submission
from feedback_app.intake.pictures import CleanFile, TooLargeFileError, cleaned
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, SubmissionKind
from feedback_app.storage import Disk, StorageUnavailableError, new_key
from tests import factories as make
from tests.conftest import Live
from tests.intake import files

PHOTO = cleaned(files.written("JPEG"))


class FullDisk(Disk):
    """A folder that takes nothing."""

    def put(self, key: str, data: bytes) -> None:  # noqa: ARG002
        raise StorageUnavailableError("full")


@pytest.fixture
def place(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "files")


@pytest.fixture
def report(session: Session) -> Submission:
    unit = make.unit(session, make.agency(session))
    return make.submission(
        session,
        unit,
        kind=SubmissionKind.COMPLAINT,
        rating=None,
        text="Loket tutup sejak pagi.",
        tracking_hash=b"t" * 32,
    )


def keep(session: Session, place: Disk, report: Submission, file: CleanFile = PHOTO) -> Attachment:
    return add(session, place, report.agency_id, report.id, file, now=make.NOW)


def keys(place: Disk) -> set[str]:
    return {file.key for file in place.stored()}


def test_file_is_kept_with_what_it_is(session: Session, place: Disk, report: Submission) -> None:
    row = keep(session, place, report)
    assert (row.kind, row.media_type, row.width, row.height) == ("photo", "image/jpeg", 64, 48)
    assert (row.size_bytes, row.sha256) == (len(PHOTO.data), hashlib.sha256(PHOTO.data).digest())
    with place.open(row.storage_key) as stream:
        assert stream.read() == PHOTO.data


def test_document_has_no_width(session: Session, place: Disk, report: Submission) -> None:
    row = keep(session, place, report, cleaned(files.PDF))
    assert (row.kind, row.media_type, row.width) == ("document", "application/pdf", None)


def test_audit_trail_notes_ids_and_sizes_only(session: Session, place: Disk, report: Submission) -> None:
    row = keep(session, place, report)
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "intake.attach")).one()
    assert (event.subject_id, event.actor_kind) == (report.id, "citizen")
    assert event.detail == {"attachment_id": row.id, "kind": "photo", "size_bytes": row.size_bytes}


def test_sixth_file_is_refused_and_leaves_nothing(session: Session, place: Disk, report: Submission) -> None:
    for _ in range(ATTACHMENTS_MAX):
        keep(session, place, report)
    with pytest.raises(TooManyAttachmentsError):
        keep(session, place, report)
    assert len(keys(place)) == ATTACHMENTS_MAX == len(attachments_of(session, report.agency_id, report.id))


def test_file_that_cannot_be_written_gets_no_row(session: Session, tmp_path: Path, report: Submission) -> None:
    with pytest.raises(StorageUnavailableError):
        keep(session, FullDisk(tmp_path), report)
    assert attachments_of(session, report.agency_id, report.id) == []


def test_erased_report_takes_no_files(session: Session, place: Disk, report: Submission) -> None:
    report.erased_at = make.NOW
    session.flush()
    with pytest.raises(UnattachableError):
        keep(session, place, report)
    assert keys(place) == set()
    found = attachable(session, b"t" * 32)
    assert found is not None
    assert not found.takes_files


def test_code_opens_its_own_report_only(session: Session, report: Submission) -> None:
    found = attachable(session, b"t" * 32)
    assert found is not None
    assert (found.agency_id, found.submission_id, found.takes_files) == (report.agency_id, report.id, True)
    assert attachable(session, b"u" * 32) is None


def test_rating_that_waits_for_no_answer_takes_no_files(session: Session, report: Submission) -> None:
    unit = make.unit(session, make.agency(session))
    make.submission(session, unit, tracking_hash=b"r" * 32, wants_reply=False)
    make.submission(session, unit, tracking_hash=b"s" * 32, wants_reply=True, text="Mohon dibalas segera.")
    answers = [attachable(session, mark * 32) for mark in (b"r", b"s")]
    assert [found.takes_files for found in answers if found] == [False, True]


def test_file_of_another_report_does_not_exist(session: Session, place: Disk, report: Submission) -> None:
    row = keep(session, place, report)
    other = make.submission(session, make.unit(session, make.agency(session)))
    assert attachment_of(session, report.agency_id, report.id, row.id) == (row, 1)
    for agency_id, submission_id in ((other.agency_id, other.id), (report.agency_id, other.id)):
        with pytest.raises(UnknownAttachmentError):
            attachment_of(session, agency_id, submission_id, row.id)


def test_erased_files_go_once_the_erasure_is_committed(session: Session, place: Disk, report: Submission) -> None:
    kept = {keep(session, place, report).storage_key for _ in range(2)}
    session.commit()
    assert erase_all(session, place, report.agency_id, report.id, actor=CITIZEN, now=make.NOW) == 2
    assert keys(place) == kept
    session.commit()
    assert keys(place) == set()


def test_erasure_that_is_undone_keeps_the_files(session: Session, place: Disk, report: Submission) -> None:
    kept = {keep(session, place, report).storage_key}
    session.commit()
    erase_all(session, place, report.agency_id, report.id, actor=CITIZEN, now=make.NOW)
    session.rollback()
    session.commit()
    assert keys(place) == kept
    assert len(attachments_of(session, report.agency_id, report.id)) == 1


def grown_old(place: Disk, *only: str) -> None:
    for path in place.root.rglob("*"):
        if path.is_file() and (not only or path.name in only):
            then = (datetime.now(UTC) - timedelta(days=2)).timestamp()
            os.utime(path, (then, then))


def test_old_file_without_a_row_is_swept_and_nothing_else(session: Session, place: Disk, report: Submission) -> None:
    kept = keep(session, place, report).storage_key
    old, young = new_key(), new_key()
    place.put(old, b"x")
    place.put(young, b"x")
    grown_old(place, kept, old)
    assert orphans.remove_orphans(session, place, now=datetime.now(UTC)) == 1
    assert keys(place) == {kept, young}


def test_sweep_of_most_files_is_refused_unless_it_is_meant(session: Session, place: Disk) -> None:
    for _ in range(orphans.SUSPICIOUS_FROM):
        place.put(new_key(), b"x")
    grown_old(place)
    with pytest.raises(orphans.TooManyOrphansError):
        orphans.remove_orphans(session, place, now=datetime.now(UTC))
    assert len(keys(place)) == orphans.SUSPICIOUS_FROM
    assert orphans.remove_orphans(session, place, now=datetime.now(UTC), even_many=True) == orphans.SUSPICIOUS_FROM


def test_comparison_names_every_row_and_file_that_does_not_fit(
    session: Session, place: Disk, report: Submission
) -> None:
    whole, lost, other = (keep(session, place, report) for _ in range(3))
    assert orphans.compare(session, place, now=datetime.now(UTC)).is_clean
    place.delete(lost.storage_key)
    place.put(other.storage_key, b"something else")
    place.put(left := new_key(), b"x")
    grown_old(place, left)
    found = orphans.compare(session, place, now=datetime.now(UTC))
    assert (found.missing, found.changed) == ([f"attachments {lost.id}"], [f"attachments {other.id}"])
    assert found.orphans == [left]
    assert found.rows >= 3
    quick = orphans.compare(session, place, now=datetime.now(UTC), read_files=False)
    assert (quick.missing, quick.changed) == ([f"attachments {lost.id}"], [])
    assert f"attachments {whole.id}" not in found.missing + found.changed


def test_only_one_file_is_cleaned_at_a_time_and_who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(_raw: bytes) -> CleanFile:
        begun.set()
        may_end.wait(10)
        return PHOTO

    monkeypatch.setattr(pictures, "cleaned", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(turns.cleaned_in_turn, io.BytesIO(b"x"))
        assert begun.wait(10)
        with pytest.raises(turns.BusyError):
            turns.cleaned_in_turn(io.BytesIO(b"y"), wait_seconds=0.05)
        may_end.set()
        assert first.result() is PHOTO
    assert turns.cleaned_in_turn(io.BytesIO(b"z"), wait_seconds=0.05) is PHOTO


def test_file_that_is_too_large_waits_for_no_turn() -> None:
    with pytest.raises(TooLargeFileError):
        turns.cleaned_in_turn(io.BytesIO(bytes(ATTACHMENT_BYTES_MAX + 1)))


@pytest.fixture
def stored_report(live: Live) -> Iterator[tuple[int, int]]:
    with live.app.app_context():
        session = db.session()
        unit = make.unit(session, make.agency(session))
        row = make.submission(session, unit, tracking_hash=b"t" * 32)
        session.commit()
        yield row.agency_id, row.id


def test_of_many_files_at_once_five_are_kept(live: Live, stored_report: tuple[int, int]) -> None:
    place, agency_id, submission_id = live.app.extensions["suara_storage"], *stored_report

    def one(_number: int) -> bool:
        with Session(db.engine) as own:
            try:
                add(own, place, agency_id, submission_id, PHOTO, now=make.NOW)
                own.commit()
            except TooManyAttachmentsError:
                return False
            return True

    engine = db.engine
    with ThreadPoolExecutor(8) as pool, live.app.app_context():
        assert engine is db.engine
        done = list(pool.map(lambda n: _in_context(live, one, n), range(12)))
    assert done.count(True) == ATTACHMENTS_MAX
    assert len(keys(place)) == ATTACHMENTS_MAX
    assert len(attachments_of(db.session(), agency_id, submission_id)) == ATTACHMENTS_MAX


def _in_context(live: Live, work: object, number: int) -> bool:
    with live.app.app_context():
        return bool(work(number))  # type: ignore[operator]


def test_job_removes_what_a_crash_left_behind(live: Live) -> None:
    place = live.app.extensions["suara_storage"]
    place.put(new_key(), b"x")
    with live.app.app_context():
        assert jobs.remove_orphan_files() == 0
        grown_old(place)
        assert jobs.remove_orphan_files() == 1
    assert keys(place) == set()


def test_command_tells_whether_every_file_is_there(
    live: Live, stored_report: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in config.SETTING_NAMES:
        if name in live.environ:
            monkeypatch.setenv(name, live.environ[name])
    place, session = live.app.extensions["suara_storage"], db.session()
    row = add(session, place, *stored_report, PHOTO, now=make.NOW)
    session.commit()
    run = CliRunner()
    whole = run.invoke(main, ["attachments", "check"])
    assert (whole.exit_code, whole.output) == (0, "1 files\n")
    place.delete(row.storage_key)
    place.put(left := new_key(), b"x")
    grown_old(place)
    broken = run.invoke(main, ["attachments", "check", "--remove-orphans"])
    assert broken.exit_code == 1
    assert f"1 rows without their file: attachments {row.id}" in broken.output
    assert f"1 files without a row: {left}" in broken.output
    assert keys(place) == set()
