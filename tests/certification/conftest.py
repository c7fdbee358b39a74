"""What the tests of certification share."""

from tests.workers import ask_task, broker, environment, start_worker

__all__ = ["ask_task", "broker", "environment", "start_worker"]
