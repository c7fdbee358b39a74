"""The Celery application of Genesis: tasks below the actions, jobs above them."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genesis.settings")

app = Celery("genesis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="jobs")
