"""Celery workers: everything that needs torch or takes longer than a request."""
