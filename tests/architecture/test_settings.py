"""Settings: nothing is needed in development, everything missing is said at once otherwise."""

import re
from pathlib import Path

import pytest

from practice import settings as settings_module
from practice.settings import ROOT, Environment, Settings, StartRefused

# What the program itself calls; the tests put their own in its place.
read_from_files = settings_module._from_files

COMPLETE = {
    "PRACTICE_ENV": "production",
    "PRACTICE_PUBLIC_URL": "https://practice.example",
    "DATABASE_URL": "postgresql://practice:secret@db.example/practice",
    "PRACTICE_SECRET_KEYS": "k" * 32,
    "PRACTICE_MAIL_FROM": "hello@practice.example",
    "SMTP_URL": "smtp://mail.example",
}

IN_PUBLIC = {"PRACTICE_DEVELOPMENT_IN_PUBLIC": "on"}


def refusal_of(env: dict[str, str]) -> str:
    with pytest.raises(StartRefused) as refused:
        Settings.read(env)
    return str(refused.value)


def test_development_needs_nothing():
    settings = Settings.read({})
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.public_url == "http://localhost:3000"
    assert settings.database_url is None


def test_the_public_address_follows_the_port():
    assert Settings.read({"PORT": "4000"}).public_url == "http://localhost:4000"


def test_a_complete_production_starts():
    assert Settings.read(COMPLETE).is_production


@pytest.mark.parametrize("name", sorted(COMPLETE.keys() - {"PRACTICE_ENV"}))
def test_production_refuses_to_start_without_each_of_its_needs(name: str):
    assert name in refusal_of({key: value for key, value in COMPLETE.items() if key != name})


def test_production_says_everything_that_is_missing_at_once():
    said = refusal_of({"PRACTICE_ENV": "production"})
    for name in COMPLETE.keys() - {"PRACTICE_ENV"}:
        assert name in said
    assert "5 changes" in said


@pytest.mark.parametrize("secret", ["whsec_", "whsec_YQ==", "whsec_no base64", "secret"])
def test_production_refuses_a_webhook_secret_that_signs_nothing(secret: str):
    """Said with everything else, not to Resend at its first letter that came back."""
    said = refusal_of({**COMPLETE, "RESEND_WEBHOOK_SECRET": secret, "PRACTICE_LIMITS": "off"})
    assert "RESEND_WEBHOOK_SECRET must be a signing secret" in said
    assert "PRACTICE_LIMITS" in said


def test_production_takes_a_webhook_secret_as_resend_writes_it():
    key = {"RESEND_API_KEY": "re_key", "RESEND_WEBHOOK_SECRET": f"whsec_{'c2VjcmV0' * 4}"}
    assert Settings.read({**COMPLETE, **key}).is_production


def test_production_wants_https():
    said = refusal_of({**COMPLETE, "PRACTICE_PUBLIC_URL": "http://practice.example"})
    assert "https" in said


