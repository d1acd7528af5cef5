"""Published words in the asker's language, with the practice's own as fallback."""

from practice import i18n
from practice.models.base import Texts
from practice.models.content import Practice


class Speaker:
    """Chooses the reader's language, else the practice's own, else whatever there is."""

    def __init__(self, practice: Practice | None) -> None:
        own = practice.default_language if practice else i18n.DEFAULT_LANGUAGE
        self.wanted = (i18n.language(), own)

    def __call__(self, texts: Texts) -> str:
        for code in self.wanted:
            if texts.get(code):
                return texts[code]
        return next((text for text in texts.values() if text), "")
