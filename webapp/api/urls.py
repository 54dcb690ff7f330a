"""Routes of this app: the API under /api/, the documents of IIIF under /iiif/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from webapp.api import views
from webapp.api.site import api, openapi

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.api_page, name="api"),
    path("tokens/", views.tokens_page, name="api-tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="api-token-revoke"),
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/", api.urls),
    # So that no page of ours answers a program, nor Django's redirect to an added slash.
    re_path(r"^v1/", views.unknown),
]
iiif: list[URLPattern | URLResolver] = [
    path("iiif/works/<int:pk>/manifest.json", views.work_manifest, name="iiif-work"),
    path(
        "iiif/collections/<slug:token>/manifest.json",
        views.collection_manifest,
        name="iiif-collection",
    ),
    path(
        "iiif/exhibitions/<slug:token>/manifest.json",
        views.exhibition_manifest,
        name="iiif-exhibition",
    ),
]
