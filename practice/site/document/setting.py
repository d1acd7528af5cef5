"""What every public page is drawn from: the practice, the language, the address."""

from dataclasses import dataclass, replace

from practice.domain.content import Frame
from practice.site.document.head import Page


@dataclass(frozen=True)
class Setting:
    """What all documents have in common, whatever they say."""

    public_url: str
    stylesheet: str
    offers_other_language: bool = False

    def offering(self, offers: bool) -> "Setting":
        return replace(self, offers_other_language=offers)

    def page(self, path: str, title: str, description: str, frame: Frame | None = None) -> Page:
        return Page(
            path=path,
            title=title,
            description=description,
            frame=frame,
            public_url=self.public_url,
            stylesheet=self.stylesheet,
            offers_other_language=self.offers_other_language,
        )
