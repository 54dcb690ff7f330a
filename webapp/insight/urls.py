"""Routes of this app."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.insight import views

urlpatterns: list[URLPattern] = [
    path("", views.visitor, name="insight"),
    path("model/", views.model, name="insight-model"),
    path("two/", views.two, name="insight-two"),
    path("work/", views.work, name="insight-work"),
    path("triplets/", views.triplets, name="insight-triplets"),
    path("measure/", views.measure, name="insight-measure"),
    path("draw/", views.draw, name="insight-draw"),
    path("surveys/<int:pk>/status/", views.survey_status, name="insight-survey-status"),
    path("draws/<int:pk>/status/", views.draw_status, name="insight-draw-status"),
    path("maps/<int:pk>/scores.bin", views.scores, name="map-scores"),
]