def test_production_has_its_limits_on_and_its_clock_right():
    said = refusal_of(
        {
            **COMPLETE,
            "PRACTICE_LIMITS": "off",
            "PRACTICE_ANSWER_FLOOR_MS": "0",
            "PRACTICE_NOW": "2026-11-24T09:00+01:00",
        }
    )
    assert "PRACTICE_LIMITS" in said
    assert "PRACTICE_ANSWER_FLOOR_MS" in said
    assert "PRACTICE_NOW" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PRACTICE_ENV", "staging"),
        ("PRACTICE_PUBLIC_URL", "practice.example"),
        ("PRACTICE_PUBLIC_URL", "https://practice.example/path"),
        ("PRACTICE_PUBLIC_URL", "https://me@practice.example"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("PRACTICE_LIMITS", "maybe"),
        ("PRACTICE_NOW", "2026-11-24T09:00"),
        ("PRACTICE_TRUSTED_PROXY_HOPS", "-1"),
        ("PRACTICE_LIMIT_ATTEMPTS", "five"),
        ("PRACTICE_LIMIT_ATTEMPTS", "0/600"),
        ("PRACTICE_LIMIT_CODES", "5/0"),
        ("PRACTICE_LIMIT_READS", "many"),
        ("PRACTICE_LIMIT_NEW_CONNECTIONS", "0/1"),
        ("PRACTICE_LIMIT_AT_ONCE", "0"),
        ("PRACTICE_LIMIT_CONNECTIONS", "1"),
        ("PRACTICE_LIMIT_CONNECTIONS_PER_ADDRESS", "0"),
        ("PRACTICE_DEADLINE_SECONDS", "0"),
        ("PRACTICE_KEEP_ALIVE_SECONDS", "0"),
        ("PRACTICE_THERAPIST_IDLE_MINUTES", "0"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str):
    assert f"{name} must be" in refusal_of({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "redis://localhost"),
        ("WEB_CONCURRENCY", "4"),
    ],
)
def test_redis_and_several_processes_are_refused_for_now(name: str, value: str):
    assert name in refusal_of({name: value})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
        ("STRIPE_WEBHOOK_SECRET", "STRIPE_SECRET_KEY"),
        ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
        ("TELEGRAM_CHAT_ID", "TELEGRAM_BOT_TOKEN"),
    ],
)
def test_half_a_service_is_refused(given: str, missing: str):
    assert f"{missing} must be set because {given} is" in refusal_of({given: "something"})


def test_an_empty_value_counts_as_unset():
    assert Settings.read({"PORT": " ", "DATABASE_URL": ""}).port == 3000


def test_printed_settings_show_no_secret():
    settings = Settings.read({**COMPLETE, "PRACTICE_SECRET_KEYS": "the-secret-" * 4})
    assert "the-secret" not in f"{settings!r} {settings}"
    assert "db.example" not in repr(settings)


def test_every_setting_is_explained():
    source = (ROOT / "practice/settings.py").read_text()
    read = set(re.findall(r"""(?:text|parsed|number)\(\s*"([A-Z_]+)\"""", source))
    explained = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 20
    assert read - {"REFLEX_REDIS_URL"} <= explained


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://practice.example:443", "https://practice.example"),
        ("https://Practice.Example./", "https://practice.example"),
        ("http://practice.example:80", "http://practice.example"),
        ("https://practice.example:8443", "https://practice.example:8443"),
        ("https://studio-caffè.example", "https://xn--studio-caff-89a.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_the_public_address_is_written_as_browsers_write_it(written: str, read: str):
    assert Settings.read({"PRACTICE_PUBLIC_URL": written, **IN_PUBLIC}).public_url == read


def test_while_developing_the_address_that_is_listened_on_is_ours():
    settings = Settings.read({"HOST": "192.0.2.7", "PORT": "4000", **IN_PUBLIC})
    assert settings.public_url == "http://192.0.2.7:4000"
    assert "http://192.0.2.7:4000" in settings.origins
    everywhere = Settings.read({"HOST": "0.0.0.0", **IN_PUBLIC})  # noqa: S104
    assert everywhere.public_url == "http://localhost:3000"


def test_listening_everywhere_lets_in_every_address_of_this_machine():
    everywhere = Settings.read({"HOST": "0.0.0.0", **IN_PUBLIC}).origins  # noqa: S104
    assert set(Settings.read({}).origins) <= set(everywhere)
    assert Settings.read({**COMPLETE, "HOST": "0.0.0.0"}).origins == (  # noqa: S104
        "https://practice.example",
    )


def test_a_token_that_could_be_guessed_is_refused_in_production():
    assert "PRACTICE_METRICS_TOKEN" in refusal_of({**COMPLETE, "PRACTICE_METRICS_TOKEN": "short"})


@pytest.mark.parametrize("content", [b"PORT=\xff\xfe", None])
def test_an_unreadable_env_file_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
):
    (tmp_path / ".env").mkdir() if content is None else (tmp_path / ".env").write_bytes(content)
    monkeypatch.setattr(settings_module, "ROOT", tmp_path)
    if content is None:
        assert read_from_files().port == 3000
    else:
        with pytest.raises(StartRefused, match=r"\.env cannot be read"):
            read_from_files()
