"""Every setting of both planes, in one file; each value that differs between places comes from `env`.

Secure by default: a deployment that sets only the required variables runs with DEBUG off, secure cookies
and no host allowed. `manage.py up` says otherwise for its own instance. `deploy/env.example` lists them all.
"""

from __future__ import annotations

import os
from pathlib import Path

from images_platform import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.path("DATA_DIR", BASE_DIR / ".data")

# --- security ---------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
# Fernet keys for columns encrypted at rest; the first encrypts, all decrypt, so that they can be rotated.
FIELD_KEYS = env.words("FIELD_KEYS")
DEBUG = env.flag("DEBUG", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
COOKIES_SECURE = env.flag("COOKIES_SECURE", True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COOKIES_SECURE
SESSION_COOKIE_SAMESITE = "Lax"
# How many proxies in front add to X-Forwarded-For; 0 believes no such header.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, maximum=10)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # E-mail addresses are unique whatever their case, by a constraint Django does not look for.
    "security.W004",  # HSTS is the TLS proxy's to say, for its whole domain.
    "security.W008",  # So is the redirect from http.
]

# --- the two planes and the links between them ------------------------------------------------------
CONTROL_URL = env.web_url("CONTROL_URL", "http://127.0.0.1:8000")
DELIVERY_URL = env.web_url("DELIVERY_URL", "http://127.0.0.1:8001")
CSRF_TRUSTED_ORIGINS = [CONTROL_URL]
# Where nginx in front finds the renditions, which it then sends itself.
ACCEL_PREFIX = env.text("ACCEL_PREFIX", "")
# Pictures say how long their stages took (Server-Timing); refusals never do.
SERVER_TIMING = env.flag("SERVER_TIMING", False)
# For hosts that run a single process: links are answered below /cdn-cgi/imagedelivery/ too.
DELIVERY_IN_CONTROL = env.flag("DELIVERY_IN_CONTROL", False)

# Where every process of this host counts, for `manage.py serve_metrics`; the client library reads it from the
# environment when it is first imported, which no settings are.
METRICS_DIR = env.text("METRICS_DIR", "")
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR

INSTALLED_APPS = [
    "images_platform",
    "apps.accounts",
    "apps.outbox",
    "apps.signing",
    "apps.cdn",
    "apps.usage",
    "apps.webhooks",
    "apps.variants",
    "apps.images",
    "apps.delivery",
    "apps.api",
    "apps.dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "allauth",
    "allauth.account",
    "django_htmx",
]
MIDDLEWARE = [
    "images_platform.request_id.RequestIdMiddleware",
    "images_platform.metrics.MetricsMiddleware",
    "images_platform.client_address.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.dashboard.policy.ContentSecurityPolicyMiddleware",
    # Still ahead of the first who reads a body: the CSRF check, which waits for the view to be known.
    "apps.dashboard.bodies.BodyLimitMiddleware",
]
ROOT_URLCONF = "images_platform.urls"
WSGI_APPLICATION = "images_platform.wsgi.application"
# The wire contract has no trailing slashes, and a redirect would lose an upload's body.
APPEND_SLASH = False
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
            ]
        },
    }
]

# --- database, cache, broker ------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": "5",
        # A lock held by a stuck client must fail requests, not collect them (threat test F7).
        "options": "-c lock_timeout=5s -c statement_timeout=30s",
        **DATABASES["default"]["OPTIONS"],
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# --- the caches in front ----------------------------------------------------------------------------
PURGE_BACKEND = env.choice("PURGE_BACKEND", "null", ("null", "varnish", "cloudflare"))
VARNISH_NODES = env.words("VARNISH_NODES", "http://127.0.0.1:6081")
PURGE_SECRET = env.text("PURGE_SECRET", None if PURGE_BACKEND == "varnish" else "")
_is_cloudflare = PURGE_BACKEND == "cloudflare"
CLOUDFLARE_API = env.web_url("CLOUDFLARE_API", "https://api.cloudflare.com")
CLOUDFLARE_ZONE = env.text("CLOUDFLARE_ZONE", None if _is_cloudflare else "")
CLOUDFLARE_TOKEN = env.text("CLOUDFLARE_TOKEN", None if _is_cloudflare else "")
CLOUDFLARE_HEEDS_VARY = env.flag("CLOUDFLARE_HEEDS_VARY", False)

