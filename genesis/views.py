"""What the machines around the site ask it, and the answer to a form that is not ours."""

import logging
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from genesis.lib.policy import public
from genesis.lib.storage import private

log = logging.getLogger(__name__)

STANDS_FOR = timedelta(days=365)  # who is named in security.txt, from the day it is read


@public
@never_cache
@require_safe
def health(request):
    """The web server itself is alive, whatever becomes of the others."""
    return HttpResponse("ok", content_type="text/plain")


@public
@never_cache
@require_safe
def ready(request):
    """Everything that the site works with is there; 503 names what is not."""
    missing = [name for name, ask in PARTS.items() if not _works(name, ask)]
    return JsonResponse({"missing": missing}, status=503 if missing else 200)


@public
@require_safe
def security_contact(request):
    """Whom to tell of a weakness (RFC 9116); not there until the installation names somebody."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + STANDS_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: es, en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def csrf_failure(request, reason=""):
    """The form was not sent from a page of ours, or from one that is too old."""
    return render(request, "403_csrf.html", status=403)


def _works(name, ask):
    try:
        ask()
    except Exception as error:  # whatever it is, the answer is the same
        # Its words may name a host or a password, so only its kind is told.
        log.error("%s does not answer: %s", name, type(error).__name__)
        return False
    return True


def _ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker():
    # Its first word, once: `default_channel` would try again for six seconds.
    with current_app.connection_for_write() as broker, broker.channel() as channel:
        channel.queue_declare(current_app.conf.task_default_queue)


def _ask_storage():
    private().delete(private().save("ready", ContentFile(b"ready")))


PARTS = {"database": _ask_database, "broker": _ask_broker, "storage": _ask_storage}
