"""What changed between two texts: nothing of either is lost, and the order is that of reading."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.handling.publication.text_differences import Change, Piece, differences

TEXTS = st.lists(st.sampled_from(["loket", "tutup", "buka", "pukul", "15.00", "\n", "  "]), max_size=30).map(" ".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    found = differences(before, after)
    assert "".join(piece.text for piece in found if piece.change is not Change.ADDED) == before
    assert "".join(piece.text for piece in found if piece.change is not Change.REMOVED) == after


def test_removed_words_stand_before_those_that_took_their_place() -> None:
    assert differences("Loket tutup pagi.", "Loket buka siang.") == [
        Piece(Change.KEPT, "Loket "),
        Piece(Change.REMOVED, "tutup"),
        Piece(Change.ADDED, "buka"),
        Piece(Change.KEPT, " "),
        Piece(Change.REMOVED, "pagi."),
        Piece(Change.ADDED, "siang."),
    ]


def test_same_text_is_one_piece() -> None:
    assert differences("sama saja", "sama saja") == [Piece(Change.KEPT, "sama saja")]
