"""The page about who may open what says what the code does."""

from __future__ import annotations

from flask import Flask

from feedback_app import config
from tests.gates.access_page import access_page

PAGE = config.project_root() / "docs" / "access.md"


def test_the_page_of_access_is_what_the_code_says(app: Flask) -> None:
    assert PAGE.read_text(encoding="utf-8") == access_page(app), "python -m tests.gates.access_page > docs/access.md"
