"""The statements that build the second wall: policies, grants, and functions that tell an agency by a hash.

Migrations call these, so what a function here writes for the same arguments never changes: a new rule gets a new
function or argument. How a new table is put behind the wall stands in `docs/wall.md`.
"""

from __future__ import annotations

from typing import Final

from feedback_app.db_wall.roles import WEB_ROLE

# Empty, not NULL, is what a setting reads once a transaction that had it is over; neither matches any row.
AGENCY: Final = "NULLIF(current_setting('suara.agency', true), '')::bigint"
ACCOUNT: Final = "NULLIF(current_setting('suara.user', true), '')::bigint"
# Within a function that runs with the owner's rights, the condition that its caller stands in front of the wall.
IN_FRONT: Final = f"pg_has_role(session_user, current_user, 'MEMBER') AND current_setting('role') <> '{WEB_ROLE}'"
POLICY: Final = "suara_web_agency"
ACROSS: Final = "suara_web_across"
ADDED: Final = "suara_web_added"
_VERBS: Final = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def tenant_wall(table: str, verbs: str, *, readable_across: str | None = None) -> list[str]:
    """Return what puts a table with `agency_id` behind the wall, and lets the web do so much with one agency's rows.

    `verbs` are letters of S, I, U, D. With `readable_across`, a condition in SQL, other agencies' rows that fulfil it
    are read as well, and never written.
    """
    across = f"CREATE POLICY {ACROSS} ON {table} FOR SELECT TO {WEB_ROLE} USING ({readable_across})"
    return [*own_rows_wall(table, verbs, f"agency_id = {AGENCY}"), *([across] if readable_across else [])]


def account_wall(table: str, verbs: str, account: str = "user_id") -> list[str]:
    """Return what puts a table of accounts, which belong to no agency, behind the wall.

    In reach are the rows of the account that asks and of accounts with a role in the agency entered, and all of them
    as long as neither is known: a sign-in begins with an address, a cookie with a hash, and both are looked up first.
    """
    here = f"SELECT FROM role_grants WHERE role_grants.user_id = {table}.{account} AND role_grants.agency_id = {AGENCY}"
    nobody_yet = f"({ACCOUNT} IS NULL AND {AGENCY} IS NULL)"
    return own_rows_wall(table, verbs, f"{account} = {ACCOUNT} OR {nobody_yet} OR EXISTS ({here})")


def own_rows_wall(table: str, verbs: str, own: str) -> list[str]:
    """Return what lets the web reach, and write, the rows of a table that fulfil a condition in SQL."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        *no_wall(table, verbs),
        f"CREATE POLICY {POLICY} ON {table} TO {WEB_ROLE} USING ({own}) WITH CHECK ({own})",
    ]


def readable_by_all(table: str) -> list[str]:
    """Return what lets the web read every row of a walled table; what it writes stays behind the wall."""
    return [f"CREATE POLICY {ACROSS} ON {table} FOR SELECT TO {WEB_ROLE} USING (true)"]


def addable_by_all(table: str) -> list[str]:
    """Return what lets the web add rows to a walled table whatever they hold, such as accounts of no agency yet."""
    return [f"CREATE POLICY {ADDED} ON {table} FOR INSERT TO {WEB_ROLE} WITH CHECK (true)"]


def no_wall(table: str, verbs: str) -> list[str]:
    """Return what lets the web use a table that holds nothing of any agency or account."""
    return [f"GRANT {', '.join(_VERBS[verb] for verb in verbs)} ON {table} TO {WEB_ROLE}"] if verbs else []


def taken_down(table: str) -> list[str]:
    """Return what undoes the wall of a table, whichever it had."""
    return [
        f"DROP POLICY IF EXISTS {ADDED} ON {table}",
        f"DROP POLICY IF EXISTS {ACROSS} ON {table}",
        f"DROP POLICY IF EXISTS {POLICY} ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"REVOKE ALL ON {table} FROM {WEB_ROLE}",
    ]


def laws_of_the_owner() -> str:
    """Return what lets every trigger that there is look at all rows, whoever writes.

    A law that reads other rows, such as "who runs the platform holds no role", would be blind to those behind the wall
    and let everything pass. Their functions are closed to the web: with a table of its own, for the length of a
    transaction, it could else call one with the owner's rights.
    """
    return _each_trigger_function(
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp", "REVOKE ALL ON FUNCTION %1$s FROM PUBLIC"
    )


def laws_of_the_writer() -> str:
    """Return what undoes `laws_of_the_owner`."""
    return _each_trigger_function("SECURITY INVOKER RESET search_path", "GRANT EXECUTE ON FUNCTION %1$s TO PUBLIC")


def _each_trigger_function(change: str, rights: str) -> str:
    return f"""
        DO $each$
        DECLARE law regprocedure;
        BEGIN
            FOR law IN SELECT oid FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
            LOOP
                EXECUTE format('ALTER FUNCTION %1$s {change}; {rights}', law);
            END LOOP;
        END $each$
    """  # noqa: S608 - words of this module


def looked_up(name: str, arguments: str, query: str, *, gives: str = "bigint") -> list[str]:
    """Return the function that tells what `query` finds by `$1` and so on: numbers, by default that of one agency.

    It runs with the owner's rights: so its search path is fixed, and nobody but the web may call it.
    """
    gives = f"RETURNS {gives} LANGUAGE sql STABLE"
    rights = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
    return [
        f"CREATE FUNCTION public.{name}({arguments}) {gives} {rights} AS $function$ {query} $function$",
        f"REVOKE ALL ON FUNCTION public.{name}({arguments}) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION public.{name}({arguments}) TO {WEB_ROLE}",
    ]
