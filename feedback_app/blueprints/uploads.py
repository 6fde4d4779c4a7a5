"""Which endpoints take files, and how much; every other one keeps the small limits of a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from feedback_app.intake.pictures import CleanFile
from feedback_app.intake.turns import cleaned_in_turn

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

# The fields beside the files: the token, where to go back to.
FIELDS_MOST: Final = 6
# Also the most that is held of a file while it is passed on to the disk, in steps of 64 KB.
FIELD_BYTES_MAX: Final = 256 * 1024
MARGIN_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How many files one request may carry, how many bytes it may have in all, and how many its plain fields."""

    files: int
    request_bytes: int
    field_bytes: int = FIELD_BYTES_MAX


def accepts_files(*, files: int, file_bytes: int, field_bytes: int = FIELD_BYTES_MAX) -> Callable[[View], View]:
    """Mark a view as one that takes up to so many files of so many bytes each, beside so many bytes of fields."""

    def mark(view: View) -> View:
        view.file_limits = FileLimits(files, files * file_bytes + MARGIN_BYTES, field_bytes)  # type: ignore[attr-defined]
        return view

    return mark


def limits_of(endpoint: str | None) -> FileLimits | None:
    """Return what an endpoint takes; None where it takes no files."""
    found: FileLimits | None = getattr(current_app.view_functions.get(endpoint or ""), "file_limits", None)
    return found


def cleaned_upload(file: FileStorage) -> CleanFile:
    """Return what may be kept of a file that came with this request; see `intake.turns.cleaned_in_turn`."""
    return cleaned_in_turn(file.stream, scanner=current_app.extensions["suara_scanner"])


def widen_limits(app: Flask) -> None:
    """Let requests to the marked endpoints be as long as their files; files go to the disk while they arrive."""
    app.before_request(_widen)


def _widen() -> None:
    limits = limits_of(request.endpoint)
    if limits is not None:
        request.max_content_length = limits.request_bytes
        request.max_form_parts = limits.files + FIELDS_MOST
        request.max_form_memory_size = limits.field_bytes
