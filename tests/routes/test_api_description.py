"""The OpenAPI description against the interface: whatever fits it is answered as it says."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from practice import settings
from practice.routes import api
from tests.builders import CALL, PRIVACY, TOMORROW

ASKED = {"session_type": CALL, "from": "2026-11-24", "to": "2026-11-30", "tz": "Asia/Kathmandu"}
WRITTEN = {
    "session_type": CALL,
    "start": TOMORROW.isoformat(),
    "name": "Giulia Ferri",
    "email": "giulia@example.org",
    "phone": "+39 040 123456",
    "time_zone": "Europe/Rome",
    "place": "video",
    "privacy_version": PRIVACY,
}
# The call, how many cases, and what it would like to read.
CALLS = [
    ("/api/session-types", "GET", 1, {}),
    ("/api/slots", "GET", 1000, ASKED),
    ("/api/bookings", "POST", 1000, WRITTEN),
]
SLOW_IS_FINE = (
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.function_scoped_fixture,
    HealthCheck.data_too_large,
)
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@pytest.fixture
def open_door(house: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Without floor and limits, which would answer all but the first."""
    now = settings.current()
    free = replace(now, answer_floor=timedelta(0), limits=replace(now.limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: free)
    return house


@pytest.mark.parametrize(("path", "method", "cases", "fine"), CALLS)
def test_no_request_that_fits_the_description_breaks_the_interface(
    open_door: str, path: str, method: str, cases: int, fine: dict[str, str]
):
    """Some of the fields are made right in every case, so that what lies behind them is reached."""
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", api.make())
    answered: Counter[int] = Counter()
    rights = st.sets(st.sampled_from(sorted(fine))) if fine else st.just(set[str]())

    @examples(max_examples=cases, deadline=None, suppress_health_check=SLOW_IS_FINE)
    @given(case=schema[path][method].as_strategy(), right=rights)
    def ask(case: Any, right: set[str]) -> None:
        better = {name: fine[name] for name in right}
        if method == "POST":
            case.body = {**case.body, **better}
        else:
            case.query = {**(case.query or {}), **better}
        answered[case.call_and_validate(checks=list(CHECKS)).status_code] += 1

    ask()
    assert sum(answered.values()) >= cases, answered
    assert max(answered) < 500
