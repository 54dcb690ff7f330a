"""Every route, on one screen."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language

from webapp import health, media
from webapp.accounts import views as accounts
from webapp.api import urls as api
from webapp.catalog import zooming
from webapp.desk import urls as desk
from webapp.duplicates import urls as duplicates
from webapp.exhibitions import urls as exhibitions
from webapp.feed import lens_pages, marking, picking, picture_pages, why_pages
from webapp.feed import views as feed
from webapp.home import urls as home
from webapp.ingest import urls as ingest
from webapp.insight import urls as insight
from webapp.intake import urls as intake
from webapp.lab import urls as lab
from webapp.mine import urls as mine
from webapp.museums import urls as museums
from webapp.quality import urls as quality
from webapp.quiz import urls as quiz
from webapp.selections import urls as selections
from webapp.sitemaps import SITEMAPS, robots
from webapp.studio import urls as studio
from webapp.transfer import urls as transfer

urlpatterns: list[URLPattern | URLResolver] = [
    path("browse/", feed.browse, name="browse"),
    path("for-you/", feed.for_you, name="for-you"),
    path("works/<int:pk>/", feed.artwork, name="artwork"),
    path("works/<int:pk>/why/", why_pages.why, name="why"),
    path("works/<int:pk>/why/<int:other>/", why_pages.compare, name="why-compare"),
    path("works/<int:pk>/zoom/", zooming.zoom, name="zoom"),
    path("works/<int:pk>/lenses/", lens_pages.lenses, name="lenses"),
    path("works/<int:pk>/viewed/", marking.viewed, name="viewed"),
    re_path(
        r"^works/(?P<pk>[0-9]{1,18})/(?P<verb>like|unlike|hide|unhide|mute|unmute)/$",
        marking.mark,
        name="mark",
    ),
    re_path(r"^works/(?P<pk>[0-9]{1,18})/(?P<verb>pick|unpick)/$", picking.pick, name="pick"),
    path("works/<int:pk>/part/", picture_pages.part, name="picture-part"),
    path("search/picture/", picture_pages.search, name="picture-search"),
    path("search/picture/<slug:token>/", picture_pages.wait, name="picture-wait"),
    path("search/picture/<slug:token>/forget/", picture_pages.forget, name="picture-forget"),
    path("search/meaning/", picture_pages.words, name="meaning"),
    path("artists/<slug:slug>/", feed.artist, name="artist"),
    path("sign-up/", accounts.sign_up, name="sign-up"),
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("language/", set_language, name="set-language"),
    path("health/", health.health, name="health"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", robots, name="robots"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        sitemaps.sitemap,
        {"sitemaps": SITEMAPS},
        name="sitemap-section",
    ),
    # Pages without our <link>, such as the admin's, ask for it.
    path("favicon.ico", media.icon, name="icon"),
    *home.urlpatterns,
    *quiz.urlpatterns,
    *mine.urlpatterns,
    *exhibitions.urlpatterns,
    *ingest.urlpatterns,
    *intake.urlpatterns,
    *duplicates.urlpatterns,
    *museums.urlpatterns,
    path("api/", include(api.urlpatterns)),
    *api.iiif,
    path("lab/", include(lab.urlpatterns)),
    path("studio/", include(studio.urlpatterns)),
    path("studio/selections/", include(selections.urlpatterns)),
    path("studio/path/", include(selections.walking)),
    path("studio/insight/", include(insight.urlpatterns)),
    path("studio/quality/", include(quality.urlpatterns)),
    path("desk/", include(desk.urlpatterns)),
    path("desk/exports/", include(transfer.urlpatterns)),
    path("admin/login/", accounts.admin_door),
    path("admin/", admin.site.urls),
    re_path(
        r"^media/works/(?P<key>[0-9A-Za-z_-]{1,32})/(?P<name>[0-9]{1,5}\.[a-z]{3,4})$",
        media.variant,
        name="variant",
    ),
    # IIIF image services of level 0. Nothing may stand behind the key but what has been cut.
    re_path(r"^iiif/(?P<key>[0-9A-Za-z_-]{1,32})$", media.image_service, name="image-service"),
    re_path(r"^iiif/(?P<key>[0-9A-Za-z_-]{1,32})/info\.json$", media.image_info, name="image-info"),
    re_path(
        r"^iiif/(?P<key>[0-9A-Za-z_-]{1,32})/(?P<region>full|[0-9]{1,6}(?:,[0-9]{1,6}){3})/"
        r"(?P<size>max|[0-9]{1,6},[0-9]{1,6})/0/default\.jpg$",
        media.tile,
        name="tile",
    ),
]
