"""The pages: they read a form, call a room, commit once, and answer."""

from __future__ import annotations

from flask import Flask

from feedback_app.blueprints import (
    account,
    anomalies,
    attachments,
    case_attachments,
    cases,
    contact_pages,
    counter,
    counter_api,
    counter_setup,
    data_rights,
    disposing,
    evaluation,
    joining,
    kiosk,
    own_words,
    public,
    publishing,
    rating,
    receipt_page,
    reporting,
    staff,
    subject_requests,
    tracking,
    unit_page,
    wall,
)

# They hang their pages on the blueprint `public`, which is why importing them is enough.
PUBLIC_PAGES = (rating, receipt_page, reporting, kiosk, wall, unit_page)
# These hang theirs on the blueprint `cases`.
COUNTER_PAGES = (counter, counter_setup)
# The same for what hangs on `tracking` and `cases`.
FILE_PAGES = (attachments, case_attachments)

# On `cases`: sending a case on to another unit.
DISPOSAL_PAGES = (disposing,)

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
        anomalies,
        evaluation,
        counter_api,
        subject_requests,
    ):
        app.register_blueprint(module.bp)
