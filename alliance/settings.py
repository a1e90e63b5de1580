"""Every setting of the portal, read from the environment. What is absent means the safe choice.

``PORTAL_MODE`` is set by our own entry points only: ``run`` (make run) and ``test`` (pytest). Without it the
settings are those of production, where a missing secret stops the start.
"""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from alliance.lib.pooled import still_there

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = os.environ.get("PORTAL_MODE", "production")
DEMO = os.environ.get("DEMO", "") == "1"
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()


def required(name: str, sentence: str) -> str:
    """The value of an environment variable that production cannot do without."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is missing: {sentence} See docs/operations.md.")
    return value


if MODE == "production":
    SECRET_KEY = required("SECRET_KEY", "give a random string of 50 characters or more.")
    SITE_URL = required("SITE_URL", "give the public address, for example https://portail.example.fr.").rstrip("/")
    DATABASE_URL = required("DATABASE_URL", "give the address of a PostgreSQL 15 or later.")
    BROKER_URL = required("BROKER_URL", "give the address of a Redis or Valkey.")
    EMAIL_URL = required("EMAIL_URL", "give smtp+tls://user:password@host:587.")
else:
    SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-tests-and-never-for-a-portal-that-others-reach-0123456789")
    SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")
    DATABASE_URL = os.environ.get("DATABASE_URL", "")
    BROKER_URL = os.environ.get("BROKER_URL", "")
    EMAIL_URL = os.environ.get("EMAIL_URL", "smtp://127.0.0.1:1025")

SECRET_KEY_FALLBACKS = os.environ.get("SECRET_KEY_FALLBACKS", "").split()  # former keys: sessions, second factors
DEBUG = False
HTTPS = SITE_URL.startswith("https://")
SITE_HOST = SITE_URL.split("://", 1)[-1].split("/")[0]
ALLOWED_HOSTS = [h.strip() for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h.strip()] or (
    [SITE_HOST.rsplit(":", 1)[0]] if MODE == "production" else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None

# --- applications --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "alliance.lib",
    "alliance.outbox",
    "alliance.proof",
    "partners",
    "charter",
    "events",
    "alliance.portal",
    "alliance.portal.staff_site.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "alliance.lib.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "alliance.lib.headers.SecurityHeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "alliance.lib.admission.AdmissionMiddleware",
    "alliance.lib.kept_pages.KeptPagesMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",  # tells the length of what the next one leaves
    "alliance.lib.unprintable.UnprintableMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "alliance.lib.changes.ChangesMiddleware",
    "alliance.lib.pages.ErrorPagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "alliance.portal.old_addresses.OldAddressMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "alliance.lib.second_factor.SecondFactorMiddleware",
    "alliance.portal.viewing.ViewingMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "alliance.urls"
WSGI_APPLICATION = "alliance.wsgi.application"
APPEND_SLASH = True

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
                "alliance.portal.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "alliance.lib.form_renderer.FormRenderer"
INSTALLED_APPS.insert(0, "django.forms")

# --- what one web process takes upon itself (alliance.lib.admission) ------------------------------------------------

WEB_THREADS = int(os.environ.get("WEB_THREADS") or min(2 * (os.cpu_count() or 1) + 1, 8))  # requests served at once
REQUESTS_WAITING = int(os.environ.get("REQUESTS_WAITING", "32"))  # that wait for their turn; beyond, 503
HEAVY_AT_ONCE = int(os.environ.get("HEAVY_AT_ONCE", "2"))  # among those served: files, PDF, deep pages
EXPORTS_AT_ONCE = int(os.environ.get("EXPORTS_AT_ONCE", "2"))  # whole files on their way, besides
PAGES_KEPT_MB = int(os.environ.get("PAGES_KEPT_MB", "0" if MODE == "test" else "8"))  # public pages kept; 0 is none
WARM_UP_SECONDS = float(os.environ.get("WARM_UP_SECONDS", "0"))  # before its first visitor; alliance/wsgi.py says 8

# --- database, cache, sessions -------------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL or "postgresql:///alliance", conn_health_checks=True)
    | {"ATOMIC_REQUESTS": False}
}
# Short statements by many clients: nothing compiled, nothing shared among processes, rows always in the same order.
PLANNER = "-c jit=off -c max_parallel_workers_per_gather=0 -c synchronize_seqscans=off -c work_mem=16MB"
# alliance/wsgi.py bounds the statements of the web server; commands and workers may take their time.
PLANNER += f" -c statement_timeout={int(os.environ.get('DB_STATEMENT_SECONDS', '0'))}s"
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].setdefault("options", PLANNER)
if MODE != "test":
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    most = int(os.environ.get("DB_POOL") or WEB_THREADS + EXPORTS_AT_ONCE + 1)
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": most if os.environ.get("DB_POOL_FILLED") == "1" else 1,  # the web server's own: alliance/wsgi.py
        "max_size": most,
        "timeout": 10,
        "reconnect_timeout": 10,  # then whoever asks tries anew, instead of waiting for ever rarer attempts
        "check": still_there,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A pooler that gives each transaction another session, and is too old to know of prepared statements, needs 0.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5 if os.environ.get("DB_PREPARED", "1") == "1" else None

if os.environ.get("CACHE_URL"):
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["CACHE_URL"]}
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "portal_cache",
            "OPTIONS": {"MAX_ENTRIES": 50_000},  # beyond, rows are dropped unexpired, and with them throttles
        }
    }
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- people --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/espace/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "alliance.portal.account.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "alliance.portal.account.forms.PasswordSignInForm",
    "reauthenticate": "alliance.portal.account.forms.PasswordAgain",
}
# Wide for an address that an office shares, tight for one account. The limits of codes are in account/views.py.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "120/m/ip,10/10m/key,60/d/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "alliance.portal.account.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Alliance Dynamique"
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_FORMS = {
    name: f"alliance.portal.account.forms.{form}"
    for name, form in {
        "authenticate": "SecondFactorForm",
        "reauthenticate": "SecondFactorAgainForm",
        "activate_totp": "ActivateApplicationForm",
        "add_webauthn": "AddKeyForm",
        "edit_webauthn": "RenameKeyForm",
        "authenticate_webauthn": "KeyForm",
        "reauthenticate_webauthn": "KeyAgainForm",
        "login_webauthn": "KeySignInForm",
    }.items()
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "alliance.portal.account.adapters.account_of_attempt"
AXES_CLIENT_IP_CALLABLE = "alliance.lib.throttle.client_ip"
AXES_LOCKOUT_CALLABLE = "alliance.portal.account.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["login", "email", "username", "ip_address", "code", "csrfmiddlewaretoken"]

# --- sessions and cookies ------------------------------------------------------------------------------------------

SESSION_COOKIE_NAME = "portail_session"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "portail_csrf"
CSRF_FAILURE_VIEW = "alliance.lib.pages.csrf_failure"

# --- security headers ----------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

# --- files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "alliance" / "static"]
WHITENOISE_USE_FINDERS = MODE != "production"
WHITENOISE_MAX_AGE = 3600 if MODE != "production" else 86400
STORAGE_URL = os.environ.get("STORAGE_URL", "")
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"base_url": None}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if MODE == "production"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
if STORAGE_URL:
    from alliance.lib.storage import storage_from_url

    STORAGES["default"] = storage_from_url(STORAGE_URL)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- language and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# --- mail ----------------------------------------------------------------------------------------------------------

from alliance.lib.mail_url import mailbox_from_url, mailer_from_url  # noqa: E402

MAILERS = {"default": mailer_from_url(EMAIL_URL, timeout=10), "prompt": mailer_from_url(EMAIL_URL, timeout=3)}
DEFAULT_FROM_EMAIL = os.environ.get(
    "DEFAULT_FROM_EMAIL", f"Alliance Dynamique <ne-pas-repondre@{SITE_HOST.split(':')[0]}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
RETURNS_ADDRESS = os.environ.get("RETURNS_ADDRESS", "")  # envelope sender; empty is the sender that readers see
RETURNS_SECRET = os.environ.get("RETURNS_SECRET", "")  # the key of /retours-de-courriel/; empty closes it
BOUNCES_URL = os.environ.get("BOUNCES_URL", "")  # the mailbox of RETURNS_ADDRESS; empty: nobody reads it
BOUNCES_MAILBOX = mailbox_from_url(BOUNCES_URL) if BOUNCES_URL else None
MAILING_PER_MINUTE = int(os.environ.get("MAILING_PER_MINUTE", "60"))  # letters of one bulk mail

# --- publisher: legal pages; empty is shown « à compléter » ---------------------------------------------------------

LEGAL = {
    name: os.environ.get(f"LEGAL_{name.upper()}", "") for name in ("publisher", "director", "host", "dpo", "contact")
}

# --- celery --------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = BROKER_URL or "memory://"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "visibility_timeout": 120,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Works that may last longer than the five minutes of the others: one such at a time, it says how far it is.
OUTBOX_LONGEST_SECONDS = {"portal.work_on_sheet": 3_600, "portal.make_sheet": 1_800}
CELERY_BEAT_SCHEDULE: dict = {
    "forget-old-calls": {"task": "alliance.lib.jobs.forget_old_calls", "schedule": timedelta(hours=1)},
    "sign-journal": {"task": "alliance.proof.jobs.sign_journal", "schedule": crontab(hour=3, minute=41)},
    "seal-papers": {"task": "charter.jobs.seal_papers", "schedule": timedelta(minutes=2)},
    "stamp-papers": {"task": "charter.jobs.stamp_papers", "schedule": timedelta(minutes=5)},
    "tell-alarms": {"task": "charter.jobs.tell_alarms", "schedule": crontab(hour=7, minute=53)},
    "archive-papers": {"task": "charter.jobs.archive_papers", "schedule": timedelta(hours=1)},
    "forget-sign-ins": {"task": "partners.jobs.forget_sign_ins", "schedule": timedelta(hours=1)},
    "forget-messages": {"task": "partners.jobs.forget_messages", "schedule": crontab(hour=3, minute=29)},
    "ask-for-news": {"task": "partners.jobs.ask_for_news", "schedule": crontab(hour=8, minute=17)},
    "escalate-moderation": {"task": "partners.jobs.escalate_moderation", "schedule": crontab(hour=7, minute=37)},
    "look-after-arrivals": {"task": "partners.jobs.look_after_arrivals", "schedule": crontab(hour=7, minute=43)},
    "forget-exports": {"task": "partners.jobs.forget_exports", "schedule": timedelta(hours=1)},
    "forget-addresses": {"task": "alliance.portal.jobs.forget_addresses", "schedule": crontab(hour=3, minute=47)},
    "forget-invitations": {"task": "charter.jobs.forget_invitations", "schedule": crontab(hour=3, minute=53)},
    "forget-drafts": {"task": "partners.jobs.forget_drafts", "schedule": crontab(hour=3, minute=17)},
    "count-projects": {"task": "partners.jobs.count_projects", "schedule": timedelta(minutes=10)},
    "compare-views": {"task": "alliance.portal.jobs.compare_views", "schedule": crontab(hour="6-22", minute=13)},
    "publish-dumps": {"task": "alliance.portal.jobs.publish_dumps", "schedule": crontab(minute=23)},
    "forget-sheets": {"task": "alliance.portal.jobs.forget_sheets", "schedule": crontab(hour=4, minute=19)},
    "forget-alerts": {"task": "alliance.portal.jobs.forget_alerts", "schedule": crontab(hour=4, minute=7)},
    "look-for-duplicates": {
        "task": "alliance.portal.jobs.look_for_duplicates",
        "schedule": crontab(hour=3, minute=41),
    },
    "send-steering": {"task": "alliance.portal.jobs.send_steering", "schedule": crontab(hour=6, minute=41)},
    "fold-stamps": {"task": "alliance.lib.jobs.fold_stamps", "schedule": timedelta(minutes=10)},
    "tell-agreement-terms": {"task": "partners.jobs.tell_agreement_terms", "schedule": crontab(hour=7, minute=11)},
    "seal-certificates": {"task": "events.jobs.seal_certificates", "schedule": timedelta(minutes=5)},
    "remind-attendees": {"task": "events.jobs.remind_attendees", "schedule": crontab(hour="8-19", minute=3)},
    "forget-speakers": {"task": "events.jobs.forget_speakers", "schedule": crontab(hour=4, minute=37)},
    "forget-attendee-needs": {"task": "events.jobs.forget_attendee_needs", "schedule": crontab(hour=4, minute=33)},
    "tell-published-projects": {"task": "events.jobs.tell_published_projects", "schedule": timedelta(minutes=10)},
    "pass-offers": {"task": "events.jobs.pass_offers", "schedule": timedelta(minutes=5)},
    "learn-words": {"task": "partners.jobs.learn_words", "schedule": timedelta(hours=1)},
}
if BOUNCES_MAILBOX:
    CELERY_BEAT_SCHEDULE["read-returned-mail"] = {
        "task": "partners.jobs.read_returned_mail",
        "schedule": timedelta(minutes=5),
    }

# --- API -----------------------------------------------------------------------------------------------------------

# A minute: by address of the reader (reads, whole files), by account or token (writes). 0 is no limit. The machine
# itself is not counted: probes, measures, and a proxy that does not tell for whom it asks.
API_RATES = {
    name: int(os.environ.get(f"API_{name.upper()}_PER_MINUTE", default))
    for name, default in (("reads", "1200"), ("files", "60"), ("writes", "120"))
}
API_UNCOUNTED = os.environ.get("API_UNCOUNTED", "127.0.0.1 ::1 ::/64").split()
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "partners.api.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": ["alliance.lib.api_throttle.ByClass"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "alliance.lib.api_schema.PortalSchema",
    "EXCEPTION_HANDLER": "alliance.lib.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "API de l’Alliance Dynamique",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "OrganisationKind": "partners.models.Organisation.Kind",
        "AgreementKind": "partners.models.Agreement.Kind",
        "VersionKind": "charter.models.CharterVersion.Kind",
        "ConventionKind": "events.models.Convention.Kind",
        "ProgrammeKind": "events.models.ProgrammeItem.Kind",
        "ProjectStatus": "partners.models.Project.State",
        "AxisStatus": "partners.models.Axis.Status",
        "RegistrationStatus": "events.models.Registration.Status",
        "AgreementStatus": [("active", "active"), ("ended", "ended")],
        "ConventionStatus": [("published", "published"), ("cancelled", "cancelled")],
        "SignatureState": "charter.api.PUBLIC_STATES",
        "ProposalStatus": "events.api_report.DECIDED",
        "RoadmapStatus": "events.models.RoadmapItem.State",
        "ProposedState": [("waiting", "waiting"), ("returned", "returned")],
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- seal and time (next to the charter) ---------------------------------------------------------------------------

JOURNAL_KEY = os.environ.get("JOURNAL_KEY", "")
SEAL_P12 = os.environ.get("SEAL_P12", "")
SEAL_PASSWORD = os.environ.get("SEAL_PASSWORD", "")
TSA_URL = os.environ.get("TSA_URL", "")
TSA_ROOTS = os.environ.get("TSA_ROOTS", "")

# --- logs ----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "alliance.lib.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "ERROR"}},
}

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk

    sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], send_default_pii=False)
# An address is unique whatever its case: the constraint user_email_once on lower(email) holds it.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
