"""Where the application keeps its files while a test runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from feedback_app.storage import Disk


@contextmanager
def files_in(app: Flask, folder: Path) -> Iterator[Disk]:
    """Let the application keep its files in a folder of the test; give that place."""
    before = app.extensions["suara_storage"]
    place = app.extensions["suara_storage"] = Disk(folder)
    try:
        yield place
    finally:
        app.extensions["suara_storage"] = before
