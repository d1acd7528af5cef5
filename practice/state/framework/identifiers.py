"""Names of rows as pages send them back."""

from uuid import UUID

from practice.domain.errors import BadRequest


def identifier(given: str) -> UUID:
    """Pages send what they were given; anything else came from nowhere of ours."""
    try:
        return UUID(given)
    except ValueError:
        raise BadRequest from None
