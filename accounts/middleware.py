"""Between the request and the view: where it comes from, who is there, and who may."""

import time
import uuid
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.actions.drafts import discard_draft
from accounts.actions.history import record_refusal
from genesis.lib.origin import Origin, origin
from genesis.lib.policy import PUBLIC, SIGNED_IN
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord


class PrivateResponseMiddleware:
    """Let no cache keep a page, and no page use the device's sensors."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class OriginMiddleware:
    """Let what the request changes say where it came from."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        ip = get_adapter(request).get_client_ip(request)  # allauth counts the trusted proxies
        token = origin.set(Origin(ip, uuid.uuid4()))
        try:
            return self.get_response(request)
        finally:
            origin.reset(token)


class SessionLimitMiddleware:
    """End a session that nobody has used for a while, and any session after its working day.

    When it was last used stands in a signed cookie, so that reading a page
    writes nothing to the database.
    """

    cookie = "__Host-last_seen" if settings.HTTPS else "last_seen"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed_in = request.user.is_authenticated
        if signed_in and self._is_over(request):
            logout(request)
            messages.info(request, _("Your session ended because it was not used for a while."))
        response = self.get_response(request)
        if request.user.is_authenticated:
            seen = signing.dumps(request.session.session_key, salt=self.cookie)
            response.set_cookie(
                self.cookie, seen, httponly=True, samesite="Lax", secure=settings.HTTPS
            )
        elif signed_in:
            # Not "storage": an outbox that waits there for a signal outlives any session.
            response["Clear-Site-Data"] = '"cache"'
        return response

    def _is_over(self, request):
        began = request.session.get("signed_in_at", time.time())
        if time.time() - began > settings.SESSION_COOKIE_AGE:
            return True
        try:
            seen = signing.loads(
                request.COOKIES[self.cookie], salt=self.cookie, max_age=settings.SESSION_IDLE
            )
        except signing.SignatureExpired:
            return True
        except (KeyError, signing.BadSignature):
            return time.time() - began > settings.SESSION_IDLE.total_seconds()
        return seen != request.session.session_key


class SignInMiddleware(LoginRequiredMiddleware):
    """Send whoever has not signed in to the sign-in page; answer a piece of a page with 401."""

    def handle_no_permission(self, request, view_func):
        if request.htmx or request.headers.get("Accept") == "application/json":
            return HttpResponse(status=401)  # the page stays, with what was typed in it
        if request.method == "POST":
            messages.warning(request, _("Your session had ended, and nothing was saved."))
            return redirect_to_login(self._page_before(request))
        return super().handle_no_permission(request, view_func)

    def _page_before(self, request):
        """Where the button stood: what it was sent to may not be a page at all."""
        page = request.headers.get("Referer", "")
        here = url_has_allowed_host_and_scheme(page, request.get_host())
        return urlsplit(page).path if here else reverse("home")


class SecondFactorMiddleware:
    """Where MFA_REQUIRED is on, staff without a second factor reach only its set-up (SEC-11)."""

    open_views = {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "set_language",
        "health",
        "ready",
        "security_contact",
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not (settings.MFA_REQUIRED and request.user.is_authenticated):
            return None
        if request.resolver_match.view_name in self.open_views or is_mfa_enabled(request.user):
            return None
        if request.htmx:
            return HttpResponseClientRedirect(reverse("mfa_activate_totp"))
        return redirect("mfa_activate_totp")


class DraftMiddleware:
    """Forget the draft of a form once the form was taken: its answer leads to another page.

    A page that has kept a draft says so with what it sends, so that no other
    request asks the database for one.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if (
            request.method == "POST"
            and response.status_code in {302, 303}
            and request.user.is_authenticated
            and "borrador" in request.POST
        ):
            form, _slash, target = request.POST["borrador"].partition("/")
            discard_draft(form=form, target=target, by=request.user)
        return response


class ConflictMiddleware:
    """Answer 409 where a page was too old, or a step does not follow, and no view said so."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, StaleRecord | MoveNotAllowed | OtherContent):
            return render(request, "409.html", status=409)
        return None


class DefaultDenyMiddleware:
    """Refuse a view that declares no policy, and people who do not meet the declared one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            record_refusal(request)
        return response

    def process_view(self, request, view, args, kwargs):
        policy = getattr(view, "policy", None)
        if policy in (PUBLIC, SIGNED_IN) or view.__module__.startswith(settings.LIBRARY_VIEWS):
            return  # SignInMiddleware, before this one, has asked who is there
        if policy is None or not request.user.may(policy):
            raise PermissionDenied
