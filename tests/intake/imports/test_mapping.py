from __future__ import annotations

import pytest

from feedback_app.intake.imports.mapping import Field, locate, parse_mapping
from feedback_app.intake.imports.problems import MappingError

COLUMNS = ["NO", "TANGGAL", "KOMENTAR", "NILAI", ""]


def test_pairs_name_a_column_for_each_field() -> None:
    assert parse_mapping(["text=KOMENTAR", " rating = NILAI "]) == {Field.TEXT: "KOMENTAR", Field.RATING: "NILAI"}


def test_a_column_name_may_contain_an_equals_sign() -> None:
    assert parse_mapping(["text=a=b"]) == {Field.TEXT: "a=b"}


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        pytest.param("text", "FIELD=COLUMN", id="no column"),
        pytest.param("text=", "FIELD=COLUMN", id="empty column"),
        pytest.param("rateing=NILAI", "did you mean 'rating'?", id="misspelt field"),
        pytest.param("zzz=NILAI", "There is no field 'zzz'. Fields: text, rating", id="unknown field"),
    ],
)
def test_a_pair_that_is_no_mapping_is_refused(pair: str, says: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping([pair])
    assert says in str(caught.value)


def test_a_field_cannot_be_mapped_twice() -> None:
    with pytest.raises(MappingError, match="mapped twice"):
        parse_mapping(["text=A", "text=B"])


def test_columns_are_found_by_name_and_by_name_in_other_capitals() -> None:
    places = locate({Field.TEXT: "KOMENTAR", Field.RATING: "nilai"}, COLUMNS)
    assert places == {Field.TEXT: 2, Field.RATING: 3}


def test_the_exact_name_wins_over_other_capitals() -> None:
    assert locate({Field.TEXT: "nilai"}, ["NILAI", "nilai"]) == {Field.TEXT: 1}


def test_all_missing_columns_are_named_at_once_with_the_nearest_and_the_list() -> None:
    with pytest.raises(MappingError) as caught:
        locate({Field.TEXT: "KOMENTR", Field.RATING: "NILAIAN"}, COLUMNS)
    told = str(caught.value)
    assert "'KOMENTR' (mapped to text); did you mean 'KOMENTAR'?" in told
    assert "'NILAIAN' (mapped to rating); did you mean 'NILAI'?" in told
    assert "Columns in the file: 'NO', 'TANGGAL', 'KOMENTAR', 'NILAI'." in told


def test_a_column_that_stands_twice_cannot_be_mapped() -> None:
    with pytest.raises(MappingError, match="2 times"):
        locate({Field.TEXT: "A"}, ["A", "B", "A"])


def test_two_columns_that_differ_in_capitals_only_are_not_chosen_between() -> None:
    with pytest.raises(MappingError, match="2 times"):
        locate({Field.TEXT: "a b"}, ["A b", "a B"])


def test_a_mapping_without_text_and_rating_says_nothing() -> None:
    with pytest.raises(MappingError, match="Map a column to text or rating"):
        locate({Field.DATE: "TANGGAL"}, COLUMNS)


def test_a_long_list_of_columns_is_cut() -> None:
    with pytest.raises(MappingError, match="and 60 more"):
        locate({Field.TEXT: "zzz"}, [f"k{number}" for number in range(100)])
