"""An office that waits for replies."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.evaluation.replies.people import BAD_WORDS, Replies, open_for_replies


@pytest.fixture
def replies(session: Session, tmp_path: Path) -> Replies:
    """Forty-four ratings of the officer, two of them negative with words."""
    return open_for_replies(
        session, tmp_path / "files",
        [(1, BAD_WORDS), (2, "Lama sekali menunggu."), (1, None), (4, "Ramah dan cepat.")],
    )  # fmt: skip
