"""The pages: they read a form, call a room, commit once, and answer."""

from __future__ import annotations

from flask import Flask

from feedback_app.blueprints import (
    account,
    account_password,
    anomalies,
    assigning,
    attachments,
    audit_roots,
    audit_trail,
    board,
    board_files,
    bulk_pages,
    calculators,
    case_attachments,
    case_life,
    cases,
    clocks_calendar,
    clocks_frame,
    clocks_setup,
    collective,
    contact_pages,
    contests,
    counter,
    counter_api,
    counter_setup,
    cycle_differences,
    cycle_life,
    dashboard,
    data_corrections,
    data_rights,
    delivery_webhook,
    disposing,
    evaluation,
    evidence,
    evidence_files,
    extending,
    factor_passkeys,
    factor_resets,
    factors,
    grants,
    grants_emergency,
    grants_frame,
    grants_giving,
    grants_settings,
    inbox_pages,
    invited,
    joining,
    kiosk,
    merging,
    message_pages,
    notes,
    objections,
    own_contests,
    own_record,
    own_words,
    people,
    people_api,
    people_changes,
    people_counters,
    people_frame,
    people_gaps,
    people_import,
    people_import_frame,
    people_import_page,
    people_levels,
    people_posts,
    people_rosters,
    people_sync_keys,
    placing,
    platform,
    platform_emergency,
    platform_frame,
    privacy_breach_files,
    privacy_breaches,
    privacy_frame,
    privacy_public,
    privacy_requests,
    privacy_retention,
    proof_views,
    proofs,
    public,
    publishing,
    rating,
    reader_page,
    reader_texts,
    receipt_page,
    recovery,
    referred,
    referring,
    reply_templates,
    reporting,
    reviewing,
    second_step,
    security_txt,
    sign_ins,
    sso,
    sso_setup,
    staff,
    staff_accounts,
    step_up,
    subject_requests,
    survey_actions,
    survey_batches,
    survey_files,
    survey_form,
    survey_frame,
    survey_history,
    survey_instruments,
    survey_paper,
    survey_periods,
    survey_print,
    survey_public,
    survey_questions,
    survey_report,
    survey_results,
    survey_results_public,
    survey_set_aside,
    survey_setup,
    survey_targets,
    tracking,
    unit_page,
    wall,
    working_agency,
)

# They hang their pages on the blueprint `public`, which is why importing them is enough.
PUBLIC_PAGES = (rating, receipt_page, reporting, kiosk, wall, unit_page, security_txt, audit_roots)
# On `public` as well: the questionnaire of a survey, and what surveys came to.
SURVEY_PAGES = (survey_public, survey_form, survey_results_public)
# These hang theirs on the blueprint `cases`.
COUNTER_PAGES = (counter, counter_setup)
# The same for what hangs on `tracking` and `cases`.
FILE_PAGES = (attachments, case_attachments)

# On `cases`: sending a case on to another unit.
DISPOSAL_PAGES = (disposing, placing)
# On `cases`: what an officer does to a case besides answering it.
LIFE_PAGES = (case_life,)
# On `cases`: giving it to a colleague, proof of what was done, another agency; the last two have their side for
# citizens on `tracking`.
HANDING_PAGES = (assigning, proofs, proof_views, referring, referred)

# And these: notes, merging, and one answer to many.
ANSWER_PAGES = (notes, merging, collective)

# On `clocks`: rules, hours and free days of an agency.
CLOCK_PAGES = (clocks_setup, clocks_calendar)

# On `cases`: more time for a case.
EXTENSION_PAGES = (extending,)

# On `factors`: passkeys, and the lost factor of a colleague.
FACTOR_PAGES = (factor_passkeys, factor_resets)

# The inbox and acts on many of its cases, on `cases` as well.
INBOX_PAGES = (inbox_pages, bulk_pages)

# On `survey`: setting surveys up.
SURVEY_SETUP_PAGES = (
    survey_setup, survey_periods, survey_targets, survey_instruments, survey_questions, survey_history,
    survey_set_aside,
)  # fmt: skip

# On `survey_paper`: the questionnaire to print.
PRINT_PAGES = (survey_print,)

# On `account`: changing the password, and in which of several agencies one works.
ACCOUNT_PAGES = (account_password, working_agency)

# On `evaluation`: what the figure of one person rests on.
EVIDENCE_PAGES = (evidence, evidence_files)

# On `evaluation`: the life of a cycle, two cycles side by side, objections to a final result.
CYCLE_PAGES = (cycle_life, cycle_differences, objections)

# On `evaluation`: what employees contest; on `own_record`: their contests.
CONTEST_PAGES = (contests, own_contests)

# On `board`: the same for programs and spreadsheets.
BOARD_PAGES = (board_files,)

# On `people`: civil servants, their posts, counters and rosters, and what is asked about the past.
PEOPLE_PAGES = (
    people, people_posts, people_changes, people_counters, people_rosters, people_gaps, people_levels,
)  # fmt: skip

# And on `tracking`.
TRACKING_PAGES = (contact_pages, data_corrections, data_rights, joining, own_words)


# On `privacy`: times of keeping, requests about data, breaches; on `public`: what everybody may read of it.
PRIVACY_PAGES = (privacy_retention, privacy_requests, privacy_breaches, privacy_breach_files, privacy_public)

# On `people_import`: bringing lists of people in, one import, the keys of systems that send them.
PEOPLE_IMPORT_PAGES = (people_import, people_import_page, people_sync_keys)


# On `grants`: who may do what, given and ended, and emergency access; on `platform`: the same for an operator.
ACCESS_PAGES = (grants, grants_giving, grants_emergency, grants_settings, platform, platform_emergency)


def register_blueprints(app: Flask) -> None:
    """Hang every blueprint into the application."""
    for module in (
        public,
        tracking,
        account,
        recovery,
        invited,
        second_step,
        step_up,
        factors,
        sign_ins,
        sso,
        sso_setup,
        staff,
        staff_accounts,
        cases,
        publishing,
        reply_templates,
        anomalies,
        audit_trail,
        evaluation,
        calculators,
        counter_api,
        people_import_frame,
        people_api,
        message_pages,
        reader_page,
        reader_texts,
        delivery_webhook,
        subject_requests,
        privacy_frame,
        clocks_frame,
        dashboard,
        board,
        survey_frame,
        survey_results,
        survey_actions,
        survey_report,
        survey_paper,
        survey_files,
        survey_batches,
        people_frame,
        own_record,
        reviewing,
        grants_frame,
        platform_frame,
    ):
        app.register_blueprint(module.bp)
    app.register_blueprint(evidence_files.schema_bp)
