"""Routes of the museums."""

from __future__ import annotations

from django.urls import path

from webapp.museums import views

urlpatterns = [
    path("upload/museums/", views.museums, name="museums"),
    path("upload/museums/<slug:name>/", views.museum, name="museum"),
    path("upload/museums/syncs/<int:pk>/", views.sync, name="sync"),
    path("upload/museums/syncs/<int:pk>/status/", views.sync_status, name="sync-status"),
    path("upload/museums/syncs/<int:pk>/choose/", views.sync_choose, name="sync-choose"),
    path("upload/museums/syncs/<int:pk>/bring/", views.sync_bring, name="sync-bring"),
    path("upload/museums/syncs/<int:pk>/cancel/", views.sync_cancel, name="sync-cancel"),
    path("upload/museums/syncs/<int:pk>/resume/", views.sync_resume, name="sync-resume"),
    path("upload/museums/questions/<int:pk>/ask/", views.question_ask, name="question-ask"),
    path(
        "upload/museums/questions/<int:pk>/weekly/", views.question_weekly, name="question-weekly"
    ),
    path("upload/museums/previews/<int:pk>.webp", views.preview, name="sync-preview"),
]
