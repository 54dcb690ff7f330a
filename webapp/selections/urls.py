"""Routes of selections and walks."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from webapp.selections.views import combine, lists, one, send, walk

urlpatterns: list[URLPattern] = [
    path("", lists.index, name="selections"),
    path("new/", lists.new, name="selection-new"),
    path("combine/", combine.combine, name="selections-combine"),
    path("compare/", combine.compare, name="selections-compare"),
    path("tags/<int:pk>/", send.tag, name="tag"),
    path("<int:pk>/", one.selection, name="selection"),
    path("<int:pk>/words/", one.words, name="selection-words"),
    path("<int:pk>/works/", one.change_works, name="selection-works"),
    path("<int:pk>/add/", one.add, name="selection-add"),
    path("<int:pk>/arrange/", one.arrange, name="selection-arrange"),
    path("<int:pk>/send/", send.send, name="selection-send"),
    path("<int:pk>/twins/", send.twins, name="selection-twins"),
    re_path(
        r"^(?P<pk>[0-9]{1,18})/(?P<verb>duplicate|delete|restore|undo)/$",
        one.verb,
        name="selection-verb",
    ),
]
walking: list[URLPattern] = [path("", walk.walk, name="walk")]
