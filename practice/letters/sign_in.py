"""The letter that signs in."""

from datetime import timedelta

from practice.domain.accounts.sessions import LINK_LIFE
from practice.i18n import _, minutes
from practice.letters import phrases
from practice.letters.drafts import Button, Draft, Kind
from practice.letters.facts import House, Reader
from practice.letters.layout import letter


@letter(Kind.SIGN_IN)
def sign_in(house: House, reader: Reader, *, link: str) -> Draft:
    """It says nothing of the person but how they are called: whoever knows an address can ask."""
    life = minutes(LINK_LIFE // timedelta(minutes=1))
    return Draft(
        subject=_("Your link for {practice}").format(practice=house.name),
        preheader=_("It works once, within {minutes}.").format(minutes=life),
        greeting=phrases.greeting(reader),
        title=_("here is your link."),
        paragraphs=(_("It opens your pages, once, within {minutes}.").format(minutes=life),),
        button=Button(
            _("Sign in now"),
            link,
            _("If the button does nothing, copy this address into your browser:"),
            is_bare=True,
        ),
        rows=(
            phrases.Row(
                _("If it was not you"),
                remark=_("You need do nothing: without this letter nobody can sign in."),
            ),
        ),
        closing=_("With kind regards,"),
        reason=_("You receive this letter because a link was asked for with your address."),
    )
