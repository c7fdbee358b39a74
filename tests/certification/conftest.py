"""What the tests of certification share."""

import pytest
from django.utils import translation

from tests.workers import ask_task, broker, environment, start_worker

__all__ = ["ask_task", "broker", "environment", "in_english", "start_worker"]


@pytest.fixture
def in_english():
    """Messages are asserted as the code says them."""
    with translation.override("en"):
        yield
