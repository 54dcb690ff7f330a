"""Routes of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from webapp.accounts import views as accounts
from webapp.mine.views import (
    collections,
    data,
    following,
    history,
    marked,
    saving,
    taste,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("yours/", marked.overview, name="mine"),
    path("likes/", marked.likes, name="likes"),
    path("yours/hidden/", marked.hidden, name="hidden"),
    path("works/<int:pk>/save/", saving.save, name="save"),
    path("yours/collections/", collections.collections, name="collections"),
    path("collections/<slug:token>/", collections.collection, name="collection"),
    path("collections/<slug:token>/edit/", collections.edit, name="collection-edit"),
    path("collections/<slug:token>/arrange/", collections.arrange, name="collection-arrange"),
    path("collections/<slug:token>/delete/", collections.delete, name="collection-delete"),
    path("collections/<slug:token>/restore/", collections.restore, name="collection-restore"),
    path(
        "collections/<slug:token>/put-back/<int:pk>/",
        collections.put_back,
        name="collection-put-back",
    ),
    path("yours/following/", following.following, name="following"),
    re_path(
        r"^artists/(?P<slug>[-a-zA-Z0-9_]+)/(?P<verb>follow|unfollow)/$",
        following.follow,
        name="follow",
    ),
    path("yours/history/", history.show, name="history"),
    path("yours/history/clear/", history.clear, name="history-clear"),
    re_path(r"^yours/history/(?P<verb>pause|resume)/$", history.pause, name="history-pause"),
    path("yours/history/<int:pk>/forget/", history.forget, name="history-forget"),
    path("yours/history/<int:pk>/remember/", history.remember, name="history-remember"),
    path("yours/taste/", taste.show, name="taste"),
    re_path(r"^yours/taste/(?P<verb>use|set-aside)/$", taste.use, name="taste-use"),
    re_path(
        r"^yours/recommendations/(?P<verb>on|off)/$", taste.recommendations, name="recommendations"
    ),
    path("account/", data.account, name="account"),
    path("account/password/", accounts.password, name="password"),
    path("account/e-mail/", accounts.email, name="e-mail"),
    path("account/export/", data.export, name="export"),
    path("account/delete/", data.erase, name="erase"),
]
