"""The smallest project in which django-helpdesk takes public tickets. It runs in an environment of its own."""
