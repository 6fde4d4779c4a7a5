"""The settings that have a form of their own: the public address, places of files, keys, how messages leave."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from urllib.parse import SplitResult, urlsplit

from feedback_app.environment import is_vault_key, read_secret, read_server, read_url
from feedback_app.errors import ConfigurationError


def public_url(env: Mapping[str, str]) -> str | None:
    """Return the address that citizens use, without a slash at its end.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = env.get("PUBLIC_URL", "").rstrip("/")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ConfigurationError(f"PUBLIC_URL must read like https://suara.kupangkota.go.id, not {value!r}.")
    return value


def is_on_tls(env: Mapping[str, str]) -> bool:
    """Tell whether that address is one over TLS."""
    return (public_url(env) or "").startswith("https://")


def security_contact(env: Mapping[str, str]) -> str | None:
    """Return where a weakness is reported.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = env.get("SECURITY_CONTACT", "").strip()
    if value and (not value.startswith(("mailto:", "https://", "tel:")) or not value.isprintable() or " " in value):
        raise ConfigurationError("SECURITY_CONTACT must read like mailto:keamanan@kupangkota.go.id or https://….")
    return value or None


def attachments_url(env: Mapping[str, str]) -> str | None:
    """Return the place of files, a folder or a bucket.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = read_url(env, "ATTACHMENTS_URL", {"file", "s3"})
    parts = urlsplit(value or "")
    if parts.scheme == "file" and not _is_whole_path(parts):
        raise ConfigurationError("ATTACHMENTS_URL must name a whole path: file:///var/lib/suara/attachments.")
    if parts.scheme == "s3" and not parts.netloc:
        raise ConfigurationError("ATTACHMENTS_URL must name a bucket: s3://bucket or s3://bucket/prefix.")
    return value


def _is_whole_path(parts: SplitResult) -> bool:
    """Tell whether an address names a path of this machine, from its root on."""
    return not parts.netloc and len(parts.path) >= 2


def clamd_url(env: Mapping[str, str]) -> str | None:
    """Return the address of a virus scanner.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = read_url(env, "CLAMD_URL", {"unix", "tcp"})
    parts = urlsplit(value or "")
    if parts.scheme == "tcp":
        return read_server(env, "CLAMD_URL", {"tcp"})
    if parts.scheme == "unix" and not _is_whole_path(parts):
        raise ConfigurationError("CLAMD_URL must name a whole path (unix:///run/clamav/clamd.ctl) or a server.")
    return value


def vault_keys(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that seal addresses of citizens, the newest first.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    keys = tuple(key.strip() for key in env.get("VAULT_KEYS", "").split(",") if key.strip())
    for place, key in enumerate(keys, start=1):
        if not is_vault_key(key):
            # The key itself stays out of the message, which may reach a log.
            raise ConfigurationError(f"VAULT_KEYS: key {place} is none; make one with `feedback keys new`.")
    return keys


def messages(env: Mapping[str, str]) -> dict[str, str | None]:
    """Return the settings by which messages leave, by their name.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    smtp_url = read_server(env, "SMTP_URL", {"smtp", "smtps"})
    gateway_url = read_server(env, "WHATSAPP_GATEWAY_URL", {"https", "http"})
    token = env.get("WHATSAPP_GATEWAY_TOKEN") or None
    sender = env.get("MAIL_FROM") or None
    if smtp_url and (sender is None or not _is_sender(sender)):
        raise ConfigurationError("SMTP_URL needs MAIL_FROM, such as: Suara Layanan <kabar@kupangkota.go.id>")
    if gateway_url and not (token and token.isascii() and token.isprintable()):
        raise ConfigurationError("WHATSAPP_GATEWAY_URL needs WHATSAPP_GATEWAY_TOKEN, the gateway's bearer token.")
    if (smtp_url or gateway_url) and not env.get("PUBLIC_URL"):
        raise ConfigurationError("SMTP_URL and WHATSAPP_GATEWAY_URL need PUBLIC_URL: every message names that address.")
    return {
        "smtp_url": smtp_url, "mail_from": sender, "whatsapp_gateway_url": gateway_url,
        "whatsapp_gateway_token": token,
        "whatsapp_gateway_webhook_secret": read_secret(env, "WHATSAPP_GATEWAY_WEBHOOK_SECRET"),
    }  # fmt: skip


def _is_sender(value: str) -> bool:
    name, _, domain = parseaddr(value)[1].rpartition("@")
    return bool(name and domain) and value.isprintable()
