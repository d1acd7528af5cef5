"""The stages of a therapeutic relationship."""

from enum import StrEnum


class Stage(StrEnum):
    NEW = "new"
    DISCOVERY = "discovery"
    INTAKE = "intake"
    ONGOING = "ongoing"
    PAUSED = "paused"
    ENDED = "ended"
