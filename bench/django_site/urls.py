# mypy: ignore-errors
# Django is not installed where the types are checked.
"""django-helpdesk at the root, and the administration its templates link to."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls", namespace="helpdesk"))]
