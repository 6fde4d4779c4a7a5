"""The pages: they read a form, call a room, commit once, and answer."""

from __future__ import annotations

from flask import Flask

from feedback_app.blueprints import (
    account,
    anomalies,
    assigning,
    attachments,
    bulk_pages,
    case_attachments,
    case_life,
    cases,
    clocks_calendar,
    clocks_frame,
    clocks_setup,
    collective,
    contact_pages,
    counter,
    counter_api,
    counter_setup,
    dashboard,
    data_rights,
    delivery_webhook,
    disposing,
    evaluation,
    extending,
    inbox_pages,
    joining,
    kiosk,
    merging,
    message_pages,
    notes,
    own_words,
    placing,
    proof_views,
    proofs,
    public,
    publishing,
    rating,
    reader_page,
    reader_texts,
    receipt_page,
    referred,
    referring,
    reply_templates,
    reporting,
    staff,
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
)

# They hang their pages on the blueprint `public`, which is why importing them is enough.
PUBLIC_PAGES = (rating, receipt_page, reporting, kiosk, wall, unit_page)
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

# The inbox and acts on many of its cases, on `cases` as well.
INBOX_PAGES = (inbox_pages, bulk_pages)

# On `survey`: setting surveys up.
SURVEY_SETUP_PAGES = (
    survey_setup, survey_periods, survey_targets, survey_instruments, survey_questions, survey_history,
    survey_set_aside,
)  # fmt: skip

# On `survey_paper`: the questionnaire to print.
PRINT_PAGES = (survey_print,)

# And on `tracking`.
TRACKING_PAGES = (contact_pages, data_rights, joining, own_words)


def register_blueprints(app: Flask) -> None:
    """Hang every blueprint into the application."""
    for module in (
        public,
        tracking,
        account,
        staff,
        cases,
        publishing,
        reply_templates,
        anomalies,
        evaluation,
        counter_api,
        message_pages,
        reader_page,
        reader_texts,
        delivery_webhook,
        subject_requests,
        clocks_frame,
        dashboard,
        survey_frame,
        survey_results,
        survey_actions,
        survey_report,
        survey_paper,
        survey_files,
        survey_batches,
    ):
        app.register_blueprint(module.bp)
