"""Routes of the upload pages."""

from __future__ import annotations

from django.urls import path

from webapp.ingest import views

urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("upload/file/", views.upload_file, name="upload-file"),
    path("upload/<int:pk>/", views.batch, name="batch"),
    path("upload/<int:pk>/status/", views.batch_status, name="batch-status"),
    path("upload/<int:pk>/retry/", views.batch_retry, name="batch-retry"),
]
