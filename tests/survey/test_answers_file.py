from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.survey.answer_columns import AnswerColumnsError, AnswerOrderMissingError
from feedback_app.survey.answers_file import (
    MOST_TOLD,
    AnswersFile,
    AnswersFileError,
    BadAnswersError,
    read_answers,
)
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.rules import AnswerOrder

NINE = RuleSetCode.PERMENPANRB_14_2017
HEADER = "u1,u2,u3,u4,u5,u6,u7,u8,u9"
SEKADAU = Path(__file__).parent / "data" / "skm_sekadau_2019_first49.csv"


def read(content: str | bytes, order: AnswerOrder | None = AnswerOrder.FORM) -> AnswersFile:
    return read_answers(content.encode() if isinstance(content, str) else content, ruleset=NINE, order=order)


def sums(answers: AnswersFile) -> list[int]:
    return [int(answers.totals[key].total) for key in RULESETS[NINE].ordered(answers.order)]


def bad(content: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(BadAnswersError) as found:
        read(content)
    return [(one.row, one.column, one.text) for one in found.value.answers]


def test_a_published_file_is_summed_with_its_hash() -> None:
    answers = read(SEKADAU.read_bytes())
    assert (answers.respondents, sums(answers)) == (49, [138, 139, 150, 177, 159, 163, 161, 143, 159])
    assert answers.sha256 == hashlib.sha256(SEKADAU.read_bytes()).hexdigest()
    assert (answers.order, answers.ignored, answers.blank_rows) == (AnswerOrder.FORM, (), 0)


PLAIN = f"{HEADER}\n1,2,3,4,1,2,3,4,1\n4,4,4,4,4,4,4,4,4\n"
PLAIN_SUMS = [5, 6, 7, 8, 5, 6, 7, 8, 5]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param(PLAIN.rstrip("\n"), id="no end of the last line"),
        pytest.param(PLAIN + "\n\n\r\n", id="blank last lines"),
        pytest.param(PLAIN + ",,,,,,,,\n , ,,,,,,,\n", id="empty rows behind, as a spreadsheet writes them"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(PLAIN.replace("\n", "\r"), id="CR alone"),
        pytest.param("\ufeff" + PLAIN, id="byte order mark"),
        pytest.param(PLAIN.replace(",", ";"), id="semicolons"),
        pytest.param(PLAIN.replace(",", "\t"), id="tabs"),
        pytest.param(PLAIN.replace(",", '","').replace("\n", '"\n"')[:-1].replace("u1", '"u1', 1), id="quoted"),
        pytest.param(PLAIN.replace(",", " , "), id="spaces around"),
        pytest.param(PLAIN.upper(), id="capital letters"),
        pytest.param("\n\n" + PLAIN, id="blank first lines"),
    ],
)
def test_the_same_answers_in_another_dress_have_the_same_sums(content: str) -> None:
    answers = read(content)
    assert (answers.respondents, sums(answers), answers.blank_rows) == (2, PLAIN_SUMS, 0)


def test_other_columns_are_left_out_and_named() -> None:
    lines = PLAIN.splitlines()
    content = "\n".join(f'{first},{line},"ramah, cepat"' for first, line in zip(["No", "1", "2"], lines, strict=True))
    answers = read(content.replace("ramah, cepat", "saran", 1))
    assert (answers.ignored, sums(answers)) == (("No", "saran"), PLAIN_SUMS)


def test_blank_rows_between_questionnaires_are_counted_and_rows_keep_their_numbers() -> None:
    lines = PLAIN.splitlines()
    assert read("\n".join([lines[0], lines[1], "", ",,,,,,,,", lines[2]])).blank_rows == 2
    assert bad("\n".join([lines[0], lines[1], "", "", "1,2,3,4,1,2,3,4,5"])) == [(5, "u9", "5")]


def test_a_cell_of_two_lines_counts_as_one_row_as_in_a_spreadsheet() -> None:
    assert bad(f'{HEADER},saran\n1,1,1,1,1,1,1,1,1,"dua\nbaris"\n1,1,1,1,1,1,1,1,0,\n') == [(3, "u9", "0")]


@pytest.mark.parametrize("text", ["0", "5", "", "  ", "baik", "3.0", "-1", "11", "½", "３", "1e0", "nan"])
def test_a_cell_that_is_no_answer_is_told_with_its_place(text: str) -> None:
    assert bad(f"{HEADER}\n1,2,3,4,1,2,3,4,1\n1,2,{text},4,1,2,3,4,1\n") == [(3, "u3", text.strip())]


def test_bad_cells_are_told_row_by_row_and_a_short_row_lacks_its_last_answers() -> None:
    content = f"{HEADER}\n9,2,3,4,1,2,3,4,x\n1,2,3,4,1,2,3\n"
    assert bad(content) == [(2, "u1", "9"), (2, "u9", "x"), (3, "u8", ""), (3, "u9", "")]


def test_a_decimal_comma_that_moves_answers_is_noticed_though_every_cell_is_a_digit() -> None:
    assert bad(f"{HEADER}\n3,4,3,4,1,2,3,4,1,2\n") == [(2, "kolom ke-10", "2")]


def test_a_hundred_bad_cells_are_kept_and_all_are_counted() -> None:
    with pytest.raises(BadAnswersError, match="450 jawaban") as found:
        read(f"{HEADER}\n" + "0,0,0,0,0,0,0,0,0\n" * 50)
    assert (len(found.value.answers), found.value.count) == (MOST_TOLD, 450)
    last = found.value.answers[-1]
    assert (last.row, last.column) == (13, "u1")


