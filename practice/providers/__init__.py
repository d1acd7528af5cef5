"""The only place where real or embedded is chosen."""

from dataclasses import dataclass

from practice.providers.embedded_mail import EmbeddedMail
from practice.providers.mail_fallback import Roads
from practice.providers.ports import Chat, Mail
from practice.providers.resend_mail import ResendMail
from practice.providers.smtp_mail import SmtpMail
from practice.providers.telegram_chat import TelegramChat
from practice.settings import Settings


@dataclass(frozen=True)
class Providers:
    mail: Mail
    # None where the therapist wants no summary on the telephone.
    chat: Chat | None = None


def build(settings: Settings) -> Providers:
    roads: list[Mail] = []
    if settings.resend_api_key:
        roads.append(ResendMail(settings.resend_api_key, settings.resend_api_base))
    if settings.smtp_url:
        roads.append(SmtpMail(settings.smtp_url))
    chat = None
    if settings.telegram_bot_token and settings.telegram_chat_id:
        chat = TelegramChat(
            settings.telegram_bot_token, settings.telegram_chat_id, settings.telegram_api_base
        )
    return Providers(Roads(roads) if roads else EmbeddedMail(), chat)
