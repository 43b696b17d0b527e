"""`make test` has twenty minutes: what is longer runs whole in `make test-full` alone, which sets TEST_FULL."""
import os

FULL = bool(os.environ.get("TEST_FULL"))


def in_full_run(test):
    """Collected by make test-full alone."""
    test.__test__ = FULL
    return test
