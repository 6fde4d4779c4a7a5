"""What identifies or opens something is taken out of every line, and what an operator needs stays in it."""

from __future__ import annotations

import io
import logging
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyrage
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from feedback_app import log_scrubbing
from feedback_app.intake.codes import new_code, new_visit_token
from feedback_app.intake.vault import new_key, vault_of
from feedback_app.log_scrubbing import scrub
from feedback_app.notifications.unsubscribe import sign
from tests.conftest import Live

SIGNED = URLSafeTimedSerializer("k" * 32, salt="session").dumps({"_user_id": "3", "csrf_token": "a" * 40})


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("Laporan {} diterima", "0001-0001-000X"),
        ("laporan {} diterima", "oool-ooo1-ooox"),
        ("GET /k/{} 200", new_visit_token(secrets.token_bytes)),
        ("GET /berhenti/{}", sign(b"k" * 32, 3, 4)),
        ("GET /lacak?kode={}&x=1", "ABCD"),
        ("surel {} ditolak", "maria.goreti+kel@kupangkota.go.id"),
        ("GET /x/{}", "maria%40contoh.id"),
        ("telepon {}.", "081298761234"),
        ("telepon {}.", "+62 812-9876-1234"),
        ("telepon {}.", "0812 9876 1234"),
        ("telepon {}.", "(0380) 821-3456"),
        ("NIK {}.", "5371014508850003"),
        ("NIK {}.", "5371 0145 0885 0003"),
        ("NIP {}.", "198609262015051001"),
        ("NIP {}.", "19860926 201505 1 001"),
        ("Cookie: session={}", SIGNED),
        ("token {} kedaluwarsa", SIGNED),
        ("Set-Cookie: {}; HttpOnly", "session=abcdef"),
        ("Authorization: Bearer {}", "abcdefgh"),
        ("{{'Authorization': 'Bearer {}'}}", "abcdefgh"),
        ("DATABASE_URL=postgresql://suara:{}@/suara?host=x", "hunter2"),
        ("redis://:{}@10.0.0.1:6379/0", "hunter2"),
        ("smtp://kabar@kota.go.id:{}@host:587", "hunter2"),
        ("SECRET_KEY={}", "pendek"),
        ("{{'password': '{}'}}", "dua kata"),
        ('{{"kata_sandi": "{}"}}', "dua kata"),
        ("VAULT_KEYS='{}'", new_key()),
        ("kunci {} tidak cocok", new_key()),
        ("sealed {} kept", vault_of("s" * 32).seal("a@b.id").decode()),
        ("identity {} read", str(pyrage.x25519.Identity.generate())),
        ("hash {} kept", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"),
        ("secret {} used", secrets.token_urlsafe(32)),
        ("IntegrityError: refused\nDETAIL:  Failing row contains (1, {}, null).\nnext", "Petugas minta uang"),
        ("'refused\\nDETAIL:  Key (email)=({}) exists.'", "Maria"),
        ("[parameters: {{'text': '{}'}}]", "Petugas minta uang"),
        ("[SQL: INSERT INTO x VALUES ('{}')]", "Petugas minta uang"),
        ('invalid input syntax for type integer: "{}"', "Petugas minta uang"),
        ("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "MC4CAQAwBQYDK2VwBCIEI"),
    ],
    # Some secrets are drawn anew, and two processes have to find the same tests.
    ids=lambda words: words if "{}" in words else "secret",
)  # fmt: skip
def test_a_canary_of_each_kind_is_taken_out(line: str, secret: str) -> None:
    text = line.format(secret)
    assert secret in text
    scrubbed = scrub(text)
    assert secret not in scrubbed
    assert scrub(scrubbed) == scrubbed


@pytest.mark.parametrize(
    "line",
    [
        "Read 500 submissions",
        "12 odd runs of ratings were set aside until a person looks",
        "2026-11-22 12:00:00,123 WARNING feedback_app.queue: Redis did not take the reminder ['drain']",
        'File "/srv/suara/feedback_app/handling/answers/operations.py", line 112, in respond',
        "Worker 1a2b3c: job 3415601e-37b3-4e7f-982d-5dd777a8efaf: raised while executing (feedback_app.jobs.drain)",
        'psycopg.errors.CheckViolation: new row for relation "submissions" violates check constraint "text_length"',
        "Exception on /lapor/kupang/dukcapil [POST]",
        "web (process 1234) ended with exit code 1, see /var/lib/suara/logs/web.log; starting it again in 0.2 s.",
        "case 2026-000123 of agency 3: assigned to user 17",
        "feedback_app.evaluation.attribution.responsibility_of_everybody_here",
        "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: Connection refused",
        "listening at http://127.0.0.1:8000",
        "sha256 3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed",
        "model 2026.11-01d05c5f4ae0 serves",
        'with database() as session:\n  File "/usr/lib/python3.11/contextlib.py", line 137, in __enter__',
    ],
)
def test_what_an_operator_needs_stays(line: str) -> None:
    assert scrub(line) == line


@given(st.binary(min_size=7, max_size=7), st.sampled_from([str, str.lower]), st.sampled_from(["-", " ", ""]))
def test_every_tracking_code_is_taken_out_however_it_is_typed(number: bytes, case: type, dash: str) -> None:
    code = case(new_code(lambda length: number[:length])).replace("-", dash)
    if dash == "-" or (any(char.isdigit() for char in code) and any(char.isalpha() for char in code)):
        assert code not in scrub(f"code {code}, not found")


