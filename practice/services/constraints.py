"""What the database refuses, in words: names of constraints as refusals."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import IntegrityError

from practice.db import Again
from practice.domain.errors import Refusal


@contextmanager
def mapped(refusals: Mapping[str, type[Refusal | Again]]) -> Generator[None]:
    """A violation that is not named here is a defect and stays one."""
    try:
        yield
    except IntegrityError as violation:
        name = violated(violation)
        if name in refusals:
            raise refusals[name] from None
        raise


def violated(violation: IntegrityError) -> str:
    """The name of the rule that stood in the way."""
    cause = violation.orig
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""
