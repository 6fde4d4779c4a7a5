"""`feedback classify FILE --format jsonl` as a program meets it: an answer a line, in order, with no server near."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from feedback_app.cli import classify_stream, main
from feedback_app.nlp import Classifier
from feedback_app.nlp.labels import Aspect, Kind, Language, Sentiment, Urgency
from feedback_app.nlp.reading import Reading
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT

LEVY = "Petugas loket minta uang pungli 200 ribu supaya KTP saya cepat jadi, NIK 3578012304850003 😀 HP 081234567890"
NOWHERE = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://127.0.0.1:1/none"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "feedback_app", "classify", *arguments]


def lines_of(*objects: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


def classify(given: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Put lines through the command as a process of its own, with nothing to serve it."""
    return subprocess.run(
        command(*(arguments or ("--format", "jsonl"))), input=given, env=NOWHERE, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def talking() -> Iterator[subprocess.Popen[bytes]]:
    """The command, waiting for the next line."""
    process = subprocess.Popen(
        command("-", "--format", "jsonl"), env=NOWHERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background passes an ignored SIGINT on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    with process:
        yield process
        process.kill()


def say(process: subprocess.Popen[bytes], given: object) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines_of(given))
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_an_answer_has_exactly_the_promised_parts_in_their_order() -> None:
    done = classify(lines_of({"id": 7, "text": LEVY}))
    assert (done.returncode, done.stderr) == (0, b"")
    (answer,) = answers(done)
    assert list(answer) == ["id", "language", "kind", "sentiment", "aspect", "urgency", "integrity", "pii", "version"]
    assert answer["id"] == 7
    assert answer["language"] in set(Language)
    for head, known in (("kind", Kind), ("sentiment", Sentiment), ("aspect", Aspect), ("urgency", Urgency)):
        assert list(answer[head])[:3] == ["label", "p", "best"]
        assert answer[head]["label"] in {None, answer[head]["best"]}
        assert answer[head]["best"] in set(known)
        assert 0 <= answer[head]["p"] <= 1
        assert answer[head]["p"] == round(answer[head]["p"], 4)
    assert list(answer["aspect"])[3:] == ["top3"]
    assert [len(pair) for pair in answer["aspect"]["top3"]] == [2, 2, 2]
    assert answer["aspect"]["top3"][0][0] == answer["aspect"]["best"]
    assert list(answer["urgency"])[3:] == ["reason"]
    assert answer["urgency"]["reason"] == "rule:illegal_levy"
    assert answer["integrity"] is True
    assert answer["version"] == Classifier.load().model_version


def test_spans_count_characters_of_the_text_as_it_was_given() -> None:
    given = f"  Ｙ{LEVY}"  # what is normalised before reading moves nothing
    (answer,) = answers(classify(lines_of({"id": 1, "text": given})))
    assert [(span["type"], given[span["start"] : span["end"]]) for span in answer["pii"]] == [
        ("NIK", "3578012304850003"), ("PHONE", "081234567890"),
    ]  # fmt: skip


def test_answers_stand_in_the_order_of_the_lines_with_the_id_that_was_given() -> None:
    ids: list[Any] = [3, "x", None, 1.5, [1, {"a": None}], {"b": []}, True, "", "é\ud800"]
    done = classify(lines_of(*({"id": one, "text": f"Antrean lama {place}"} for place, one in enumerate(ids))))
    assert [answer["id"] for answer in answers(done)] == ids


def test_a_text_without_words_has_an_answer_that_is_sure_of_nothing() -> None:
    for answer in answers(classify(lines_of(*({"id": 1, "text": text} for text in ("", "   ", "?!", "😀"))))):
        assert [answer[head]["label"] for head in ("kind", "sentiment", "aspect")] == [None, None, None]
        assert all(answer[head]["best"] for head in ("kind", "sentiment", "aspect", "urgency"))


def test_bad_lines_are_named_by_number_and_the_others_are_answered() -> None:
    secret = b"NIK saya 3578012304850003"
    done = classify(
        lines_of({"id": 1, "text": "Jalan rusak"}) + b"\n" + secret + b"\n" + b"[1]\n" + b"\xff\n"
        + lines_of({"id": 2, "text": "Terima kasih"}, {"id": 3}).rstrip(b"\n")
    )  # fmt: skip
    assert done.returncode == 2
    assert [answer["id"] for answer in answers(done)] == [1, 2]
    told = done.stderr.decode().splitlines()
    assert [line.split(" skipped: ")[0] for line in told] == ["line 3", "line 4", "line 5", "line 7"]
    assert secret not in done.stderr


def test_a_line_of_fifty_megabytes_costs_a_sentence_and_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "pesan.jsonl"
    path.write_bytes(b'{"id":1,"text":"' + b"a" * 50_000_000 + b'"}\n' + lines_of({"id": 2, "text": "Terima kasih"}))
    code = (
        "import re, sys; from feedback_app.cli.classify_stream import classify_stream\n"
        f"code = classify_stream({str(path)!r}, None, as_table=False, explain=False)\n"
        # Not ru_maxrss: that of a new process begins with what its parent had.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
        "print(int(peak) // 1024, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=NOWHERE, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert [answer["id"] for answer in answers(done)] == [2]
    told = done.stderr.decode().splitlines()
    assert told[0] == "line 1 skipped: it is longer than 1,048,576 bytes"
    assert int(told[1]) < 400, "megabytes"


def test_a_line_is_answered_before_the_next_one_is_written(talking: subprocess.Popen[bytes]) -> None:
    assert say(talking, {"id": 1, "text": "Jalan rusak"})["id"] == 1
    started = time.monotonic()
    assert say(talking, {"id": 2, "text": "Terima kasih"})["id"] == 2
    assert time.monotonic() - started < 5


def test_an_interruption_is_quiet(talking: subprocess.Popen[bytes]) -> None:
    say(talking, {"id": 1, "text": "Jalan rusak"})
    # It waits for the next line by then, as it does when somebody types Ctrl-C.
    time.sleep(0.5)
    talking.send_signal(signal.SIGINT)
    out, said = talking.communicate(timeout=30)
    assert (talking.returncode, out, said) == (130, b"", b"")


def test_a_reader_that_goes_away_is_quiet(talking: subprocess.Popen[bytes]) -> None:
    say(talking, {"id": 1, "text": "Jalan rusak"})
    assert talking.stdin is not None
    assert talking.stdout is not None
    assert talking.stderr is not None
    talking.stdout.close()
    talking.stdin.write(lines_of({"id": 2, "text": "Terima kasih"}))
    talking.stdin.close()
    assert talking.wait(timeout=30) == 141
    assert talking.stderr.read() == b""


def test_neither_server_nor_web_framework_nor_database_nor_learning_library_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "pesan.jsonl"
    path.write_bytes(lines_of({"id": 1, "text": LEVY}))
    heavy = "'flask', 'werkzeug', 'sqlalchemy', 'sklearn', 'psycopg', 'redis', 'rq'"
    code = (
        "import sys; from feedback_app.cli import main\n"
        "try:\n"
        f"    main(['classify', {str(path)!r}, '--format', 'jsonl'], standalone_mode=False)\n"
        "finally:\n"
        f"    print([name for name in ({heavy}) if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=NOWHERE, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    assert len(answers(done)) == 1
    assert done.stderr.strip() == b"[]"


@pytest.mark.parametrize("damage", ["nothing there", "changed manifest", "cut model"])
def test_a_model_that_is_missing_or_broken_is_one_sentence_and_exit_code_1(tmp_path: Path, damage: str) -> None:
    if damage != "nothing there":
        for file in DEFAULT_ARTEFACT.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    if damage == "changed manifest":
        (tmp_path / "manifest.json").write_text("{}")
    if damage == "cut model":
        (tmp_path / "model.npz").write_bytes((DEFAULT_ARTEFACT / "model.npz").read_bytes()[:1000])
    done = classify(lines_of({"id": 1, "text": "x"}), "-", "--format", "jsonl", "--model", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert len(done.stderr.splitlines()) == 1
    assert b"Traceback" not in done.stderr


def test_a_named_model_reads(tmp_path: Path) -> None:
    path = tmp_path / "pesan.jsonl"
    path.write_bytes(lines_of({"id": 1, "text": "Jalan rusak"}))
    done = classify(b"", str(path), "--format", "jsonl", "--model", str(DEFAULT_ARTEFACT))
    assert (done.returncode, len(answers(done))) == (0, 1)


def test_the_words_that_decided_are_told_on_request_and_hold_no_personal_data() -> None:
    (answer,) = answers(classify(lines_of({"id": 1, "text": LEVY}), "--format", "jsonl", "--explain"))
    assert list(answer)[-1] == "why"
    assert set(answer["why"]) <= {"kind", "sentiment", "aspect", "urgency"}
    words = [word for pairs in answer["why"].values() for word, _ in pairs]
    assert "pungli" in words
    assert not any(digit in "".join(words) for digit in "0123456789")


def test_people_read_a_table_in_which_doubt_has_a_question_mark() -> None:
    done = classify(lines_of({"id": "a", "text": LEVY}, {"id": "\x1b[2J", "text": ""}), "-")
    head, first, second = done.stdout.decode().splitlines()
    assert head.split() == ["id", "kind", "sentiment", "aspect", "urgency"]
    assert first.split()[:2] == ["a", "complaint"]
    assert "\x1b" not in second
    assert "?" in second


def test_a_text_that_breaks_the_classifier_is_named_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Stumbles(Classifier):
        def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:
            if any("racun" in text for text in texts):
                raise ValueError("unreadable")
            return super().classify(texts, explain=explain)

    path = tmp_path / "pesan.jsonl"
    path.write_bytes(lines_of(*({"id": n, "text": "racun" if n == 3 else "Jalan rusak"} for n in range(6))))
    monkeypatch.setattr(classify_stream, "loaded", lambda _folder: Stumbles.load())
    assert classify_stream.classify_stream(str(path), None, as_table=False, explain=False) == 2
    out, told = capfd.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == [0, 1, 2, 4, 5]
    assert told == "line 4 skipped: it could not be read (ValueError)\n"


def test_an_explanation_that_fails_costs_no_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Silent(Classifier):
        def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:
            if explain and any("~" in text for text in texts):
                raise IndexError("no word")
            return super().classify(texts, explain=explain)

    path = tmp_path / "pesan.jsonl"
    path.write_bytes(lines_of(*({"id": n, "text": f"Jalan rusak {sign}"} for n, sign in enumerate("!~?"))))
    monkeypatch.setattr(classify_stream, "loaded", lambda _folder: Silent.load())
    assert classify_stream.classify_stream(str(path), None, as_table=False, explain=True) == 0
    out, told = capfd.readouterr()
    assert [bool(json.loads(line)["why"]) for line in out.splitlines()] == [True, False, True]
    assert told == ""


@pytest.mark.parametrize("arguments", [("-", "--format", "jsonl"), ("-",), ("--text", "Jalan rusak")])
def test_answers_that_cannot_be_written_are_one_sentence_and_exit_code_1(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(*arguments), input=lines_of({"id": 1, "text": "Jalan rusak"}), env=NOWHERE, stdout=full,
            stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines() == [b"feedback: The answers cannot be written: No space left on device."]


@pytest.mark.parametrize(
    "arguments",
    [("tidak-ada.jsonl",), ("-", "--text", "x"), ("--model", "/tmp"), ("--explain",), ("-", "--format", "xml")],
)
def test_a_call_that_cannot_be_meant_is_refused(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, ["classify", *arguments]).exit_code == 2


def test_a_single_text_is_answered_as_a_line_too() -> None:
    shown = CliRunner().invoke(main, ["classify", "--text", "Jalan rusak", "--format", "jsonl"])
    assert json.loads(shown.output)["kind"]["best"] == "complaint"
    told = CliRunner().invoke(main, ["classify", "--text", "Jalan rusak", "--explain"])
    assert "because of: rusak" in told.output
