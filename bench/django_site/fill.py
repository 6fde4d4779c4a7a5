# mypy: ignore-errors
# Django is not installed where the types are checked.
"""Write as many tickets as the file named by the first argument has lines, and a member of staff to list them."""

import os
import sys
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.django_site.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - models can be imported after the set-up only
from django.db import connection  # noqa: E402
from helpdesk.models import Queue, Ticket  # noqa: E402

BATCH = 2000
queue = Queue.objects.get(slug="umum")
get_user_model().objects.create_superuser(os.environ["BENCH_USER"], "kepala@bench.go.id", os.environ["BENCH_PASSWORD"])


def tickets(lines):
    """One ticket a line; half of them stand open, as in the tables beside which they are measured."""
    for number, line in enumerate(lines):
        status = Ticket.OPEN_STATUS if number % 2 else Ticket.CLOSED_STATUS
        yield Ticket(
            queue=queue, title=line[:60], description=line, submitter_email=f"warga{number}@contoh.id", status=status,
            priority=1 + number % 5,
        )  # fmt: skip


with open(sys.argv[1], encoding="utf-8") as file:
    made = tickets(file)
    while some := list(islice(made, BATCH)):
        Ticket.objects.bulk_create(some)
with connection.cursor() as cursor:
    cursor.execute("VACUUM ANALYZE")
print(Ticket.objects.count())
