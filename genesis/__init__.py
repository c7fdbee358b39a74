"""Genesis: case management for reintegration programmes."""

from genesis.celery import app as celery_app

__all__ = ["celery_app"]
