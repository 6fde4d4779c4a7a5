"""Promises about the whole house that no single room can keep alone."""

from __future__ import annotations

import importlib
import re
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import config, jobs, queue
from feedback_app.blueprints.access import KEY_ENDPOINTS, PUBLIC_ENDPOINTS, required_permissions
from feedback_app.db import Base
from feedback_app.errors import DomainError
from feedback_app.handling.rules import MOVES, CaseStatus
from feedback_app.identity.rules import OPERATOR, PERMISSIONS, Permission, Role
from tests import factories as make

ROOT = config.project_root()


def test_every_endpoint_is_public_by_name_or_asks_for_a_permission(app: Flask) -> None:
    unguarded = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC_ENDPOINTS and not required_permissions(app.view_functions[rule.endpoint])
    ]
    assert unguarded == []


def test_no_name_stands_among_the_public_endpoints_without_a_route(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= PUBLIC_ENDPOINTS


def _guarded_paths(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC_ENDPOINTS:
            continue
        path = re.sub(r"<(?:int:)?\w+>", "1", rule.rule)
        found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_a_stranger_is_sent_to_the_sign_in_page_everywhere(app: Flask, client: FlaskClient) -> None:
    paths = _guarded_paths(app)
    assert len(paths) >= 10
    for method, path in paths:
        answer = client.open(path, method=method)
        assert answer.status_code == 302, (method, path)
        assert answer.location.startswith("/masuk"), (method, path)


def test_somebody_without_a_grant_may_open_nothing(
    app: Flask, session: Session, client: FlaskClient, login: object
) -> None:
    login(make.user(session))  # type: ignore[operator]
    for method, path in _guarded_paths(app):
        assert client.open(path, method=method).status_code == 403, (method, path)


# Each with its reason beside the exemption in the code.
WITHOUT_TOKEN = {"public.language", *KEY_ENDPOINTS}


def test_every_form_that_changes_something_wants_its_token(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule in app.url_map.iter_rules():
            if "POST" in (rule.methods or set()) and rule.endpoint not in WITHOUT_TOKEN:
                path = re.sub(r"<(?:int:)?\w+>", "1", rule.rule)
                assert client.post(path, data={"x": "y"}).status_code == 400, path
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_every_permission_is_carried_by_a_role_and_every_role_carries_one() -> None:
    assert set(PERMISSIONS) == set(Role)
    # Who runs the platform holds no role: see `identity.operators`.
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission) - OPERATOR


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    documented = re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/configuration.md").read_text(), flags=re.MULTILINE)
    assert sorted(documented) == sorted(config.SETTING_NAMES)


def test_every_setting_name_is_read_by_the_code() -> None:
    source = "".join((ROOT / "feedback_app" / name).read_text() for name in ("config.py", "setting_forms.py"))
    unread = [name for name in config.SETTING_NAMES if source.count(f'"{name}"') < 2]
    assert unread == []


def test_every_job_has_its_function() -> None:
    for path in queue.JOB_FUNCTIONS.values():
        module, _, name = path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), path
    assert {periodic.name for periodic in jobs.PERIODIC} == set(queue.JOB_FUNCTIONS)


def _all_errors(parent: type[DomainError]) -> list[type[DomainError]]:
    return [found for child in parent.__subclasses__() for found in (child, *_all_errors(child))]


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    errors = _all_errors(DomainError)
    assert len(errors) > 10
    assert all(400 <= error.status < 500 for error in errors)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code) for error in errors)
    own = [error for error in errors if "code" in vars(error)]
    assert len({error.code for error in own}) == len(own)


@pytest.mark.parametrize("path", ["/tidak-ada", "/instansi/tidak-ada", "/nilai/tidak/ada"])
def test_an_error_has_one_shape_for_people_and_one_for_programs(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    program = client.get(path, headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    assert set(program.get_json(force=True)) == {"type", "title", "status"}


def test_the_agency_comes_first_in_every_tenant_key() -> None:
    # Accounts belong to no agency, nor does what one chose for itself.
    # Models are the platform's: a town alone writes too little for one.
    shared = {"agencies", "users", "staff_settings", "saved_views", "model_versions", "model_uses", "model_rounds"}
    # The chain of seals is one for the installation, and what is done to the installation belongs to no agency.
    shared |= {"audit_seals", "platform_events", "platform_sections", "platform_leaves"}
    # Who asks for a new password may name an address that has no account, so no agency.
    shared |= {"recovery_requests"}
    # Sign-ins, and which account of a provider is whose, are of the account.
    shared |= {"sign_ins", "sso_links"}
    # What an account has besides its password, and proofs of it that are under way.
    shared |= {"account_factors", "web_authn_credentials", "recovery_codes", "factor_challenges"}
    # Who runs the installation belongs to no agency.
    shared |= {"platform_operators"}
    # A report that went to another agency points there, by the whole key of the row it became.
    across = {"fk_referrals_submission_there"}
    for table in Base.metadata.sorted_tables:
        if table.name in shared:
            continue
        assert next(iter(table.primary_key.columns)).name == "agency_id", table.name
        for key in table.foreign_key_constraints:
            if key.referred_table.name not in shared and key.name not in across:
                assert key.column_keys[0] == "agency_id", (table.name, key.column_keys)


def test_every_status_has_its_moves_and_is_reached() -> None:
    assert {start for start, _ in MOVES} == set(CaseStatus) == {to for _, to in MOVES}


def test_the_diagram_of_moves_in_the_docs_is_the_table() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+)$", (ROOT / "docs/life-of-a-submission.md").read_text(), re.MULTILINE)
    assert set(drawn) == {(one.value, other.value) for one, other in MOVES}


def test_the_audit_trail_cannot_be_changed(session: Session) -> None:
    from feedback_app.audit.operations import SYSTEM, record

    agency = make.agency(session)
    record(session, agency_id=agency.id, actor=SYSTEM, action="x.y", subject_type="x", subject_id=1, now=make.NOW)
    for statement in (
        "UPDATE audit_events SET action = 'z'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events CASCADE",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), session.begin_nested():
            session.execute(sa.text(statement))


def _tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout: no list of files to read")
def test_no_file_names_a_path_of_the_machine_it_was_made_on() -> None:
    telltale = re.compile(rb"/" + rb"work/|/" + rb"root/|/" + rb"home/\w+/")
    named = [path.name for path in _tracked_files() if telltale.search(path.read_bytes())]
    assert named == []