# --- background work --------------------------------------------------------------------------------
CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A task of a dead worker comes back after this. The longest is a render that tries both of the renderer's
# lanes, at most 114 s, and stores what came.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 240,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # The sweeper is the retry: an upload never waits for the broker.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # LOGGING below is the worker's too.
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.integer("WORKER_THREADS", 4, minimum=1, maximum=64)
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "apps.outbox.tasks.sweep_task", "schedule": 15.0},
    "outbox-forget": {"task": "apps.outbox.tasks.forget_task", "schedule": 3600.0},
    "images-weigh": {"task": "apps.images.tasks.weigh_renditions_task", "schedule": 600.0},
    "images-sweep": {"task": "apps.images.tasks.sweep_files_task", "schedule": 300.0},
}
# Leases have a queue of their own: behind many renders they would come too late. A worker takes turns.
CELERY_TASK_QUEUES = {name: {"routing_key": name} for name in ("celery", "edge")}
if PURGE_BACKEND == "varnish":
    CELERY_BEAT_SCHEDULE["edge-leases"] = {
        "task": "apps.cdn.tasks.renew_leases_task",
        "schedule": 10.0,
        "options": {"queue": "edge", "expires": 10},
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# --- the API ----------------------------------------------------------------------------------------
# Requests within so many seconds; 0 is no limit.
API_RATE_SECONDS = 300
API_RATE_PER_TOKEN = env.integer("API_RATE_PER_TOKEN", 6_000)
API_RATE_PER_ACCOUNT = env.integer("API_RATE_PER_ACCOUNT", 12_000)

# --- pictures ---------------------------------------------------------------------------------------
RENDERER_SOCKET = env.text("RENDERER_SOCKET")
RENDER_SECONDS = env.render_seconds()
HEAVY_RENDER_SECONDS = env.heavy_render_seconds()
# How long AVIF may take before another format stands in for it.
AVIF_DEADLINE_MS = env.integer("AVIF_DEADLINE_MS", 2_000, minimum=100, maximum=30_000)
# Of one delivery process: renders under way, pictures being made or waited for, and misses of one client.
RENDERS_AT_ONCE = env.integer("RENDERS_AT_ONCE", 8, minimum=2, maximum=1024)
RENDER_QUEUE = env.integer("RENDER_QUEUE", 128, minimum=2, maximum=65_536)
MISSES_PER_MINUTE = env.integer("MISSES_PER_MINUTE", 600)
# What may be fetched because a user named it; see apps/fetching.
FETCH_ALLOWED_NETWORKS = env.networks("FETCH_ALLOWED_NETWORKS")
FETCH_DENIED_NETWORKS = env.networks("FETCH_DENIED_NETWORKS")
FETCH_PORTS = env.ports("FETCH_PORTS", "80,443")
FETCH_SECONDS = env.integer("FETCH_SECONDS", 10, minimum=1, maximum=60)
FETCH_AT_ONCE = env.integer("FETCH_AT_ONCE", 4, minimum=1, maximum=64)
# What an account's copies of remote sources may take; those that are stale first make room.
REMOTE_BYTES = env.integer("REMOTE_MEGABYTES", 1024, minimum=100, maximum=10**6) * 1024**2
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
FILE_UPLOAD_HANDLERS = ["apps.dashboard.incoming.NamelessFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2
STORAGES = {
    **{name: env.storage(DATA_DIR, name) for name in ("originals", "renditions")},
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # Nothing may land here unseen.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/static/"
# Served straight from the packages: a handful of small files, so there is nothing to collect at a start.
WHITENOISE_USE_FINDERS = True

# --- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "apps.dashboard.sign_in.InvitedOnlyAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.permissions.AccountScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "apps.api.errors.answer_error",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "apps.api.operations.OperationSchema",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Images platform",
    "DESCRIPTION": (
        "Cloudflare Images' wire contract, and what goes beyond it. Every answer but an original's bytes "
        "comes in one envelope; errors have a code and a sentence."
    ),
    "VERSION": "v4",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/client/v4"}],
    "SCHEMA_PATH_PREFIX": "/client/v4",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "images_platform.logs.RequestIdFilter"}},
    "formatters": {
        "text": {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "images_platform.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", "text", ("text", "json")),
            "filters": ["request_id"],
        },
    },
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
}
