"""Routes of this app: visitors' under /exhibitions/, curators' under /studio/exhibitions/."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.exhibitions.views import public

urlpatterns: list[URLPattern] = [
    path("exhibitions/", public.exhibitions, name="exhibitions"),
    path("exhibitions/<str:token>/", public.exhibition, name="exhibition"),
]
