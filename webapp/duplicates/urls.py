"""Routes of the desk for duplicates."""

from __future__ import annotations

from django.urls import path

from webapp.duplicates import views

urlpatterns = [
    path("desk/duplicates/", views.index, name="duplicates"),
    path("desk/duplicates/<int:pk>/", views.pair, name="duplicate"),
    path("desk/duplicates/<int:pk>/decide/", views.decide, name="duplicate-decide"),
    path("desk/duplicates/decisions/<int:pk>/undo/", views.undo, name="duplicate-undo"),
]
