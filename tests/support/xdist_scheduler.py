"""Which of two workers runs what: long work first, and nothing that is made for a file twice."""

from xdist.scheduler import LoadScopeScheduling

# They start servers, or take long: each in one go on one worker, and before all the others, so that
# none is started on both and at the end nobody waits for one last long test.
IN_ONE_GO = {
    "tests/browser/test_booking_page.py",
    "tests/browser/test_lock.py",
    "tests/browser/test_plain.py",
    "tests/browser/test_what_happens.py",
    "tests/routes/test_api_description.py",
    "tests/system/test_hostile_websocket.py",
    "tests/system/test_commands.py",
    "tests/services/operations/test_key_rotation.py",
    "tests/system/test_races.py",
    "tests/system/test_signed_out.py",
    "tests/system/test_state_machine.py",
    "tests/system/test_two_servers.py",
    "tests/system/test_worker_process.py",
}


class Shifts(LoadScopeScheduling):
    """What has most tests goes first, so that these files come before every single test."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in IN_ONE_GO else nodeid
