"""The public HTTP interface, described by OpenAPI."""

from practice.routes.api.app import PREFIX, make
from practice.routes.api.problems import apology, problem, too_often

__all__ = ["PREFIX", "apology", "make", "problem", "too_often"]
