# mypy: ignore-errors
# Django is not installed where the types are checked.
"""The application as a WSGI server finds it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.django_site.settings")
app = get_wsgi_application()
