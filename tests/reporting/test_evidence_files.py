"""The files of an evidence pack: a PDF for everybody's eyes, and a schema that is the one in the documents."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy.orm import Session

from feedback_app.reporting.evidence_files import PackFormat, envelope, make
from feedback_app.reporting.evidence_schema import SCHEMA
from tests.evaluation.evidence.rated import rated
from tests.reporting.pdf_text import pages_of

DOCUMENTED = Path(__file__).parents[2] / "docs" / "evidence-pack.schema.json"


def test_the_documented_schema_is_the_one_that_is_served() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(DOCUMENTED.read_text()) == SCHEMA


def test_the_pdf_says_the_figures_of_the_pack_and_that_it_is_not_final(session: Session) -> None:
    world = rated(session)
    pack = world.pack(world.cycle())
    made = make(pack, PackFormat.PDF).content
    words, held = " ".join(pages_of(made)), envelope(pack)
    figures = held["content"]["measure"]["figures"]
    for name in ("mean", "baseline", "standard_error", "reliability"):
        assert f"{figures[name]:.2f}".replace(".", ",") in words, name
    assert "BELUM FINAL" in words
    assert "tidak menetapkan predikat" in words
    assert held["sha256"][:16] in words


def test_the_pdf_is_tagged_titled_and_in_indonesian(session: Session) -> None:
    world = rated(session)
    made = make(world.pack(world.cycle()), PackFormat.PDF).content
    assert b"/Marked true" in made
    assert b"/Lang(id)" in made
    assert b"Bukti umpan balik: Rambu Ana" in made


@pytest.mark.parametrize("kind", list(PackFormat))
def test_names_with_strange_letters_make_every_file(session: Session, kind: PackFormat) -> None:
    world = rated(session, n=12)
    world.good.name = "Ñame 😀 <script> #set page(fill: red)"
    session.flush()
    assert make(world.pack(world.cycle()), kind).content
