from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.nlp.text.normalise import normalise
from feedback_app.nlp.text.tokens import analyse, mark_negation, tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("PELAYANAN   Buruk\n\nsekali", "pelayanan buruk sekali", id="case and space"),
        pytest.param("lamaaaaa bangeeet!!!!", "lamaa bangeet!!", id="runs are cut to two"),
        pytest.param("ﬁle ＫＴＰ", "file ktp", id="compatibility forms"),
        pytest.param("pung\u200bli", "pungli", id="zero width"),
        pytest.param("bayar Rp 1.500.000,- tunai", "bayar xmoney ,- tunai", id="rupiah"),
        pytest.param("diminta 50rb", "diminta xmoney", id="thousands"),
        pytest.param("dari jam 08.30", "dari jam xtime", id="time of day"),
        pytest.param("7 hari, 250 orang", "0 hari, 000 orang", id="numbers keep their length"),
        pytest.param("lihat https://contoh.go.id/a?b=1 ya", "lihat xurl ya", id="address of a page"),
        pytest.param("NIK [NIK] a.n. [NAMA]", "nik xnik a.n. xname", id="redaction tags"),
        pytest.param("jadi2 bolak-balik", "jadi2 bolak-balik", id="doubling sign stays"),
    ],
)
def test_spellings_become_one(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_doubled_words_are_written_once() -> None:
    assert tokenise("jadi2 jadi-jadi bolak-balik") == ["jadi", "jadi", "bolak-balik"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("tidak ada pungli", "tidak ~ada ~pungli", id="plain"),
        pytest.param("gak a b c d e", "gak ~a ~b ~c ~d e", id="four words"),
        pytest.param("belum jadi, padahal lunas", "belum ~jadi , padahal lunas", id="ends at a comma"),
        pytest.param("bukan murah tapi mahal", "bukan ~murah tapi mahal", id="ends at a turn"),
        pytest.param("tanpa biaya", "tanpa ~biaya", id="without"),
        pytest.param("ora mbayar", "ora ~mbayar", id="javanese"),
    ],
)
def test_negation_marks_four_words_of_its_clause(text: str, expected: str) -> None:
    assert " ".join(mark_negation(tokenise(text))) == expected


@pytest.mark.parametrize("text", ["", "   ", "\n", "!!!", "😀 ❤️"])
def test_a_text_without_words_gives_an_empty_line(text: str) -> None:
    assert analyse(text) == ""


@given(st.text(max_size=300))
def test_any_text_becomes_one_line_of_tokens(text: str) -> None:
    line = analyse(text)
    assert line == " ".join(line.split())
    assert line == "" or line.startswith("xstart ")
