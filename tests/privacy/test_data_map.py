"""The record of processing names every column there is, and the page says what the code says."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from feedback_app import config, models
from feedback_app.cli import main
from feedback_app.db import Base
from feedback_app.privacy.data_map.categories import (
    CATEGORIES,
    PURPOSE_SENTENCES,
    TITLE_SENTENCES,
    About,
    kept_words,
)
from feedback_app.privacy.data_map.columns import as_record, columns_of, personal, problems
from feedback_app.privacy.data_map.page import markdown
from feedback_app.privacy.data_map.protection import PROTECTIONS, class_of
from feedback_app.privacy.data_map.protection import problems as class_problems
from feedback_app.privacy.retention.rules import FIXED, RetentionKind

METADATA = Base.metadata
assert models.ROOMS_WITH_TABLES


def test_every_column_is_declared_personal_or_not_and_none_that_is_gone() -> None:
    found = problems(METADATA)
    assert not found, (
        "Say in feedback_app/privacy/data_map/*_columns.py what these hold of people, or that they are plain: "
        f"{found.undeclared}; gone: {found.gone}; twice: {found.twice}"
    )


def test_a_new_column_is_noticed_and_a_gone_one_too() -> None:
    there = sa.MetaData()
    sa.Table("labels", there, sa.Column("agency_id", sa.BigInteger), sa.Column("heartbeat", sa.Text))
    found = problems(there)
    assert found.undeclared == ("labels.heartbeat",)
    assert "labels.redacted_text" in found.gone
    assert found


def test_whoever_acts_is_personal_whatever_the_column_is_called() -> None:
    acts = {(one.table, one.name) for one in personal(METADATA)["staff_acts"]}
    assert {("replies", "author_id"), ("breaches", "confirmed_by"), ("cases", "assigned_to")} <= acts


def test_the_page_of_the_documentation_is_what_the_code_says() -> None:
    written = (config.project_root() / "docs" / "data-map.md").read_text(encoding="utf-8")
    assert written == markdown(METADATA), "run `feedback privacy map --format markdown > docs/data-map.md`"


def test_every_category_has_its_ground_its_end_and_its_words() -> None:
    assert set(personal(METADATA)) == set(CATEGORIES)
    assert set(TITLE_SENTENCES) == set(CATEGORIES)
    assert set(PURPOSE_SENTENCES) == {key for key, one in CATEGORIES.items() if one.about is About.CITIZENS}
    for key, one in CATEGORIES.items():
        assert "Ps " in one.basis or "PP " in one.basis, key
        assert kept_words(one), key
    # Every rule and every fixed time is named by something that is kept so.
    named = {one.kept for one in CATEGORIES.values()}
    assert set(FIXED) <= named
    assert set(RetentionKind) - {RetentionKind.STAGED_IMPORTS} <= named


def test_every_category_belongs_to_one_class_of_protection() -> None:
    assert class_problems() == ()
    assert {class_of(key) for key in CATEGORIES} == set(PROTECTIONS)
    assert {key for key, one in CATEGORIES.items() if one.is_specific} <= set(PROTECTIONS["words"].holds)


@pytest.mark.parametrize("column", ["contacts.sealed", "submissions.text", "users.password", "employees.nip"])
def test_what_nobody_would_call_plain_is_not(column: str) -> None:
    found = {f"{one.table}.{one.name}": one.category for one in columns_of(METADATA)}
    assert found[column] is not None


def test_the_command_prints_the_record_for_programs() -> None:
    shown = CliRunner().invoke(main, ["privacy", "map", "--json"])
    assert shown.exit_code == 0
    record = json.loads(shown.output)
    assert record == as_record(METADATA)
    assert {one["key"] for one in record["categories"]} == set(CATEGORIES)
    assert CliRunner().invoke(main, ["privacy", "map"]).exit_code == 0
