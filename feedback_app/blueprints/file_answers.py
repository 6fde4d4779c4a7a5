"""How a file of a case is given out: as what it was found to be, under a neutral name, unable to act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from flask import Response, current_app

from feedback_app.blueprints.headers import FILE_POLICY
from feedback_app.evaluation.replies.models import ContestFile
from feedback_app.handling.answers.models import Proof
from feedback_app.intake.attachments import UnknownAttachmentError
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.pictures import JPEG, PDF
from feedback_app.intake.rules import AttachmentKind
from feedback_app.storage import MissingFileError, Storage

CHUNK_BYTES: Final = 64 * 1024
_ENDINGS: Final = {JPEG: "jpg", PDF: "pdf"}
_TYPES: Final = {AttachmentKind.PHOTO: JPEG, AttachmentKind.DOCUMENT: PDF}


def file_answer(row: Attachment | Proof | ContestFile, place: int, name: str = "lampiran") -> Response:
    """Return a file as an answer of its own: photos to look at, documents only to save.

    Raises
    ------
    UnknownAttachmentError
        The row has lost its file.
    feedback_app.storage.StorageUnavailableError
    """
    storage: Storage = current_app.extensions["suara_storage"]
    try:
        stream = storage.open(row.storage_key)
    except MissingFileError as error:
        raise UnknownAttachmentError("Berkas ini sedang tidak dapat ditemukan. Laporkan kepada pengelola.") from error
    media_type = _TYPES[row.kind]
    how = "inline" if row.kind is AttachmentKind.PHOTO else "attachment"
    response = Response(_chunks(stream), mimetype=media_type, direct_passthrough=True)
    response.call_on_close(stream.close)
    response.headers["Content-Length"] = str(row.size_bytes)
    response.headers["Content-Disposition"] = f'{how}; filename="{name}-{place}.{_ENDINGS[media_type]}"'
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
