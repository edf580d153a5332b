import runpy
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured

from crm.env import env_bool, env_email, env_int, env_list, env_str

SETTINGS = str(Path(__file__).resolve().parents[2] / "crm" / "settings.py")


@pytest.fixture
def given(monkeypatch):
    """A server configured by hand, from outside, and what one change makes of it."""
    for name in (
        "TESTING",
        "DEBUG",
        "BASE_URL",
        "ALLOWED_HOSTS",
        "SECRET_KEY_FALLBACKS",
        "EMAIL_URL",
        "PROCESS",
        "STATEMENT_TIMEOUT",
        "BEHIND_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    base = {"EMBEDDED": "0", "SECRET_KEY": "k" * 50, "DATABASE_URL": "postgres://a:b@db/c", "REDIS_URL": "redis://cache:6379/0"}

    def given(**changes: str) -> dict:
        for name, value in (base | changes).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(SETTINGS)

    return given


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False), ("", True), (" ", True)]
)
def test_a_yes_or_no(monkeypatch, text, value):
    monkeypatch.setenv("ANSWER", text)

    assert env_bool("ANSWER", default=True) is value


@pytest.mark.parametrize("text", ["maybe", "2", "tru"])
def test_neither_yes_nor_no_names_the_variable(monkeypatch, text):
    monkeypatch.setenv("ANSWER", text)

    with pytest.raises(ImproperlyConfigured, match=f"^ANSWER is '{text}': write 1 or 0.$"):
        env_bool("ANSWER", default=False)


def test_numbers_lists_and_absent_values(monkeypatch):
    monkeypatch.setenv("NUMBER", " 12 ")
    monkeypatch.setenv("HOSTS", "a.example, ,b.example,")
    monkeypatch.setenv("EMPTY", "")

    assert env_int("NUMBER", 5) == 12
    assert env_int("EMPTY", 5) == 5
    assert env_list("HOSTS", []) == ["a.example", "b.example"]
    assert env_list("EMPTY", ["x"]) == ["x"]
    assert env_str("EMPTY", "x") == "x"
    monkeypatch.setenv("NUMBER", "1.5")
    with pytest.raises(ImproperlyConfigured, match=r"^NUMBER is '1\.5': write a whole number\.$"):
        env_int("NUMBER", 5)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://ali%40example.com:p%3Aw@mail.example?tls=1", ("mail.example", 587, "ali@example.com", "p:w", False, True)),
        ("smtps://mail.example:4650", ("mail.example", 4650, "", "", True, False)),
        ("smtps://mail.example", ("mail.example", 465, "", "", True, False)),
    ],
)
def test_mail_by_smtp(monkeypatch, url, found):
    monkeypatch.setenv("MAIL_ADDRESS", url)
    host, port, user, password, ssl, tls = found

    assert env_email("MAIL_ADDRESS", "console://") == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_SSL": ssl,
        "EMAIL_USE_TLS": tls,
        "EMAIL_TIMEOUT": 15,
    }


def test_mail_into_a_folder_or_nowhere(monkeypatch):
    assert env_email("MAIL_ADDRESS", "file:///srv/my%20mail") == {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": Path("/srv/my mail"),
    }
    monkeypatch.setenv("MAIL_ADDRESS", "pigeon://roof")
    with pytest.raises(ImproperlyConfigured, match=r"^MAIL_ADDRESS begins with 'pigeon'"):
        env_email("MAIL_ADDRESS", "console://")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set to at least 50 random characters"),
        ({"SECRET_KEY": "k" * 49}, "SECRET_KEY must be set to at least 50 random characters"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"ALLOWED_HOSTS": "crm.example,*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"DEBUG": "1", "BASE_URL": "https://crm.example"}, "DEBUG shows code and data to every visitor"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set when EMBEDDED=0"),
        ({"REDIS_URL": ""}, "REDIS_URL must be set when EMBEDDED=0"),
        ({"STATEMENT_TIMEOUT": "5s"}, "STATEMENT_TIMEOUT is '5s'"),
        ({"EMAIL_URL": "mail.example"}, "EMAIL_URL begins with ''"),
    ],
)
def test_a_bad_configuration_does_not_start_and_says_why(given, changes, reason):
    with pytest.raises(ImproperlyConfigured) as refusal:
        given(**changes)

    assert str(refusal.value).startswith(reason)


def test_https_hardens_cookies_and_transport(given):
    settings = given(BASE_URL="https://crm.example")

    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME")
    assert [settings[name] for name in names] == [True, True, True, 31_536_000, "__Host-session"]
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]", "crm.example"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://crm.example"]
    assert "SECURE_PROXY_SSL_HEADER" not in settings


@pytest.mark.parametrize(("behind", "address"), [("0", "10.0.0.2"), ("1", "203.0.113.7")])
def test_who_signs_in_is_told_apart_behind_a_proxy_as_well(given, settings, rf, behind, address):
    """Of `X-Forwarded-For` only the last part counts: the proxy wrote it, the others came from the visitor."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = given(BEHIND_PROXY=behind).get("ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    request = rf.get("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": "192.0.2.1, 203.0.113.7"})

    assert get_adapter().get_client_ip(request) == address


@pytest.mark.parametrize(
    ("process", "timeout", "plans", "pools"),
    [("web", 5, " -c plan_cache_mode=force_generic_plan", True), ("worker", 60, "", False), ("command", 0, "", False)],
)
def test_each_process_has_its_own_patience(given, process, timeout, plans, pools):
    options = given(PROCESS=process)["DATABASES"]["default"]["OPTIONS"]

    assert options["options"] == f"-c statement_timeout={timeout}s -c idle_in_transaction_session_timeout=300s{plans}"
    assert ("pool" in options) is pools


def test_a_machine_alone_makes_its_key_once(given, monkeypatch, tmp_path):
    tmp_path.chmod(0o755)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("crm.launch.embedded.ROOT", False)

    first = given(EMBEDDED="1", SECRET_KEY="")["SECRET_KEY"]
    second = given(EMBEDDED="1", SECRET_KEY="")["SECRET_KEY"]

    assert len(first) == 50
    assert first == second
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
