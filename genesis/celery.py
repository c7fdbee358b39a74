"""The Celery application of Genesis: tasks below the actions, jobs above them."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genesis.settings")

app = Celery("genesis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="jobs")


@worker_process_init.connect
def leave_alone_what_is_loaded(**_sent: Any) -> None:
    """Spare the collector what stays anyway: a walk through it takes as long as two documents."""
    gc.freeze()
