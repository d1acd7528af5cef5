"""What the therapist publishes, as the public pages read it: values in one language."""

from dataclasses import dataclass
from datetime import date

from practice.domain.booking.status import Place
from practice.domain.clients.stages import Stage


@dataclass(frozen=True)
class Profile:
    """The practice and the person: one of each."""

    name: str
    therapist: str
    kicker: str
    lede: str
    story: str
    email: str
    phone: str
    address: str
    register: str
    answer_time: str
    place: str
    country: str


@dataclass(frozen=True)
class Passage:
    """A titled piece of text: a step, a fact, a question with its answer."""

    title: str
    body: str


@dataclass(frozen=True)
class SessionKind:
    """What can be booked, as a price list shows it."""

    slug: str
    name: str
    summary: str
    minutes: int
    price_cents: int
    currency: str
    needs: str
    places: tuple[Place, ...]

    @property
    def is_first_call(self) -> bool:
        """What anybody may book, without an account."""
        return self.needs == Stage.NEW


@dataclass(frozen=True)
class CrisisLine:
    name: str
    hours: str
    number: str


@dataclass(frozen=True)
class ArticleCard:
    slug: str
    title: str
    summary: str
    minutes: int


@dataclass(frozen=True)
class Article:
    card: ArticleCard
    body: str
    published_on: date


@dataclass(frozen=True)
class PrivacyText:
    version: str
    effective_on: date
    body: str


@dataclass(frozen=True)
class Frame:
    """What every public page shows around its own matter."""

    profile: Profile
    crisis: tuple[CrisisLine, ...]
    # What everything begins with; None while nothing of the kind is offered to everybody.
    call: SessionKind | None = None


@dataclass(frozen=True)
class Home:
    frame: Frame
    steps: tuple[Passage, ...]
    sessions: tuple[SessionKind, ...]
    facts: tuple[Passage, ...]
    articles: tuple[ArticleCard, ...]
    questions: tuple[Passage, ...]


@dataclass(frozen=True)
class Published:
    """What has an address of its own, by its slug."""

    readings: tuple[str, ...]
    calls: tuple[str, ...]


@dataclass(frozen=True)
class About:
    frame: Frame
    facts: tuple[Passage, ...]


@dataclass(frozen=True)
class Reading:
    frame: Frame
    article: Article
    more: tuple[ArticleCard, ...]


@dataclass(frozen=True)
class Legal:
    frame: Frame
    text: PrivacyText | None
