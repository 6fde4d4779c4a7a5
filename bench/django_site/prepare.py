# mypy: ignore-errors
# Django is not installed where the types are checked.
"""Build the tables and one public queue; print how many tickets there are."""

import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.django_site.settings")
django.setup()
call_command("migrate", verbosity=0)

from helpdesk.models import Queue, Ticket  # noqa: E402 - models can be imported after the set-up only

Queue.objects.get_or_create(slug="umum", defaults={"title": "Umum", "allow_public_submission": True})
print(Ticket.objects.count())
