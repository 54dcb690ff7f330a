"""The Celery application: `celery -A workers.app worker --beat`."""

from __future__ import annotations

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

app = Celery("workers")
app.config_from_object("django.conf:settings", namespace="CELERY")
