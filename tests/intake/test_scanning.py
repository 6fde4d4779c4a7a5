"""A file is shown to a virus scanner whole, and nothing is taken for clean that it did not call so."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback_app import config
from feedback_app.errors import ConfigurationError
from feedback_app.intake import scanning, turns
from feedback_app.intake.scanning import InfectedFileError, Scanner, ScannerAwayError
from tests.clamd import SIGNATURE, Clamd, clamd
from tests.intake import files


@pytest.fixture(params=["socket", "port"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Clamd]:
    with clamd(tmp_path / "clamd.ctl" if request.param == "socket" else None) as started:
        yield started


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 10_000_000])
def test_a_file_is_shown_whole(running: Clamd, size: int) -> None:
    raw = bytes(number % 251 for number in range(size % 1000)) + bytes(size - size % 1000)
    Scanner(running.url).check(raw)
    assert running.shown == [raw]


def test_what_it_knows_is_refused_and_named_in_the_log(running: Clamd, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(InfectedFileError, match="Pemindai virus menolak berkas ini"):
        Scanner(running.url).check(b"a" * 70_000 + SIGNATURE)
    assert "found Uji.Tanda-1 in a file" in caplog.text


def test_the_name_of_what_it_found_forges_no_line_of_the_log(running: Clamd, caplog: pytest.LogCaptureFixture) -> None:
    running.says = f"stream: x\ny {'z' * 500} FOUND"
    with caplog.at_level(logging.WARNING), pytest.raises((InfectedFileError, ScannerAwayError)):
        Scanner(running.url).check(b"x")
    assert all("\n" not in record.getMessage() and len(record.getMessage()) < 200 for record in caplog.records)


@pytest.mark.parametrize(
    "words",
    ["INSTREAM size limit exceeded. ERROR", "stream: OK ERROR", "OK", " ", "stream: OK\nstream: x FOUND", "x" * 5000],
)
def test_whatever_else_it_says_is_not_clean(running: Clamd, words: str) -> None:
    running.says = words
    with pytest.raises(ScannerAwayError):
        Scanner(running.url).check(b"x")


def test_one_that_never_answers_is_waited_for_so_long(running: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    running.is_silent = True
    with pytest.raises(ScannerAwayError, match="timed out"):
        Scanner(running.url).check(b"x")


@pytest.mark.parametrize("url", ["unix:///nonexistent/clamd.ctl", "tcp://127.0.0.1:1"])
def test_one_that_is_not_there_is_named_by_what_went_wrong(url: str) -> None:
    with pytest.raises(ScannerAwayError, match=r"FileNotFoundError|ConnectionRefusedError"):
        Scanner(url).check(b"x")


@pytest.mark.parametrize(
    ("words", "made_at"),
    [
        ("ClamAV 1.0.7/27500/Mon Nov 23 09:12:45 2026", datetime(2026, 11, 23, 9, 12, 45, tzinfo=UTC)),
        ("ClamAV 1.4.1", None),
        ("ClamAV 1.4.1/27500/soon", None),
    ],
)
def test_it_says_who_it_is_and_how_old_its_signatures_are(running: Clamd, words: str, made_at: datetime | None) -> None:
    running.version = words
    found = Scanner(running.url).state()
    assert (found.program, found.made_at) == (words.split("/")[0].removeprefix("ClamAV "), made_at)


def test_something_else_at_its_address_is_not_taken_for_it(running: Clamd) -> None:
    running.version = "220 mail.contoh.go.id"
    with pytest.raises(ScannerAwayError):
        Scanner(running.url).state()


def test_it_sees_a_file_before_a_decoder_does(running: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.intake.pictures.cleaned", lambda _raw: pytest.fail("opened"))
    with pytest.raises(InfectedFileError):
        turns.cleaned_in_turn(io.BytesIO(SIGNATURE), scanner=Scanner(running.url))


def test_a_file_waits_for_nobody_where_the_scanner_is_away(caplog: pytest.LogCaptureFixture) -> None:
    away = Scanner("tcp://127.0.0.1:1")
    with pytest.raises(turns.BusyError, match="virus scanner"):
        turns.cleaned_in_turn(io.BytesIO(files.written("JPEG")), scanner=away)
    # Its place in the line is free again.
    for _ in range(turns.AT_ONCE + turns.MOST_WAITING + 1):
        with pytest.raises(turns.BusyError, match="virus scanner"):
            turns.cleaned_in_turn(io.BytesIO(files.written("JPEG")), scanner=away)
    assert "A file was refused" not in caplog.text


@pytest.mark.parametrize("url", ["unix:///run/clamav/clamd.ctl", "tcp://127.0.0.1:3310", "tcp://localhost"])
def test_its_address_is_a_socket_or_a_port(url: str) -> None:
    assert config.load({"CLAMD_URL": url}).clamd_url == url


@pytest.mark.parametrize(
    "url", ["/run/clamd", "unix://", "unix://run/clamd", "unix:///", "tcp://", "tcp://h:x", "http://h"]
)
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ConfigurationError, match="CLAMD_URL"):
        config.load({"CLAMD_URL": url})
