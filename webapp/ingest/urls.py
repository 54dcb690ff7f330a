"""Routes of the pages of a batch."""

from __future__ import annotations

from django.urls import path

from webapp.ingest import views

urlpatterns = [
    path("upload/<int:pk>/", views.batch, name="batch"),
    path("upload/<int:pk>/status/", views.batch_status, name="batch-status"),
    path("upload/<int:pk>/retry/", views.batch_retry, name="batch-retry"),
    path("upload/<int:pk>/act/", views.batch_act, name="batch-act"),
    path("upload/<int:pk>/report.csv", views.batch_report, name="batch-report"),
    path("upload/changes/<int:pk>/undo/", views.change_undo, name="change-undo"),
    path("upload/notices/", views.notices, name="notices"),
]
