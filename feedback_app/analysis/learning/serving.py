"""The model in a process: the one that serves, loaded once, and exchanged when another begins to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from rq.timeouts import JobTimeoutException
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import ModelVersion
from feedback_app.analysis.learning.registry import Champion, champion, newest_use, newest_version
from feedback_app.errors import ConfigurationError

log = logging.getLogger(__name__)

Reader = TypeVar("Reader")


class Serving(Generic[Reader]):
    """The reader of this process. A folder that is set overrules whatever is registered.

    `load` makes a reader of a folder (None: the shipped one), `unpack` one of a manifest and its bytes. Whatever is
    wrong with a registered model, texts are read on: with the one before, or with the shipped one.
    """

    def __init__(
        self,
        load: Callable[[Path | None], Reader],
        unpack: Callable[[Mapping[str, Any], bytes], Reader],
        folder: Path | None = None,
    ) -> None:
        self._load, self._unpack, self._folder = load, unpack, folder
        self._reader: Reader | None = None
        self._use_id: int | None = None

    def reader(self, session: Session) -> Reader:
        """Return the reader that serves now; asking costs one look at the newest change of model."""
        if self._folder is not None:
            if self._reader is None:
                self._reader = self._load(self._folder)
            return self._reader
        use_id = newest_use(session)
        if self._reader is None or use_id != self._use_id:
            self._reader = self._exchanged(champion(session) if use_id is not None else None)
            # Also where it could not be loaded: it will not become better by the next look.
            self._use_id = use_id
        return self._reader

    def _exchanged(self, wanted: Champion | None) -> Reader:
        if wanted is None or wanted.body is None:
            return self._load(None)
        try:
            return self._unpack(wanted.manifest, wanted.body)
        except (MemoryError, JobTimeoutException):
            # Not the fault of the model: the next look tries it again.
            raise
        except Exception as error:  # whatever a stored model does to the program must not stop the reading
            said = error if isinstance(error, ConfigurationError) else type(error).__name__
            log.error("The model %s cannot be used (%s); texts are read without it.", wanted.version, said)
            return self._reader if self._reader is not None else self._load(None)


@dataclass(frozen=True, slots=True)
class ReadsNow:
    """The version that reads texts, and the registered one that this program refuses; None where there is neither."""

    version: str | None
    refused: str | None = None


def reads_now(session: Session, folder: Path | None) -> ReadsNow:
    """Return which version reads: told from manifests alone, so that a page need not load a model."""
    # Imported here: who only lists models should not wait for the classifier.
    from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, ArtefactError, check_manifest, read_manifest

    has_body = ModelVersion.body.is_not(None).label("has_body")
    row = session.execute(newest_version(ModelVersion.version, ModelVersion.manifest, has_body)).first()
    refused = None
    if row is not None and row.has_body and folder is None:
        try:
            check_manifest(row.manifest, "the registry")
        except ArtefactError:
            refused = row.version
        else:
            return ReadsNow(row.version)
    try:
        return ReadsNow(read_manifest(folder or DEFAULT_ARTEFACT)["model_version"], refused)
    except ArtefactError:
        return ReadsNow(None, refused)


def usual_serving(folder: Path | None) -> Serving[Any]:
    """Return the serving of this program's own classifier."""
    # Imported here: who only lists models should not wait for the classifier.
    from feedback_app.nlp.classifier import Classifier

    return Serving(Classifier.load, Classifier.unpacked, folder)
