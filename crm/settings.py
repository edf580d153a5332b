"""All settings in one file; every value that differs between installations comes from the environment.

The order: this process · security · applications · database and broker · people · language and time ·
pages and files · e-mail · API · tasks · logs.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import pghistory
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from crm.env import env_bool, env_email, env_int, env_list, env_str
from crm.launch import embedded

BASE_DIR = Path(__file__).resolve().parent.parent

# ── This process ─────────────────────────────────────────────────────────────────────────────────────────────────
DEBUG = env_bool("DEBUG", default=False)
TESTING = env_bool("TESTING", default=False)
EMBEDDED = env_bool("EMBEDDED", default=True)
# web, worker or command: they differ in connection pool and patience
PROCESS = env_str("PROCESS", "worker" if Path(sys.argv[0]).name == "celery" else "command")
# commands that read no data run without any server: an image is built, texts are collected
SERVERLESS = bool({"collectstatic", "compilemessages", "makemessages", "help"} & set(sys.argv[1:2]))
DATA_DIR = embedded.data_dir()

# ── Security ─────────────────────────────────────────────────────────────────────────────────────────────────────
BASE_URL = env_str("BASE_URL", "http://localhost:8000").rstrip("/")
HTTPS = urlsplit(BASE_URL).scheme == "https"


def _secret_key() -> str:
    """The given key; one machine alone makes its own once and keeps it."""
    given = env_str("SECRET_KEY")
    if given or not EMBEDDED:
        if len(given) < 50 and not SERVERLESS:
            raise ImproperlyConfigured("SECRET_KEY must be set to at least 50 random characters.")
        return given or get_random_secret_key()
    kept = embedded.make_data_dir() / "secret_key"
    try:
        with open(os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return kept.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", [])
# this machine always: health checks and the launcher ask by these names, and links are made from BASE_URL, not from them
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(BASE_URL).hostname or "localhost", *env_list("ALLOWED_HOSTS", [])]
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; '*' is for DEBUG only.")
if DEBUG and HTTPS:
    raise ImproperlyConfigured("DEBUG shows code and data to every visitor: unset it, or BASE_URL.")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_AGE = env_int("SESSION_HOURS", 24) * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
# HSTS for other subdomains and for browsers' built-in lists is for the owner of the domain to decide
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^metrics$"]
if env_bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # else all people share the proxy's address, and one who guesses passwords shuts the door for everybody
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["crm.middleware.NoFiles"]  # no page takes a file
METRICS_TOKEN = env_str("METRICS_TOKEN")

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "crm.apps.CrmConfig",
    "campaigns",
    "customers",
    "leads",
    "kpis",
    "crm.apps.SettingsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "crm.apps.FilesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]
MIDDLEWARE = [
    "crm.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.history.authors.AuthorMiddleware",
    "crm.middleware.EntryMiddleware",  # before anything that reads a body
    "django.middleware.csrf.CsrfViewMiddleware",
    "crm.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A history is read by the row it is of: its other columns need no index, and every change would write them all.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# ── Database and broker ──────────────────────────────────────────────────────────────────────────────────────────


def _server(name: str, start: Callable[[], str]) -> str:
    """A given URL wins; otherwise the embedded server, decided once for the whole process tree."""
    given = env_str(name)
    if not given:
        if not EMBEDDED:
            raise ImproperlyConfigured(f"{name} must be set when EMBEDDED=0.")
        given = os.environ[name] = start()
    return given


DATABASE_URL = "postgres://none@localhost/none" if SERVERLESS else _server("DATABASE_URL", embedded.ensure_postgres)
REDIS_URL = "redis://localhost/0" if SERVERLESS else _server("REDIS_URL", embedded.ensure_valkey)
STATEMENT_TIMEOUT = env_int("STATEMENT_TIMEOUT", {"web": 5, "worker": 60}.get(PROCESS, 0))  # seconds; 0 is for ever
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, engine="crm.postgresql", conn_max_age=0, conn_health_checks=True)}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = (
    f"-c statement_timeout={STATEMENT_TIMEOUT}s -c idle_in_transaction_session_timeout=300s"
)
# of `prepared_cursor`; Django's own cursors prepare nothing
DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 2)
if PROCESS == "web":
    # what is prepared looks up a few keys: to plan it anew for each of them takes longer than to run it
    DATABASES["default"]["OPTIONS"]["options"] += " -c plan_cache_mode=force_generic_plan"
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env_int("DB_POOL", 8), "timeout": 10}
CACHES = {
    # allauth's: wrong passwords and used codes, which no emptied Valkey may forgive and no absent one may keep from counting
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "crm_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "valkey": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        # one socket, two names: kombu says redis+socket, redis-py says unix
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://", 1),
        "KEY_PREFIX": "sanjeh" + env_str("PYTEST_XDIST_WORKER"),
    },
}

# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["crm.accounts.PeopleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "crm.passwords.LengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "crm.forms.accounts.LoginForm",
    "reset_password": "crm.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "crm.forms.accounts.ResetPasswordKeyForm",
}
ACCOUNT_ADAPTER = "crm.accounts.AccountAdapter"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "crm.links.LinkGenerator"  # noqa: S105 -- the place of a class
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login_failed": "20/15m/ip,5/15m/key", "reset_password": "20/h/ip,3/h/key"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the link says who it is as well as the password just chosen; a second step still asks
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Sanjeh"

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = env_str("LANGUAGE_CODE", "fa")
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "crm" / "locale"]
USE_TZ = True
# moments are stored and computed in UTC; the organisation's own zone is data, TIME_ZONE only its first value
TIME_ZONE = "UTC"
ORGANIZATION_TIME_ZONE = env_str("TIME_ZONE", "Asia/Tehran")

# ── Pages and files ──────────────────────────────────────────────────────────────────────────────────────────────
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.context_processors.page",
                "crm.context_processors.navigation",
            ],
        },
    }
]
STATIC_URL = "static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if DEBUG or TESTING else _HASHED},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING

# ── E-mail ───────────────────────────────────────────────────────────────────────────────────────────────────────
globals().update(env_email("EMAIL_URL", f"file://{DATA_DIR / 'mail'}"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_str("EMAIL_FROM", f"Sanjeh <sanjeh@{urlsplit(BASE_URL).hostname}>")
# The models of the outbox, and who writes the mail of a row, or says that there is none any more.
MAIL_WRITERS = {
    "customers.OrderMail": "customers.services.mails.message_of_order",
    "leads.QuoteMail": "leads.services.mails.message_of_quote",
    "kpis.Alert": "kpis.services.mails.message_of_alert",
    "kpis.Delivery": "kpis.services.mailings.message_of_delivery",
}

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# each has `urlpatterns`, and RESOURCES or OPERATIONS for the schema
API_MODULES = ["campaigns.api", "customers.api", "leads.api", "kpis.api"]
API_RATE_LIMIT = env_int("API_RATE_LIMIT", 0 if TESTING else 600)  # requests a minute and caller; 0 is without limit

# ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env_int("WORKER_GRACE", 4)  # then running tasks go back to the queue
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = TESTING

# ── Logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
_PROCESSORS = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "foreign_pre_chain": _PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer() if DEBUG else structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env_str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # the request's own line says it already
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        # every step of making a font small enough for a PDF
        "fontTools": {"level": "WARNING"},
    },
}

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    ACCOUNT_RATE_LIMITS = False
    LANGUAGE_CODE = "en"
