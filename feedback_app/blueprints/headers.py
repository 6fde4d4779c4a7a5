"""What every answer tells the browser to refuse, and who may keep it.

The policy allows what the pages use and nothing else: no script or style within a page, no other site's files, no
frame. Sources: OWASP ASVS 5.0 V3.4 and V14.3, RFC 6797 (HSTS), W3C CSP 3.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, current_app, g, request

from feedback_app.blueprints.access import PUBLIC_ENDPOINTS

YEAR_SECONDS: Final = 365 * 24 * 3600
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A file of somebody's: looked at or saved, it loads nothing, sends nothing and runs nothing.
FILE_POLICY: Final = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# No page asks for a device; a script that came in by mistake shall not either.
DEVICES: Final = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
# Figures that the town gives to everybody may be shown on other sites; nothing else of ours may.
OPEN_DATA: Final = frozenset(
    {
        "public.unit_json", "public.unit_csv", "public.survey_results_json", "public.survey_results_csv",
        "evidence_schema.schema", "public.audit_roots", "public.security_txt",
    }
)  # fmt: skip


def register_headers(app: Flask, *, is_https: bool) -> None:
    """Put the headers on every answer that has none of its own; `is_https` says that the site is served so."""
    app.extensions["suara_is_https"] = is_https
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", DEVICES)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", _readers())
    if current_app.extensions["suara_is_https"]:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains")
    if request.endpoint not in PUBLIC_ENDPOINTS or request.blueprint == "tracking":
        # Pages of staff, and of who follows a report, hold what citizens wrote: none stays on a counter's computer or
        # a borrowed phone when its user has gone.
        headers.setdefault("Cache-Control", "no-store")
    if g.get("signed_out"):
        # Not "storage": questionnaires typed without a connection wait there until they can be sent. Not "cookies":
        # the mark of a known browser (`known_browsers`) is to stay.
        headers.setdefault("Clear-Site-Data", '"cache"')
    return response


def _readers() -> str:
    return "cross-origin" if request.endpoint in OPEN_DATA else "same-origin"
