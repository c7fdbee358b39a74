"""What the tests of certification share."""

import pytest
from django.utils import translation

from tests.factories.certification import AssessmentFactory, PaperFormFactory
from tests.workers import ask_task, broker, environment, start_worker

__all__ = [
    "agreed",
    "ask_task",
    "broker",
    "environment",
    "form",
    "in_english",
    "running",
    "start_worker",
]


@pytest.fixture
def in_english():
    """Messages are asserted as the code says them."""
    with translation.override("en"):
        yield


@pytest.fixture
def agreed():
    """An assessment that may begin."""
    return AssessmentFactory(plan_agreed=True)


@pytest.fixture
def running():
    """An assessment whose session goes on."""
    return AssessmentFactory(in_assessment=True)


@pytest.fixture
def form():
    """A form on paper that was printed and that nobody has typed."""
    return PaperFormFactory()
