"""The names that code, migrations and supervisor share: roles of the database, functions that tell an agency."""

from __future__ import annotations

import enum
from typing import Final

# What the web may do. Nobody signs in as it.
WEB_ROLE: Final = "suara_web"
# The login of the web server: it is in WEB_ROLE and nothing else, so that it has no rights to fall back on.
PORTAL_ROLE: Final = "suara_portal"


class Lookup(enum.StrEnum):
    """What leads to an agency without naming it: the value is the function that tells the agency and nothing else."""

    TRACKING_CODE = "suara_agency_of_tracking_code"
    VISIT_TOKEN = "suara_agency_of_visit_token"  # noqa: S105 - the name of a function
    WALL_CODE = "suara_agency_of_wall_code"
    COUNTER_KEY = "suara_agency_of_counter_key"
    SYNC_KEY = "suara_agency_of_sync_key"


# Finds cases by words. Behind the wall PostgreSQL asks the policy before `@@`, which it does not trust to keep what it
# sees to itself, and so reads every case of the agency; this looks into the index, and tells numbers alone.
CASES_SAYING: Final = "suara_cases_saying"
# Tells in which agencies an account holds a role on a day.
AGENCIES_OF_ACCOUNT: Final = "suara_agencies_of_account"
