"""Abuse 27: a file in the place of the model is numbers, or it is refused; nothing in it runs."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feedback_app.config import project_root
from feedback_app.nlp.stored.artefact import (
    DEFAULT_ARTEFACT,
    MANIFEST_FILE,
    MODEL_FILE,
    ArtefactError,
    load,
    manifest_checksum,
)

SOURCE = project_root() / "feedback_app"


class Payload:
    """What runs a command of the machine as soon as it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (self.command,)


def _pickled(command: str) -> bytes:
    return pickle.dumps(Payload(command))


def _array_of_objects(command: str) -> bytes:
    made = io.BytesIO()
    np.savez(made, terms_word=np.array([Payload(command)], dtype=object), allow_pickle=True)
    return made.getvalue()


def _zip_of(name: str) -> Callable[[str], bytes]:
    def made(command: str) -> bytes:
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            archive.writestr(name, _pickled(command))
        return body.getvalue()

    return made


def _skops(command: str) -> bytes:
    """An archive as skops writes it, whose schema names a function of the machine."""
    schema = {
        "__class__": "system", "__module__": "posix", "__loader__": "FunctionNode", "__id__": 1,
        "content": {"module_path": "os", "function": "system"}, "protocol": 2, "_skops_version": "0.13.0",
    }  # fmt: skip
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    return body.getvalue()


def _joblib(command: str) -> bytes:
    import joblib

    body = io.BytesIO()
    joblib.dump(Payload(command), body)
    return body.getvalue()


BODIES: dict[str, Callable[[str], bytes]] = {
    "pickle": _pickled,
    "numpy array of objects": _array_of_objects,
    "pickle in an archive": _zip_of("data.pkl"),
    "pickle in an archive under the name of an array": _zip_of("terms_word.npy"),
    "archive that leaves its folder": _zip_of("../../../../tmp/evil.npy"),
    "skops": _skops,
    "joblib": _joblib,
}


def planted(folder: Path, body: bytes, *, sealed: bool) -> Path:
    """Put a body in the place of the model; `sealed` forges the manifest along with it, checksum and all."""
    shutil.copytree(DEFAULT_ARTEFACT, folder)
    (folder / MODEL_FILE).write_bytes(body)
    if sealed:
        manifest = json.loads((folder / MANIFEST_FILE).read_text())
        digest = hashlib.sha256(body).hexdigest()
        manifest["model"] |= {"sha256": digest, "bytes": len(body)}
        manifest["model_version"] = f"{manifest['model_version'].partition('-')[0]}-{digest[:12]}"
        manifest["checksum"] = manifest_checksum(manifest)
        (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("sealed", [False, True], ids=["found beside its manifest", "manifest forged too"])
@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_model_is_refused_and_never_run(name: str, sealed: bool, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    folder = planted(tmp_path / "model", BODIES[name](f"touch {canary}"), sealed=sealed)
    with pytest.raises(ArtefactError, match="not made of plain arrays" if sealed else "not the one its manifest"):
        load(folder)
    assert not canary.exists()
    assert not Path("/tmp/evil.npy").exists()


def test_the_payloads_would_run_where_pickles_are_read(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickle.loads(_pickled(f"touch {canary}"))
    assert canary.exists()


def test_a_process_that_is_given_such_a_model_says_so_and_stops(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    folder = planted(tmp_path / "model", _pickled(f"touch {canary}"), sealed=True)
    done = subprocess.run(
        [sys.executable, "-m", "feedback_app", "classify", "--text", "Antrean lama"],
        env={**os.environ, "MODEL_DIR": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "not made of plain arrays" in done.stderr
    assert "Traceback" not in done.stderr
    assert not canary.exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "model.npz"], ids=["elsewhere", "in a circle"])
def test_a_link_in_the_place_of_the_model_is_refused(tmp_path: Path, target: str) -> None:
    folder = planted(tmp_path / "model", b"", sealed=False)
    (folder / MODEL_FILE).unlink()
    (folder / MODEL_FILE).symlink_to(target)
    with pytest.raises(ArtefactError):
        load(folder)


RUNS_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def _imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def test_nothing_in_the_platform_reads_a_format_that_runs_code() -> None:
    found = {
        str(path.relative_to(SOURCE)): sorted(_imported(ast.parse(path.read_text("utf-8"))) & RUNS_CODE)
        for path in SOURCE.rglob("*.py")
    }
    assert {name: names for name, names in found.items() if names} == {}
    allowing = [path.name for path in SOURCE.rglob("*.py") if "allow_pickle=True" in path.read_text("utf-8")]
    assert allowing == []
