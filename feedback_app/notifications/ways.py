"""Which ways of sending an operator has set up."""

from __future__ import annotations

from feedback_app.config import Settings
from feedback_app.notifications.gateway import GatewayTransport
from feedback_app.notifications.rules import Way
from feedback_app.notifications.smtp import SmtpTransport
from feedback_app.notifications.transport import Transport


def ways_of(settings: Settings) -> frozenset[Way]:
    """Return the ways whose settings are there; `config` has refused half a way."""
    found = {Way.EMAIL: settings.smtp_url, Way.WHATSAPP: settings.whatsapp_gateway_url}
    return frozenset(way for way, url in found.items() if url)


def transports_of(settings: Settings) -> dict[Way, Transport]:
    """Return what sends, for each way that is set up."""
    found: dict[Way, Transport] = {}
    if settings.smtp_url:
        found[Way.EMAIL] = SmtpTransport.from_url(settings.smtp_url, settings.mail_from or "")
    if settings.whatsapp_gateway_url:
        found[Way.WHATSAPP] = GatewayTransport(settings.whatsapp_gateway_url, settings.whatsapp_gateway_token or "")
    return found