def test_a_long_or_broken_cell_is_told_short_and_on_one_line() -> None:
    ((_, _, text),) = bad(f'{HEADER}\n"{"a" * 60}",1,1,1,1,1,1,1,1\n')
    assert text == "a" * 40 + "…"
    assert bad(f'{HEADER}\n"1\n\x1b[31m2",1,1,1,1,1,1,1,1\n') == [(2, "u1", "1  [31m2")]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " \r\n , "])
def test_an_empty_file_is_told(content: str) -> None:
    with pytest.raises(AnswersFileError, match="kosong"):
        read(content)


@pytest.mark.parametrize("content", [HEADER, f"{HEADER}\n", f"{HEADER}\r\n\r\n,,,,,,,,\n"])
def test_a_file_without_a_questionnaire_is_told(content: str) -> None:
    with pytest.raises(AnswersFileError, match="belum ada satu pun"):
        read(content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_that_is_not_utf_8_is_told(encoding: str) -> None:
    with pytest.raises((AnswersFileError, AnswerColumnsError)):
        read(PLAIN.encode(encoding))
    with pytest.raises(AnswersFileError, match="UTF-8"):
        read(f"{HEADER},saran\n1,1,1,1,1,1,1,1,1,caf\xe9\n".encode("latin-1"))


def test_an_unclosed_quote_swallows_no_questionnaires() -> None:
    with pytest.raises(AnswersFileError, match="CSV"):
        read(f'{HEADER},saran\n1,1,1,1,1,1,1,1,1,"ramah\n4,4,4,4,4,4,4,4,4,ya\n')


def test_numbers_without_an_order_are_refused_in_any_dress() -> None:
    for content in (PLAIN, PLAIN.replace(",", ", ")):
        with pytest.raises(AnswerOrderMissingError):
            read(content, order=None)


questionnaires = st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=1, max_size=30)


@given(questionnaires, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_slices_of_bytes_and_single_cells_find_the_same_sums(
    rows: list[list[int]], delimiter: str, end: str, by_key: bool
) -> None:
    header = list(RULESETS[NINE].keys) if by_key else HEADER.split(",")
    plain, quoted = io.StringIO(newline=""), io.StringIO(newline="")
    csv.writer(plain, delimiter=delimiter, lineterminator=end).writerows([header, *rows])
    csv.writer(quoted, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    fast, slow = read(plain.getvalue()), read(quoted.getvalue())
    assert (fast.respondents, fast.totals, fast.order) == (slow.respondents, slow.totals, slow.order)
    assert sums(fast) == [sum(column) for column in zip(*rows, strict=True)] or by_key
    assert [fast.totals[key].total for key in header if by_key] == [sum(c) for c in zip(*rows, strict=True) if by_key]


@given(st.binary(max_size=200), st.booleans())
def test_whatever_bytes_come_the_answer_is_sums_or_one_clear_error(content: bytes, with_header: bool) -> None:
    try:
        answers = read((f"{HEADER}\n".encode() if with_header else b"") + content)
    except (AnswersFileError, AnswerColumnsError, BadAnswersError):
        return
    assert all(answers.respondents <= one.total <= 4 * answers.respondents for one in answers.totals.values())


@given(questionnaires, st.integers(0, 29), st.integers(0, 8), st.sampled_from("0569-x"))
def test_one_bad_digit_anywhere_is_found_where_it_stands(
    rows: list[list[int]], row: int, place: int, mark: str
) -> None:
    cells = [[str(answer) for answer in answers] for answers in rows]
    row %= len(rows)
    cells[row][place] = mark
    assert bad("\n".join([HEADER, *(",".join(line) for line in cells)])) == [(row + 2, f"u{place + 1}", mark)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_with_which_a_spreadsheet_names_the_separator_is_no_row(end: str) -> None:
    content = f"sep=;{end}" + PLAIN.replace(",", ";").replace("\n", end)
    assert sums(read(content)) == PLAIN_SUMS
    assert sums(read("\ufeff" + content)) == PLAIN_SUMS
    assert sums(read(content.replace(";", "|"))) == PLAIN_SUMS
    # Numbered as a spreadsheet does, which takes that line for no row.
    assert bad(content.replace("1;2;3;4;1", "1;2;9;4;1"))[0] == (2, "u3", "9")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(PLAIN.replace("4,4\n", '4,"4\n'), "tanda kutip dibuka dan tidak ditutup", id="unclosed"),
        pytest.param(PLAIN.replace("1,2,3", '1,"2"x,3'), "ada huruf di belakang tanda kutip penutup", id="behind"),
        pytest.param(PLAIN.replace("1,2,3", f"1,{'2' * 140_000},3"), "satu sel terlalu panjang", id="long"),
        pytest.param(PLAIN.replace("4,4,4,4", "4,4,\0,4"), "karakter kosong (NUL) pada baris 3", id="NUL"),
        pytest.param(PLAIN.replace("u9", "u9\0"), "karakter kosong (NUL) pada baris 1", id="NUL in the header"),
        pytest.param(PLAIN.encode("utf-16"), "teks UTF-8", id="UTF-16"),
    ],
)
def test_what_cannot_be_read_is_told_without_a_word_of_english(content: str | bytes, words: str) -> None:
    with pytest.raises(AnswersFileError) as refused:
        read(content)
    assert words in refused.value.message
    assert "expected" not in refused.value.message


def test_a_limit_that_another_reader_left_behind_does_not_let_a_long_cell_in() -> None:
    before = csv.field_size_limit(1 << 24)
    try:
        with pytest.raises(AnswersFileError, match="satu sel terlalu panjang"):
            read(PLAIN.replace("1,2,3", f"1,{'2' * 140_000},3"))
    finally:
        csv.field_size_limit(before)