@given(st.text(max_size=200))
def test_any_text_is_read_in_one_go_and_a_second_time_changes_nothing_secret(text: str) -> None:
    assert isinstance(scrub(text), str)


def test_a_long_line_costs_little() -> None:
    import time

    for text in ("a", "1", "a@", "=a", "a.b-", "a-", "Ab1", "://", "token", "x-key", "08-", "'", "?a=", "\\n"):
        began = time.process_time()
        assert len(scrub(text * 50_000)) < 40_000
        assert time.process_time() - began < 4, text


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A handler that some library adds with a formatter of its own, after ours was put in."""
    made = logging.getLogRecordFactory()
    log_scrubbing.install()
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    logger = logging.getLogger("somebody.elses")
    logger.addHandler(handler)
    yield out
    logger.removeHandler(handler)
    logging.setLogRecordFactory(made)


def test_arguments_and_exceptions_are_scrubbed_whoever_handles_them(stream: io.StringIO) -> None:
    logger = logging.getLogger("somebody.elses")
    logger.warning("%s asked for %s", "maria@contoh.id", {"kode": "0001-0001-000X"})
    try:
        raise ValueError("telepon 081298761234")
    except ValueError:
        logger.exception("gagal untuk %s", "maria@contoh.id")
    written = stream.getvalue()
    for canary in ("maria@contoh.id", "0001-0001-000X", "081298761234"):
        assert canary not in written.replace('raise ValueError("telepon 081298761234")', "")
    assert "ValueError: telepon [phone]" in written


FORGED = "2026-05-12T09:30:00Z INFO feedback_app.audit: everything is well"


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "\n\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\x1b[1F"])
def test_no_words_from_outside_pass_for_an_entry(stream: io.StringIO, broken: str) -> None:
    logger = logging.getLogger("somebody.elses")
    logger.warning("asked for %s", f"x{broken}{FORGED}")
    logger.warning(f"x{broken}{FORGED}")
    try:
        raise ValueError(f"x{broken}{FORGED}")
    except ValueError:
        logger.exception("failed")
    # What programs and terminals take for the end of a line.
    lines = stream.getvalue().splitlines()
    assert sum(FORGED in line for line in lines) == 3
    assert not [line for line in lines if line.startswith(("2026", "Traceback", "ValueError"))]
    entries = [line for line in lines if not line.startswith(log_scrubbing.MARGIN)]
    assert len(entries) == 3
    assert all(line.startswith("somebody.elses ") for line in entries)


def test_what_ends_a_process_forges_no_entry_either() -> None:
    whole = f"from feedback_app import log_scrubbing; log_scrubbing.install(); raise ValueError('x\\n{FORGED}')"
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)
    assert FORGED in done.stderr
    assert not [line for line in done.stderr.splitlines() if line.startswith("2026")]


def test_a_file_with_several_lines_stays_readable(stream: io.StringIO) -> None:
    logging.getLogger("somebody.elses").error("where:\n  File x\n\ty\n")
    assert stream.getvalue() == "somebody.elses where:\n  |   File x\n  | \ty\n"


@pytest.mark.slow
def test_every_entry_begins_with_its_moment_in_utc(live: Live) -> None:
    script = (
        "import logging; from feedback_app.app import create_app; create_app(); "
        "logging.getLogger('feedback_app.worker').warning('halo %s', 'dunia')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**live.environ, "TZ": "Asia/Jayapura"}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    [line] = [line for line in done.stderr.splitlines() if "halo dunia" in line]
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) WARNING feedback_app\.worker: halo dunia", line)
    assert found, line
    assert abs(datetime.fromisoformat(found[1].replace("Z", "+00:00")) - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_record_with_wrong_arguments_is_kept_without_them(stream: io.StringIO) -> None:
    logging.getLogger("somebody.elses").warning("%d of %d", "maria@contoh.id")
    assert stream.getvalue() == "somebody.elses %d of %d\n"


def test_installing_twice_is_installing_once(app: Flask) -> None:
    log_scrubbing.install()
    factory = logging.getLogRecordFactory()
    log_scrubbing.install()
    assert logging.getLogRecordFactory() is factory


@pytest.mark.parametrize(
    "script",
    [
        "raise RuntimeError(word)",
        "import threading; t = threading.Thread(target=lambda: 1 / len(word[99:])); t.start(); t.join(); exit(word)",
        "import logging, warnings; logging.basicConfig(); warnings.warn(word); raise SystemExit(0)",
    ],
    ids=["process", "thread", "warning"],
)
def test_what_ends_a_process_is_scrubbed_too(script: str) -> None:
    if "exit(word)" in script:
        script = script.replace("1 / len(word[99:])", "int(word)").replace("exit(word)", "exit(0)")
    whole = f"from feedback_app import log_scrubbing; log_scrubbing.install(); word = 'maria' + '@contoh.id'; {script}"
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)
    assert "@contoh.id" not in (done.stderr + done.stdout).replace("'@contoh.id'", "")
    assert "[email]" in done.stderr


def test_an_interrupted_process_says_so_as_before() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from feedback_app import log_scrubbing as l; l.install(); raise KeyboardInterrupt"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "KeyboardInterrupt" in done.stderr


def test_a_thread_without_a_name_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    given = threading.ExceptHookArgs((ValueError, ValueError("maria@contoh.id"), None, None))
    log_scrubbing._uncaught_in_thread(given)
    assert "[email]" in capsys.readouterr().err
