"""Lines of texts as they arrive: cut, numbered, checked, and never kept longer than they must be."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator

import pytest

from feedback_app.cli import text_lines
from feedback_app.cli.text_lines import LONGEST_LINE, MOST_LINES, BadLineError, Line, LineCutter, batches, message


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reads, writes = os.pipe()
    yield reads, writes
    os.close(reads)


def contents(lines: list[Line]) -> list[bytes | None]:
    return [line.content for line in lines]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_are_the_same_however_the_bytes_come_in(size: int) -> None:
    given = b"satu\n\ndua\r\ntiga tanpa akhir"
    cutter = LineCutter()
    lines = [line for start in range(0, len(given), size) for line in cutter.feed(given[start : start + size])]
    lines += cutter.finish()
    assert contents(lines) == [b"satu", b"", b"dua\r", b"tiga tanpa akhir"]
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert cutter.finish() == []


def test_a_line_that_is_too_long_is_not_kept_and_the_next_one_is_whole() -> None:
    cutter = LineCutter()
    lines = [line for _ in range(60) for line in cutter.feed(b"x" * (LONGEST_LINE // 20))]
    lines += cutter.feed(b"\n{}\n")
    assert contents(lines) == [None, b"{}"]
    assert contents([*cutter.feed(b"y" * (LONGEST_LINE + 1)), *cutter.finish()]) == [None]


def test_a_line_of_the_greatest_length_is_kept() -> None:
    assert contents(LineCutter().feed(b"x" * LONGEST_LINE + b"\n")) == [b"x" * LONGEST_LINE]


def test_what_has_come_is_handed_on_when_the_input_pauses(pipe: tuple[int, int]) -> None:
    reads, writes = pipe
    found = batches(reads)
    for words in (b"satu\n", b"dua\ntiga\n"):
        os.write(writes, words)
        assert contents(next(found)) == words.splitlines()
    os.close(writes)
    assert list(found) == []


def test_a_slow_writer_does_not_hold_back_its_first_lines(pipe: tuple[int, int]) -> None:
    reads, writes = pipe

    def write() -> None:
        for number in range(40):
            os.write(writes, b"%d\n" % number)
            time.sleep(0.02)
        os.close(writes)

    writer = threading.Thread(target=write)
    writer.start()
    found = list(batches(reads))
    writer.join()
    assert len(found) > 1, "0.8 s of lines, none further than 0.02 s from the next"
    assert [line.number for batch in found for line in batch] == list(range(1, 41))


def test_many_lines_come_in_batches_that_the_classifier_can_bear(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, writes = pipe
    monkeypatch.setattr(text_lines, "PAUSE_SECONDS", 5.0)
    given = b"".join(b"%d\n" % number for number in range(2 * MOST_LINES + 5))

    def write() -> None:
        left = given
        while left:
            left = left[os.write(writes, left) :]
        os.close(writes)

    writer = threading.Thread(target=write)
    writer.start()
    found = list(batches(reads))
    writer.join()
    assert [len(batch) for batch in found] == [MOST_LINES, MOST_LINES, 5]
    assert [line.number for batch in found for line in batch] == list(range(1, 2 * MOST_LINES + 6))


def test_long_lines_come_in_batches_that_memory_can_bear(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, writes = pipe
    monkeypatch.setattr(text_lines, "MOST_BYTES", 100)
    os.write(writes, (b"x" * 60 + b"\n") * 5)
    os.close(writes)
    assert [len(batch) for batch in batches(reads)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"halo", "not JSON (column 1)", id="words"),
        pytest.param(b'{"id":1,"text":"x"', "not JSON", id="cut off"),
        pytest.param(b'{"id":1,"text":"x"} {"id":2,"text":"y"}', "not JSON", id="two on a line"),
        pytest.param(b'{"id":NaN,"text":"x"}', "not JSON", id="not a number"),
        pytest.param(b'{"id":1e999,"text":"x"}', "not JSON", id="a number without bounds"),
        pytest.param(b'{"id":' + b"9" * 5000 + b',"text":"x"}', "not JSON", id="a number of 5,000 digits"),
        pytest.param(b"[" * 200_000, "not JSON", id="200,000 brackets"),
        pytest.param(b'["x"]', "no JSON object", id="list"),
        pytest.param(b"null", "no JSON object", id="null"),
        pytest.param(b'{"id":1}', 'no "text"', id="no text"),
        pytest.param(b'{"id":1,"Text":"x"}', 'no "text"', id="another name"),
        pytest.param(b'{"id":1,"text":null}', "no string", id="null as text"),
        pytest.param(b'{"id":1,"text":5}', "no string", id="number as text"),
        pytest.param(b'{"id":1,"text":"\xff"}', "not UTF-8", id="bytes that are no text"),
        pytest.param('{"id":1,"text":"x"}'.encode("utf-16"), "not UTF-8", id="UTF-16"),
        pytest.param(b'{"id":1,"text":"\\ud83d"}', "half of a character", id="half of an emoji"),
        pytest.param(None, "longer than 1,048,576 bytes", id="too long"),
    ],
)
def test_a_line_without_a_text_says_what_is_wrong_and_quotes_nothing(content: bytes | None, says: str) -> None:
    with pytest.raises(BadLineError) as raised:
        message(Line(1, content))
    assert says in str(raised.value)
    assert len(str(raised.value)) < 80


@pytest.mark.parametrize(
    ("content", "given", "text"),
    [
        pytest.param(b'{"id":"a","text":""}', "a", "", id="empty text"),
        pytest.param(b' {"text":"x"}\r', None, "x", id="no id, and a carriage return"),
        pytest.param(b'{"id":[1,{"b":null}],"text":"x","more":1}', [1, {"b": None}], "x", id="any id"),
        pytest.param(b'\xef\xbb\xbf{"id":1.5,"text":"\\ud83d\\ude00"}', 1.5, "😀", id="byte order mark, whole emoji"),
        pytest.param(b'{"id":"\\ud83d","text":"a\\u0000b"}', "\ud83d", "a\0b", id="half an emoji as id"),
    ],
)
def test_a_line_with_a_text_is_taken_as_it_is(content: bytes, given: object, text: str) -> None:
    found = message(Line(1, content))
    assert found is not None
    assert (found.id, found.text) == (given, text)


def test_an_empty_line_is_nothing() -> None:
    assert [message(Line(2, content)) for content in (b"", b"\r", b"  \t ")] == [None, None, None]


def test_bytes_of_any_kind_never_break_the_reading_of_lines() -> None:
    dice = random.Random(6)
    pieces = [b'{"text":"x"}', b'{"id":', b"\n", b"\r\n", b"\xff", b'"', b"\\u", b"[", b"1e9", b"\x00"]
    for _ in range(300):
        given = b"".join(dice.choices(pieces, k=20)) + dice.randbytes(5)
        cutter = LineCutter()
        for line in [*cutter.feed(given), *cutter.finish()]:
            try:
                found = message(line)
            except BadLineError:
                continue
            assert found is None or isinstance(found.text, str)
