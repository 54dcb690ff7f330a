"""Routes of this app."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.quality import views

urlpatterns: list[URLPattern] = [
    path("", views.overview, name="quality"),
    path("measure/", views.measure, name="quality-measure"),
    path("<int:pk>/", views.space, name="quality-space"),
    path("<int:pk>/status/", views.status, name="quality-status"),
    path("<int:pk>/cancel/", views.cancel, name="quality-cancel"),
    path("extractors/", views.extractors, name="extractors"),
    path("extractors/status/", views.extractors_status, name="extractors-status"),
    path("extractors/cancel/", views.extractors_cancel, name="extractors-cancel"),
    path("extractors/forget/", views.extractors_forget, name="extractors-forget"),
]
