"""Routes of the desk."""

from __future__ import annotations

from django.urls import path

from webapp.desk.views import artists, front, history, works

urlpatterns = [
    path("", front.desk, name="desk"),
    path("changes/", front.changes, name="desk-changes"),
    path("works/", works.works, name="desk-works"),
    path("works/<int:pk>/", history.work, name="desk-work"),
    path("works/<int:pk>/revert/", history.revert, name="desk-revert"),
    path("edits/<int:pk>/", works.edit, name="desk-edit"),
    path("edits/<int:pk>/make/", works.make, name="desk-edit-make"),
    path("edits/<int:pk>/undo/", works.undo, name="desk-edit-undo"),
    path("edits/<int:pk>/again/", works.again, name="desk-edit-again"),
    path("artists/", artists.artists, name="desk-artists"),
    path("artists/merge/", artists.merge, name="desk-merge"),
    path("artists/apart/", artists.apart, name="desk-apart"),
    path("artists/merges/<int:pk>/undo/", artists.part, name="desk-part"),
    path("artists/<int:pk>/", artists.artist, name="desk-artist"),
    path("artists/<int:pk>/rename/", artists.rename, name="desk-rename"),
]
