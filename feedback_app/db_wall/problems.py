"""Whether the second wall stands: asked by `feedback db check-wall`, the doctor, and the web server as it starts."""

from __future__ import annotations

import logging
from typing import Any, Final

import sqlalchemy as sa
from psycopg.errors import UndefinedObject
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from feedback_app.db import db
from feedback_app.db_wall.roles import AGENCIES_OF_ACCOUNT, CASES_SAYING, PORTAL_ROLE, WEB_ROLE, Lookup
from feedback_app.db_wall.statements import POLICY
from feedback_app.errors import ConfigurationError

log = logging.getLogger(__name__)

# What is only ever added to, whoever comes by the web.
APPEND_ONLY: Final = ("audit_events", "platform_events")
# What every figure is counted from: by the web changed in a few columns only, never in what was said, where and when.
RAW: Final = ("submissions", "case_events", "skm_responses")
_ROLE: Final = """
SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin,
       ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid) AS is_in,
       ARRAY(SELECT CASE s.setdatabase WHEN 0 THEN '' ELSE format('IN DATABASE %I ', d.datname) END
             FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase
             WHERE s.setrole = r.oid AND (s.setdatabase = 0 OR d.datname = current_database())) AS has_settings
FROM pg_roles r WHERE rolname IN (:web, :portal)
"""
_TABLES: Final = """
SELECT c.relname AS name, c.relrowsecurity AS is_walled, pg_get_userbyid(c.relowner) AS owner,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency_id' AND NOT a.attisdropped)
           AS is_tenant,
       (SELECT pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p
        WHERE p.polrelid = c.oid AND p.polname = :policy) AS policy,
       ARRAY(SELECT privilege_type::text FROM aclexplode(c.relacl) WHERE grantee = :web ::regrole) AS may,
       EXISTS (SELECT FROM aclexplode(c.relacl) WHERE grantee = 0) AS is_public
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
_FUNCTIONS: Final = """
SELECT proname AS name, prosecdef AS is_definer, prorettype = 'trigger'::regtype AS is_law,
       coalesce(array_to_string(proconfig, ','), '') AS settings,
       EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0) AS is_public
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
   AND (prosecdef OR prorettype = 'trigger'::regtype OR proname = ANY(:names))
"""
_CREATES: Final = "SELECT has_schema_privilege(:web, 'public', 'CREATE')"
_MAY_ENTER: Final = "SELECT current_user AS me, pg_has_role(current_user, :web, 'MEMBER')"
_UNWALLED: Final = """
SELECT count(*) FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
   AND NOT c.relrowsecurity AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency_id')
"""


def problems(session: Session) -> list[str]:
    """Return what is wrong with the wall, a sentence each; none where it stands."""
    roles = {row.rolname: row for row in session.execute(sa.text(_ROLE), {"web": WEB_ROLE, "portal": PORTAL_ROLE})}
    if WEB_ROLE not in roles:
        return [missing_role("your login")]
    tables = session.execute(sa.text(_TABLES), {"web": WEB_ROLE, "policy": POLICY}).all()
    names = [*Lookup, AGENCIES_OF_ACCOUNT, CASES_SAYING]
    functions = {row.name: row for row in session.execute(sa.text(_FUNCTIONS), {"names": list(map(str, names))})}
    found = [word for row in roles.values() for word in _of_role(row)]
    found += [word for row in tables for word in _of_table(row)]
    found += [f"The function {name} is missing: run `feedback db upgrade`." for name in names if name not in functions]
    found += [word for row in functions.values() for word in _of_function(row)]
    if session.scalar(sa.text(_CREATES), {"web": WEB_ROLE}):
        found.append("The web may create objects: type REVOKE CREATE ON SCHEMA public FROM PUBLIC;")
    return found


def check_before_serving() -> None:
    """Refuse to serve where this login cannot go behind the wall, or where the tables stand in front of it.

    A database that does not answer is waited for, as by every request; without the role none of them would succeed.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        It says what to type.
    """
    try:
        with db.engine.connect() as link:
            me, may_enter = link.execute(sa.text(_MAY_ENTER), {"web": WEB_ROLE}).one()
            unwalled = link.scalar(sa.text(_UNWALLED))
    except OperationalError:
        return
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedObject):
            raise
        raise ConfigurationError(missing_role("your login")) from error
    finally:
        # Each process of the server opens connections of its own.
        db.engine.dispose()
    if not may_enter:
        raise ConfigurationError(f'The login {me} may not become {WEB_ROLE}: type GRANT {WEB_ROLE} TO "{me}";')
    if unwalled:
        raise ConfigurationError(f"{unwalled} tables stand in front of the second wall: run `feedback db upgrade`.")


def missing_role(login: str) -> str:
    """Return what an administrator of the database types where the role of the web is missing."""
    return f"The role {WEB_ROLE} is missing: type CREATE ROLE {WEB_ROLE} NOLOGIN; GRANT {WEB_ROLE} TO {login};"


def _of_role(row: Any) -> list[str]:
    rights = {
        "SUPERUSER": row.rolsuper, "BYPASSRLS": row.rolbypassrls, "CREATEROLE": row.rolcreaterole,
        "CREATEDB": row.rolcreatedb, "LOGIN": row.rolcanlogin and row.rolname == WEB_ROLE,
    }  # fmt: skip
    found = [f"The role {row.rolname} has {right}: type ALTER ROLE {row.rolname} NO{right};"
             for right, has in rights.items() if has]  # fmt: skip
    # Any login may give itself some; whoever sent words in its name once would shut the web out for good.
    found += [f"The role {row.rolname} has settings of its own: type ALTER ROLE {row.rolname} {where}RESET ALL;"
              for where in row.has_settings]  # fmt: skip
    allowed = {WEB_ROLE} if row.rolname == PORTAL_ROLE else set()
    return found + [f"The role {row.rolname} is in {other}: type REVOKE {other} FROM {row.rolname};"
                    for other in row.is_in if other not in allowed]  # fmt: skip


def _of_table(row: Any) -> list[str]:
    found = []
    if row.is_tenant and not (row.is_walled and "suara.agency" in (row.policy or "")):
        found.append(f"The table {row.name} stands in front of the wall: it has no policy {POLICY}.")
    if row.owner in {WEB_ROLE, PORTAL_ROLE}:
        found.append(f"The table {row.name} belongs to {row.owner}, whom no policy holds.")
    if row.is_public:
        found.append(f"Everybody may use the table {row.name}: type REVOKE ALL ON {row.name} FROM PUBLIC;")
    too_much = {"TRUNCATE", "REFERENCES", "TRIGGER"} | ({"UPDATE", "DELETE"} if row.name in APPEND_ONLY else set())
    too_much |= {"UPDATE"} if row.name in RAW else set()
    found += [f"The web may {right} the table {row.name}: type REVOKE {right} ON {row.name} FROM {WEB_ROLE};"
              for right in sorted(too_much & set(row.may))]  # fmt: skip
    return found


def _of_function(row: Any) -> list[str]:
    found = []
    if row.is_law and not row.is_definer:
        found.append(f"The trigger {row.name} sees no more than whoever writes: it needs SECURITY DEFINER.")
    if row.is_definer and row.is_public:
        found.append(f"Everybody may call {row.name}, which runs with the owner's rights.")
    if row.is_definer and "search_path=pg_catalog" not in row.settings:
        found.append(f"{row.name} runs with the owner's rights and its search path is not fixed.")
    return found
