"""The classes of protection: what each kind of personal data is owed, wherever it stands (ASVS 5.0, 14.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from feedback_app.privacy.data_map.categories import CATEGORIES

EVERYWHERE: Final = (
    "For every class: TLS on every way over a network ([how](hardening.md)), age in copies, row-level security by\n"
    "agency, no word or number of a person in a log, pages of staff kept by no browser (`no-store`). Tables are not\n"
    "encrypted one by one: encrypt the disks of the database and of the files."
)


@dataclass(frozen=True, slots=True)
class Protection:
    """What one class is owed. Each field is a phrase for the page; `holds` are keys of `CATEGORIES`."""

    title: str
    encryption: str
    readers: str
    noted: str
    kept: str
    integrity: str
    holds: tuple[str, ...]


PROTECTIONS: Final = {
    "sealed": Protection(
        "Sealed", "each value (AES-128 and HMAC-SHA256), under a key outside the database, which rotates",
        "no page; the sender of messages opens one as it sends", "change and end of a contact, without the address",
        "shortest: days after the end of the case", "authenticated: a changed value opens nothing", ("contacts",),
    ),
    "hashed": Protection(
        "Kept as hashes and marks",
        "keyed or slow hash; secrets of authenticator apps AES-256-GCM, bound to the account",
        "nobody: they are compared, not shown", "sign-ins and changes of factors; misses by their number",
        "as each says below", "UNIQUE on the hash; what serves once is used once",
        ("tracking", "visits", "network", "sign_ins"),
    ),
    "words": Protection(
        "Words and files that may hold specific data", "none in the tables; files outside any served folder, mode 0600",
        "masked by default; the original after a click, by who answers the case; allegations the Inspektorat alone",
        "each look at original words, each act on a case",
        "by rule of the agency, days after the end; held by open cases",
        "what a citizen sent is never changed, corrections stand beside it; SHA-256 of each file",
        ("words", "masked_words", "request_words", "files", "staff_words", "contests", "people_lists"),
    ),
    "person": Protection(
        "About a named person of staff", "passwords argon2id over a keyed hash; else none in the tables",
        "by role and unit, NIP masked; the person sees their own",
        "every change, with who and when; evidence packs taken along",
        "with the record of personnel, by law; the rest with what was done",
        "posts dated twice, superseded and never rewritten; frozen cycles have a hash and two signatures",
        ("accounts", "roles", "staff_acts", "employees", "posts", "evaluation", "messages"),
    ),
    "derived": Protection(
        "Derived of feedback", "none in the tables", "officers of the unit; as sums from a floor on: everybody",
        "changes by hand (reason of a correction, ratings set aside)", "with the feedback; sums stay",
        "counted again from raw rows (`feedback measures recount`), released figures as of their moment",
        ("opinions", "readings", "handling", "requests", "survey"),
    ),
    "trail": Protection(
        "The trail", "none: it holds ids and codes, never words", "administrators, auditors, Inspektorat of the agency",
        "each download; reading on a page is not", "two years at the least; nothing cuts by itself",
        "rows are only added; sealed each minute, signed by a key outside the database, roots published", ("audit",),
    ),
    "public": Protection(
        "Shown to everybody", "none needed", "everybody, after an officer and the redactor",
        "who published, who withdrew",
        "with the words they come from; withdrawn at once", "the page shows what the row holds, escaped",
        ("published_words",),
    ),
}  # fmt: skip


def class_of(category: str) -> str:
    """Return the key of the class a category belongs to.

    >>> class_of("contacts"), class_of("evaluation")
    ('sealed', 'person')
    """
    return next(key for key, one in PROTECTIONS.items() if category in one.holds)


def lines() -> list[str]:
    """Return the section of the data map about the classes."""
    rows = [
        f"| **{one.title}** (`{key}`) | {', '.join(f'`{name}`' for name in one.holds)} | {one.encryption} "
        f"| {one.readers} | {one.noted} | {one.kept} | {one.integrity} |"
        for key, one in PROTECTIONS.items()
    ]
    return [
        "\n## Classes of protection\n", f"{EVERYWHERE}\n",
        "| class | data | encrypted | who reads | noted in the trail | kept | integrity |",
        "|---|---|---|---|---|---|---|", *rows,
    ]  # fmt: skip


def problems() -> tuple[str, ...]:
    """Return categories that stand in no class, or in two."""
    held = [name for one in PROTECTIONS.values() for name in one.holds]
    return tuple(sorted(name for name in {*CATEGORIES, *held} if held.count(name) != 1 or name not in CATEGORIES))
