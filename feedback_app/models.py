"""Every room's tables in one import, so that migrations and checks see them all."""

from __future__ import annotations

from feedback_app.analysis import models as analysis_models
from feedback_app.audit import models as audit_models
from feedback_app.evaluation import models as evaluation_models
from feedback_app.handling import citizen_models as handling_citizen_models
from feedback_app.handling import models as handling_models
from feedback_app.handling import officer_models as handling_officer_models
from feedback_app.handling import public_models as handling_public_models
from feedback_app.handling import round_models as handling_round_models
from feedback_app.identity import models as identity_models
from feedback_app.intake import counter_models as intake_counter_models
from feedback_app.intake import extra_models as intake_extra_models
from feedback_app.intake import models as intake_models
from feedback_app.measures import models as measures_models
from feedback_app.measures import release_models as measures_release_models
from feedback_app.notifications import models as notifications_models
from feedback_app.organisation import models as organisation_models

ROOMS_WITH_TABLES = (
    audit_models,
    identity_models,
    organisation_models,
    notifications_models,
    intake_models,
    intake_counter_models,
    intake_extra_models,
    analysis_models,
    handling_models,
    handling_citizen_models,
    handling_officer_models,
    handling_public_models,
    handling_round_models,
    measures_models,
    measures_release_models,
    evaluation_models,
)
