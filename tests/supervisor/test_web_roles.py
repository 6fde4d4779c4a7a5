"""The roles of the second wall: made with the cluster, and added to one that was made before there were any."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from feedback_app.config import Settings
from feedback_app.db_wall.roles import PORTAL_ROLE, WEB_ROLE
from feedback_app.supervisor import cluster, servers
from feedback_app.supervisor.children import programs
from feedback_app.supervisor.postgres import ROLE

pytestmark = pytest.mark.timeout(180)
ROLES = (
    "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles "
    f"WHERE rolname IN ('{WEB_ROLE}', '{PORTAL_ROLE}', '{ROLE}') ORDER BY 1"
)
NEEDED = [(ROLE, True, True), (PORTAL_ROLE, True, False), (WEB_ROLE, False, False)]
OLDER = (f"REVOKE {WEB_ROLE} FROM {ROLE};", f"DROP ROLE {PORTAL_ROLE};", f"DROP ROLE {WEB_ROLE};")


def _roles(settings: Settings) -> list[tuple[object, ...]]:
    assert settings.database_url
    assert settings.web_database_url
    with psycopg.connect(settings.web_database_url) as web:
        assert web.execute("SELECT session_user").fetchone() == (PORTAL_ROLE,)
    with psycopg.connect(settings.database_url) as owner:
        owner.execute(f"SET ROLE {WEB_ROLE}")
        owner.execute("RESET ROLE")
        return owner.execute(ROLES).fetchall()


def test_a_cluster_from_before_the_wall_gets_its_roles_at_the_next_start(
    spoiled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = spoiled.home / "secrets" / "postgres-web"
    with servers(spoiled, fsync=False) as first:
        assert _roles(first) == NEEDED
    # As one that an earlier version made: no roles, and no password of theirs.
    keep = cluster._keep_web_roles
    monkeypatch.setattr(
        cluster, "_keep_web_roles",
        lambda places: cluster._single_user(places, places.postgres_data, OLDER, fsync=False),
    )  # fmt: skip
    secret.unlink()
    with servers(spoiled, fsync=False) as older, psycopg.connect(older.database_url or "") as owner:
        assert owner.execute(ROLES).fetchall() == NEEDED[:1]
    secret.unlink(missing_ok=True)
    monkeypatch.setattr(cluster, "_keep_web_roles", keep)
    with servers(spoiled, fsync=False) as again:
        assert _roles(again) == NEEDED
    with servers(spoiled, fsync=False) as known:
        assert known.web_database_url == again.web_database_url


def test_the_web_learns_its_own_login_and_the_worker_none_of_it(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, database_url="postgresql://owner@/suara", redis_url=None, secret_key=None,
        web_database_url="postgresql://portal@/suara",
    )  # fmt: skip
    told = {one.name: one.env for one in programs(settings, 8000, dict.fromkeys(("web", "worker", "sweep"), ("x",)))}
    assert told["web"]["DATABASE_URL"] == "postgresql://portal@/suara"
    assert not any("owner@" in value for value in told["web"].values())
    for name in ("worker", "sweep"):
        assert told[name]["DATABASE_URL"] == "postgresql://owner@/suara"
        assert "portal@" not in "".join(told[name].values())
