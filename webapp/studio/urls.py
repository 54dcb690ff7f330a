"""Routes of this app, one list per family of pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.studio import sheets
from webapp.studio.views import data, maps, neighbourhoods

map_pages = [
    path("", maps.studio, name="studio"),
    path("maps/", maps.maps, name="maps"),
    path("maps/compare/", maps.compare, name="maps-compare"),
    path("maps/new/", maps.ask, name="map-new"),
    path("maps/<int:pk>/status/", maps.status, name="map-status"),
    path("maps/<int:pk>/cancel/", maps.cancel, name="map-cancel"),
]

data_of_maps = [
    path("maps/<int:pk>/manifest.json", data.manifest, name="map-manifest"),
    path("maps/<int:pk>/columns.bin", data.binary, name="map-columns"),
    path("maps/<int:pk>/sheets/<slug:name>.webp", sheets.sheet, name="map-sheet"),
    path("maps/<int:pk>/works/", data.works, name="map-works"),
    path("maps/<int:pk>/find/", data.find, name="map-find"),
]

neighbourhood_pages = [
    path("maps/<int:pk>/changes/", neighbourhoods.changes, name="map-changes"),
    path("neighbourhoods/", neighbourhoods.index, name="neighbourhoods"),
    path("neighbourhoods/<int:pk>/", neighbourhoods.neighbourhood, name="neighbourhood"),
    path("neighbourhoods/<int:pk>/name/", neighbourhoods.rename, name="neighbourhood-rename"),
]

urlpatterns: list[URLPattern] = [*map_pages, *data_of_maps, *neighbourhood_pages]
