"""Routes of the exports."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.transfer import views

urlpatterns: list[URLPattern] = [
    path("exports/", views.exports, name="exports"),
    path("exports/status/", views.exports_status, name="exports-status"),
    path("exports/<int:pk>/cancel/", views.export_cancel, name="export-cancel"),
    path("exports/<int:pk>/delete/", views.export_delete, name="export-delete"),
    path("exports/<int:pk>/download/", views.export_download, name="export-download"),
]
