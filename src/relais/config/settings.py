"""All settings, in one file, safe by default. RELAIS_* variables say what differs between machines.

Four modes: production (the default), RELAIS_DEMO=1 (fictional people, one-click change of person),
RELAIS_DEBUG=1 (development), and the test runner. docs/operate.md lists every variable.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP

from relais import __version__
from relais.config.environment import (
    MisconfiguredError,
    database,
    env_flag,
    env_int,
    env_list,
    env_text,
    kept_secret,
)
from relais.engine.rota.national.executors import Unusable, check_form

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent
VERSION = __version__

TESTING = "PYTEST_VERSION" in os.environ
DEMO = env_flag("RELAIS_DEMO")
DEBUG = env_flag("RELAIS_DEBUG")
PRODUCTION = not (TESTING or DEMO or DEBUG)
HTTPS = PRODUCTION and env_flag("RELAIS_HTTPS", default=True)

VAR = Path(env_text("RELAIS_VAR") or CHECKOUT / "var")
PRIVATE_FILES = VAR / "private"  # papers of doctors: no address of the web leads there

# -- what production must be told ------------------------------------------------------------------
BUILDING = env_flag(
    "RELAIS_BUILDING"
)  # collectstatic and checks at build time: no secrets there yet
if PRODUCTION and not BUILDING:
    missing = [
        f"{name} : {why}"
        for name, why in (
            ("RELAIS_HOSTS", "le nom de domaine public, par exemple relais.exemple.fr"),
            ("RELAIS_SMTP_HOST", "le serveur d’envoi des courriels"),
            ("RELAIS_FROM_EMAIL", "l’adresse d’expédition des courriels"),
        )
        if not env_text(name)
    ]
    if missing:
        raise MisconfiguredError(
            "Le mode production a besoin de ces variables : " + " ; ".join(missing) + ". "
            "Pour essayer sans rien régler : ./relais demo."
        )
if DEMO and env_text("RELAIS_SMTP_HOST"):
    raise MisconfiguredError(
        "RELAIS_DEMO=1 et RELAIS_SMTP_HOST ne vont pas ensemble : une démonstration n’envoie pas de"
        " courriel. Retirez RELAIS_DEMO s’il s’agit du vrai réseau."
    )
VAR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = env_text("RELAIS_SECRET_KEY") or kept_secret(VAR / "secret-key")
ALLOWED_HOSTS = env_list("RELAIS_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

# -- this network ----------------------------------------------------------------------------------
NETWORK_NAME = env_text("RELAIS_NETWORK_NAME", "Le Relais solidaire")
NETWORK_CONTACT = env_text("RELAIS_NETWORK_CONTACT", "contact@exemple.fr")

# A week is « prête » only once its doctor signed the charter of the day.
CHARTER_REQUIRED = env_flag("RELAIS_CHARTER_REQUIRED")

# -- applications ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks_db",
    "relais.core",
    "relais.outbox",
    "relais.accounts",
    "relais.territory",
    "relais.network",
    "relais.premises",
    "relais.doctors",
    "relais.rota",
    "relais.stays",
    "relais.patients",
    "relais.agenda",
    "relais.booking",
    "relais.journeys",
    "relais.portals",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "relais.portals.account.sessions.SessionNotes",
    "django_htmx.middleware.HtmxMiddleware",
    "relais.portals.gates.NothingStaysMiddleware",
    "relais.portals.gates.ClosedByDefaultMiddleware",
]

ROOT_URLCONF = "relais.config.urls"
WSGI_APPLICATION = "relais.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            PACKAGE / "portals" / portal / "templates"
            for portal in ("ui", "account", "centre", "doctor", "office", "patient", "public")
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "relais.portals.context.everywhere",
            ],
            "builtins": [
                "relais.core.templatetags.formats",
                "relais.portals.templatetags.ui",
            ],
        },
    }
]

# -- data ------------------------------------------------------------------------------------------
# The demonstration has a file of its own: it is thrown away and made anew.
DATABASE_FILE = "demonstration.sqlite3" if DEMO else "relais.sqlite3"
DATABASES = {
    "default": database(env_text("RELAIS_DATABASE_URL") or f"sqlite:///{VAR / DATABASE_FILE}")
}
if TESTING and DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not :memory:, so that the tests meet the database that people use.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / f"test-{worker}.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Attempts to sign in are counted here; in the database, so that all web processes count together.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "relais_cache"}
}

# Where the worker plans a network too large for one model: here, processes:N, dask://host:port.
PLAN_EXECUTOR = env_text("RELAIS_PLAN_EXECUTOR") or None
if PLAN_EXECUTOR is not None:
    try:
        check_form(PLAN_EXECUTOR)
    except Unusable as error:
        raise MisconfiguredError(f"RELAIS_PLAN_EXECUTOR : {error}") from error

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "plans"],
    }
}

# -- people ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "public_home"
ACCOUNT_ADAPTER = "relais.portals.account.adapter.AccountAdapter"
MFA_ADAPTER = "relais.portals.account.adapter.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # tells allauth that passwords exist
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = (
    "none"  # an account is opened by the team, and proven by the e-mailed link
)
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_FORMS = {
    "login": "relais.portals.account.allauth_forms.SignInForm",
    "reauthenticate": "relais.portals.account.allauth_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "relais.portals.account.allauth_forms.SecondFactorForm",
    "reauthenticate": "relais.portals.account.allauth_forms.SecondFactorAgainForm",
    "activate_totp": "relais.portals.account.allauth_forms.ActivateForm",
    "add_webauthn": "relais.portals.account.allauth_forms.AddPasskeyForm",
    "edit_webauthn": "relais.portals.account.allauth_forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO or TESTING  # passkeys on http://localhost
MFA_TOTP_ISSUER = NETWORK_NAME
CSRF_FAILURE_VIEW = "relais.portals.errors.form_too_old"
STAFF_SECOND_FACTOR = PRODUCTION or env_flag("RELAIS_STAFF_SECOND_FACTOR")
SIGN_IN_LINK_MINUTES = 20

SESSION_COOKIE_AGE = 60 * 60 * env_int("RELAIS_SESSION_HOURS", 12)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# -- security of every answer ----------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies stand before us; 0 means that X-Forwarded-For is not believed.
TRUSTED_PROXIES = env_int("RELAIS_TRUSTED_PROXIES", 1 if PRODUCTION else 0)

# -- mail ------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env_text("RELAIS_FROM_EMAIL", "relais@localhost.invalid")
if env_text("RELAIS_SMTP_HOST"):
    MAILERS: dict[str, Any] = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": env_text("RELAIS_SMTP_HOST"),
                "port": env_int("RELAIS_SMTP_PORT", 587),
                "username": env_text("RELAIS_SMTP_USER"),
                "password": env_text("RELAIS_SMTP_PASSWORD"),
                "use_tls": env_flag("RELAIS_SMTP_TLS", default=True),
                "timeout": 20,
            },
        }
    }
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(VAR / "mail")},
        }
    }

# The sender's name before the address, and where links in messages lead.
SITE_ADDRESS = env_text("RELAIS_SITE_ADDRESS") or (
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else "http://localhost:8000"
)

# -- SMS: a gateway that speaks docs/formats/sms-gateway.md; without an address no SMS leaves ------
SMS_GATEWAY = env_text("RELAIS_SMS_GATEWAY").rstrip("/")
SMS_TOKEN = env_text("RELAIS_SMS_TOKEN")
SMS_SENDER = env_text("RELAIS_SMS_SENDER")
SMS_SECRET = env_text("RELAIS_SMS_SECRET")  # signs what the gateway tells us
# Only where the gateway vouches for who sent an SMS; a number alone can be forged.
SMS_PROVES_SENDER = env_flag("RELAIS_SMS_PROVES_SENDER", default=False)
SMS_ANSWERS_LOOKUPS = env_flag("RELAIS_SMS_LOOKUP", default=True)
if SMS_GATEWAY and not (SMS_TOKEN and SMS_SECRET):
    raise MisconfiguredError(
        "RELAIS_SMS_GATEWAY demande aussi RELAIS_SMS_TOKEN (pour lui parler) et RELAIS_SMS_SECRET "
        "(pour croire ce qu’elle dit)."
    )
_gateway = urlsplit(SMS_GATEWAY)
if (
    SMS_GATEWAY
    and _gateway.scheme != "https"
    and _gateway.hostname not in {"127.0.0.1", "localhost"}
):
    raise MisconfiguredError("RELAIS_SMS_GATEWAY doit commencer par https://.")

# -- the account from which expenses are paid back -------------------------------------------------
PAYER_IBAN = env_text("RELAIS_PAYER_IBAN") or ("FR1420041010050500013M02606" if DEMO else "")
PAYER_BIC = env_text("RELAIS_PAYER_BIC")

# -- language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# -- static files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# -- journal of the program (never a health word, never a name) ----------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "relais.config.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "filters": {"no_refusals": {"()": "relais.config.logs.NoRefusals"}},
    "loggers": {"django.request": {"filters": ["no_refusals"]}},
    "root": {"handlers": ["console"], "level": env_text("RELAIS_LOG_LEVEL", "WARNING")},
}
