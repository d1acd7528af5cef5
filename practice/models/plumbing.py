"""Tables that keep the machinery honest."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from practice.models.base import Table


class CalendarGate(Table, table=True):
    """Locked, never read: who changes owned time holds this table from the first statement on."""

    __tablename__ = "calendar_gate"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
