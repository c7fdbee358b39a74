"""The page of the telephone and the worker that keeps it: nothing of anybody stands in them."""

import json
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from genesis.lib.policy import public

FILES = [
    "css/phone.css",
    "img/brand.svg",
    "js/phone/answers.js",
    "js/phone/drafts.js",
    "js/phone/main.js",
    "js/phone/net.js",
    "js/phone/outbox.js",
    "js/phone/photo.js",
    "js/phone/signing.js",
    "js/phone/store.js",
    "js/phone/vault.js",
    "js/signature.js",
]


@public
@require_safe
def phone_shell(request):
    """The same page for everybody, so that the worker may keep it; the phone has the rest."""
    return render(request, "certification/phone_shell.html")


@public
@require_safe
def phone_manifest(request):
    """With what the page is put on the home screen, where its storage is not swept away."""
    shell = reverse("evaluation:phone_shell")
    icons = [("192", "any"), ("512", "any"), ("mask-512", "maskable")]
    told = {
        "name": _("Gene-Sis: evaluate without signal"),
        "short_name": _("Evaluate"),
        "lang": "es-SV",
        "id": shell,
        "start_url": shell,
        "scope": shell,
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#161f3d",
        "icons": [
            {
                "src": static(f"img/phone-{name}.png"),
                "sizes": f"{name.removeprefix('mask-')}x{name.removeprefix('mask-')}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, purpose in icons
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@public
@require_safe
def phone_worker(request):
    """The worker: it keeps the page and its files, all or none, and touches nothing else.

    Its text differs when one of them does, so that a browser finds the new version.
    """
    kept = [reverse("evaluation:phone_shell"), *[static(each) for each in FILES]]
    words = {"kept": json.dumps(kept), "version": _version(request)}
    text = render_to_string("certification/phone_worker.js", words)
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def _version(request):
    """What the page and its files are made of, in short."""
    digest = sha256(render_to_string("certification/phone_shell.html", request=request).encode())
    for name in FILES:
        found = finders.find(name)
        if found:  # an installation without the sources has other addresses instead
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:16]
