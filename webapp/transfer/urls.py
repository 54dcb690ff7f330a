"""Routes of the exports."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.transfer import views

urlpatterns: list[URLPattern] = [
    path("", views.exports, name="exports"),
    path("status/", views.exports_status, name="exports-status"),
    path("<int:pk>/cancel/", views.export_cancel, name="export-cancel"),
    path("<int:pk>/delete/", views.export_delete, name="export-delete"),
    path("<int:pk>/download/", views.export_download, name="export-download"),
]
