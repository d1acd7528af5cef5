"""What search engines read: the practice, what it offers, its questions and its articles in
schema.org's words."""

from typing import Any

from practice.domain.content import Article, Frame, Passage, Profile, SessionKind
from practice.i18n import here, language, sentence
from practice.routes.sharing import card_address
from practice.site.document.markdown import as_html
from practice.site.document.words import terms

Data = dict[str, Any]
CONTEXT = {"@context": "https://schema.org"}


def practice(frame: Frame, public_url: str) -> Data:
    profile = frame.profile
    facts = {
        "@type": "ProfessionalService",
        "@id": _practice_id(public_url),
        "name": profile.name,
        "description": profile.lede,
        "url": public_url + here("/"),
        "image": card_address(public_url, language()),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": profile.address.partition("\n")[0],
            "addressLocality": profile.place,
            "addressCountry": profile.country,
        },
        "email": profile.email,
        "telephone": profile.phone,
        "founder": _therapist(profile, public_url),
        "potentialAction": _reserving(frame.call, public_url) if frame.call else None,
    }
    return CONTEXT | {name: value for name, value in facts.items() if value}


def services(sessions: tuple[SessionKind, ...], public_url: str) -> Data:
    return CONTEXT | {"@graph": [_service(kind, public_url) for kind in sessions]}


def _service(kind: SessionKind, public_url: str) -> Data:
    """What is locked is offered at its price, and has no address to book it at."""
    offer = {
        "@type": "Offer",
        "price": f"{kind.price_cents / 100:.2f}",
        "priceCurrency": kind.currency,
        **({"url": public_url + here(f"/book/{kind.slug}")} if kind.is_first_call else {}),
    }
    return {
        "@type": "Service",
        "@id": f"{public_url}{here('/')}#session-{kind.slug}",
        "name": kind.name,
        "description": f"{sentence(terms(kind))}. {kind.summary}".strip(),
        "provider": {"@id": _practice_id(public_url)},
        "offers": offer,
    }


def _reserving(call: SessionKind, public_url: str) -> Data:
    return {
        "@type": "ReserveAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": public_url + here("/book"),
            "inLanguage": language(),
        },
        "result": {"@type": "Reservation", "name": call.name},
    }


def _practice_id(public_url: str) -> str:
    return f"{public_url}/#practice"


def questions(passages: tuple[Passage, ...]) -> Data:
    return CONTEXT | {
        "@type": "FAQPage",
        "inLanguage": language(),
        "mainEntity": [
            {
                "@type": "Question",
                "name": passage.title,
                "acceptedAnswer": {"@type": "Answer", "text": as_html(passage.body)},
            }
            for passage in passages
        ],
    }


def article(reading: Article, profile: Profile, public_url: str) -> Data:
    return CONTEXT | {
        "@type": "Article",
        "headline": reading.card.title,
        "description": reading.card.summary,
        "url": public_url + here(f"/reading/{reading.card.slug}"),
        "image": card_address(public_url, language()),
        "datePublished": reading.published_on.isoformat(),
        "inLanguage": language(),
        "author": _therapist(profile, public_url),
        "publisher": {"@id": _practice_id(public_url)},
    }


def _therapist(profile: Profile, public_url: str) -> Data:
    return {
        "@type": "Person",
        "name": profile.therapist,
        "url": public_url + here("/about"),
    }
