"""Every room's tables in one import, so that migrations and checks see them all."""

from __future__ import annotations

from feedback_app.analysis import models as analysis_models
from feedback_app.analysis.learning import models as analysis_learning_models
from feedback_app.audit import models as audit_models
from feedback_app.audit import seal_models as audit_seal_models
from feedback_app.evaluation import models as evaluation_models
from feedback_app.evaluation import result_models as evaluation_result_models
from feedback_app.evaluation.attribution import models as evaluation_attribution_models
from feedback_app.evaluation.board import models as evaluation_board_models
from feedback_app.evaluation.replies import models as evaluation_replies_models
from feedback_app.handling import models as handling_models
from feedback_app.handling.answers import models as handling_answers_models
from feedback_app.handling.bulk import models as handling_bulk_models
from feedback_app.handling.citizens import models as handling_citizens_models
from feedback_app.handling.clocks import models as handling_clocks_models
from feedback_app.handling.desk import models as handling_desk_models
from feedback_app.handling.ending import models as handling_ending_models
from feedback_app.handling.handing_on import models as handling_handing_on_models
from feedback_app.handling.inbox import models as handling_inbox_models
from feedback_app.handling.publication import models as handling_publication_models
from feedback_app.handling.telling import models as handling_telling_models
from feedback_app.identity import account_models as identity_account_models
from feedback_app.identity import grant_models as identity_grant_models
from feedback_app.identity import models as identity_models
from feedback_app.identity import sign_in_models as identity_sign_in_models
from feedback_app.identity.factors import models as identity_factors_models
from feedback_app.identity.sso import models as identity_sso_models
from feedback_app.intake import counter_models as intake_counter_models
from feedback_app.intake import extra_models as intake_extra_models
from feedback_app.intake import models as intake_models
from feedback_app.intake import restriction_models as intake_restriction_models
from feedback_app.measures import models as measures_models
from feedback_app.measures import release_models as measures_release_models
from feedback_app.notifications import models as notifications_models
from feedback_app.organisation import models as organisation_models
from feedback_app.organisation.people import models as organisation_people_models
from feedback_app.privacy import models as privacy_models
from feedback_app.survey import batch_models as survey_batch_models
from feedback_app.survey import models as survey_models
from feedback_app.survey import result_models as survey_result_models
from feedback_app.survey import set_aside_models as survey_set_aside_models
from feedback_app.survey import tally_models as survey_tally_models

ROOMS_WITH_TABLES = (
    audit_models,
    audit_seal_models,
    identity_models,
    identity_factors_models,
    identity_grant_models,
    identity_sign_in_models,
    identity_sso_models,
    identity_account_models,
    organisation_models,
    organisation_people_models,
    notifications_models,
    intake_models,
    intake_counter_models,
    intake_extra_models,
    intake_restriction_models,
    analysis_models,
    analysis_learning_models,
    handling_models,
    handling_answers_models,
    handling_bulk_models,
    handling_citizens_models,
    handling_clocks_models,
    handling_desk_models,
    handling_ending_models,
    handling_handing_on_models,
    handling_inbox_models,
    handling_publication_models,
    handling_telling_models,
    privacy_models,
    survey_models,
    survey_batch_models,
    survey_set_aside_models,
    survey_tally_models,
    survey_result_models,
    measures_models,
    measures_release_models,
    evaluation_models,
    evaluation_attribution_models,
    evaluation_result_models,
    evaluation_replies_models,
    evaluation_board_models,
)
