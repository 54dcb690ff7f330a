"""Routes of the pages of a batch."""

from __future__ import annotations

from django.urls import path

from webapp.ingest import grid_views, sheet_views, views

urlpatterns = [
    path("upload/<int:pk>/", views.batch, name="batch"),
    path("upload/<int:pk>/status/", views.batch_status, name="batch-status"),
    path("upload/<int:pk>/retry/", views.batch_retry, name="batch-retry"),
    path("upload/<int:pk>/act/", views.batch_act, name="batch-act"),
    path("upload/<int:pk>/report.csv", views.batch_report, name="batch-report"),
    path("upload/<int:pk>/grid/", grid_views.grid_page, name="batch-grid"),
    path("upload/<int:pk>/sheets/", sheet_views.add, name="sheet-add"),
    path("upload/sheets/<int:pk>/", sheet_views.sheet, name="sheet"),
    path("upload/changes/<int:pk>/undo/", views.change_undo, name="change-undo"),
    path("upload/notices/", views.notices, name="notices"),
]
