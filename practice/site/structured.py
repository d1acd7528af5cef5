"""What search engines read: the practice, its questions and its articles in schema.org's words."""

from typing import Any

from practice.domain.content import Article, Passage, Profile
from practice.i18n import here, language
from practice.site.prose import as_html

Data = dict[str, Any]
CONTEXT = {"@context": "https://schema.org"}


def practice(profile: Profile, public_url: str) -> Data:
    facts = {
        "@type": "ProfessionalService",
        "@id": f"{public_url}/#practice",
        "name": profile.name,
        "description": profile.lede,
        "url": public_url + here("/"),
        "image": f"{public_url}/og.png",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": profile.address.partition("\n")[0],
            "addressLocality": profile.place,
        },
        "email": profile.email,
        "telephone": profile.phone,
        "founder": _therapist(profile, public_url),
    }
    return CONTEXT | {name: value for name, value in facts.items() if value}


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
        "image": f"{public_url}/og.png",
        "datePublished": reading.published_on.isoformat(),
        "inLanguage": language(),
        "author": _therapist(profile, public_url),
        "publisher": {"@id": f"{public_url}/#practice"},
    }


def _therapist(profile: Profile, public_url: str) -> Data:
    return {
        "@type": "Person",
        "name": profile.therapist,
        "url": public_url + here("/about"),
    }
