"""Routes of this app: visitors' under /exhibitions/, curators' under /studio/exhibitions/."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.exhibitions.views import public, studio

urlpatterns: list[URLPattern] = [
    path("exhibitions/", public.exhibitions, name="exhibitions"),
    path("exhibitions/<slug:token>/", public.exhibition, name="exhibition"),
    path("studio/exhibitions/", studio.index, name="studio-exhibitions"),
    path("studio/exhibitions/<int:pk>/", studio.editor, name="studio-exhibition"),
    path("studio/exhibitions/<int:pk>/add/", studio.add, name="studio-exhibition-add"),
    path("studio/exhibitions/<int:pk>/history/", studio.history, name="studio-exhibition-history"),
]
