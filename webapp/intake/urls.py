"""Routes by which files arrive."""

from __future__ import annotations

from django.urls import path

from webapp.intake import tus, views

urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("upload/begin/", views.begin, name="sending-begin"),
    path("upload/sendings/<int:pk>/arrived/", views.arrived, name="sending-arrived"),
    path("upload/sendings/<int:pk>/more/", views.more, name="sending-more"),
    path("upload/sendings/<int:pk>/close/", views.close, name="sending-close"),
    path("upload/sendings/<int:pk>/progress/", views.progress, name="sending-progress"),
    path("upload/files/", tus.uploads, name="tus-uploads"),
    path("upload/files/<uuid:pk>/", tus.upload, name="tus-upload"),
]
