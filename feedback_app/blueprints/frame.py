"""What every template may call: the language, addresses of static files, the menu of staff, the words of labels."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from flask import current_app, url_for
from flask.sansio.app import App
from flask_babel import get_locale, gettext

from feedback_app.blueprints.access import my_permissions
from feedback_app.blueprints.attribution_words import reason_words
from feedback_app.blueprints.labels import RATINGS, label, rule_label
from feedback_app.blueprints.platform_frame import my_openings
from feedback_app.blueprints.sentences import translated
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import reasons_for


def register_frame(app: App) -> None:
    """Give the templates their functions and filters."""
    for function in (asset, current_language, endpoint_exists, my_openings, my_permissions, reasons_for, staff_pages):
        app.add_template_global(function, function.__name__)
    app.jinja_env.globals["rating_words"] = RATINGS
    app.add_template_filter(label, "label")
    app.add_template_filter(reason_words, "attribution_reason")
    app.add_template_filter(rule_label, "rule_label")
    app.add_template_filter(translated, "translated")


def current_language() -> str:
    """Return the language of the page, `id` or `en`."""
    locale = get_locale()
    return locale.language if locale else "id"


def endpoint_exists(endpoint: str) -> bool:
    """Tell whether a page of this name is part of the application."""
    return endpoint in current_app.view_functions


def asset(filename: str) -> str:
    """Return the address of a static file, with its content's hash so that browsers may keep it for a year."""
    version = _content_hash(Path(current_app.static_folder or "") / filename)
    return url_for("static", filename=filename, v=version)


def staff_pages() -> list[tuple[str, str, Permission | None]]:
    """Return the menu of signed-in staff: endpoint, words, and the permission that shows it (None: everybody)."""
    return [
        ("staff.home", gettext("Beranda petugas"), None),
        ("cases.inbox", gettext("Kotak masuk"), Permission.READ_INBOX),
        ("dashboard.page", gettext("Dasbor"), Permission.READ_DASHBOARD),
        ("board.page", gettext("Papan pimpinan"), Permission.READ_BOARD),
        ("survey.start", gettext("Survei SKM"), Permission.READ_SURVEY),
        ("evaluation.cycles", gettext("Evaluasi"), Permission.READ_EVIDENCE),
        ("people.listed", gettext("Pegawai"), Permission.MANAGE_PEOPLE),
        ("reviewing.listed", gettext("Penelaahan"), Permission.REVIEW_CONTEST),
        ("own_record.record", gettext("Catatan saya"), Permission.READ_OWN_RECORD),
        # Who works with the inbox finds it in the menu of cases.
        ("anomalies.listed", gettext("Kejanggalan"), Permission.MANAGE_CYCLE),
        ("message_pages.listed", gettext("Pesan"), Permission.MANAGE_MESSAGES),
        ("reader_page.page", gettext("Pembaca"), Permission.MANAGE_READER),
        ("privacy.requests", gettext("Data pribadi"), Permission.MANAGE_PRIVACY),
        ("audit_trail.listed", gettext("Jejak audit"), Permission.READ_AUDIT),
        ("grants.listed", gettext("Akses"), Permission.READ_GRANTS),
        ("grants.emergency", gettext("Akses darurat"), Permission.CONFIRM_BREAK_GLASS),
        ("platform.page", gettext("Platform"), Permission.OPERATE_PLATFORM),
        ("account.preferences", gettext("Akun saya"), None),
    ]


@functools.lru_cache(maxsize=64)
def _content_hash(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
