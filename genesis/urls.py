"""The addresses of Genesis: paths in Spanish, names in English."""

from allauth.account import views as entrance
from django.conf import settings
from django.urls import include, path, re_path
from django.views.i18n import set_language

from accounts.urls import organization_urls
from accounts.views.search import search
from accounts.views.today import home
from accounts.views.users import draft_keep, session_keep
from beneficiaries.urls import agenda_urls, group_urls, programme_urls
from beneficiaries.views.referral_page import referral_page
from certification.public_urls import public_urls
from certification.urls import evaluation_urls
from genesis.lib.policy import public
from genesis.views import health, ready, security_contact

# Signing in is allauth's; of its pages only those that a member of staff may need are open.
entrance_urls = [
    # /cuenta/
    path("entrar/", entrance.login, name="account_login"),
    path("salir/", entrance.logout, name="account_logout"),
    path("inactiva/", entrance.account_inactive, name="account_inactive"),
    path("registro/", entrance.signup, name="account_signup"),  # closed: it says so
    path("confirmar/", entrance.reauthenticate, name="account_reauthenticate"),
    path("clave/", entrance.password_change, name="account_change_password"),
    path("clave/nueva/", entrance.password_set, name="account_set_password"),
    path("clave/olvidada/", entrance.password_reset, name="account_reset_password"),
    path(
        "clave/olvidada/enviado/",
        entrance.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^clave/enlace/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "clave/lista/",
        entrance.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns = [
    path("", home, name="home"),
    path("buscar/", search, name="search"),
    path("salud/", health, name="health"),
    path("listo/", ready, name="ready"),
    path(".well-known/security.txt", security_contact, name="security_contact"),
    path("idioma/", public(set_language), name="set_language"),
    path("cuenta/", include(entrance_urls)),
    path("cuenta/segundo-factor/", include("allauth.mfa.urls")),
    path("borradores/<str:form>/<str:target>/", draft_keep, name="draft_keep"),
    path("sesion/", session_keep, name="session_keep"),
    path("usuarios/", include("accounts.urls")),
    path("organizaciones/", include((organization_urls, "organizations"))),
    path("programa/", include((programme_urls, "programme"))),
    path("personas/", include("beneficiaries.urls")),
    path("agenda/", include((agenda_urls, "agenda"))),
    path("grupos/", include((group_urls, "groups"))),
    path("certificacion/", include("certification.urls")),
    path("evaluar/", include((evaluation_urls, "evaluation"))),
    path("indicadores/", include("reporting.urls")),
    path("r/<str:secret>/", referral_page, name="referral_page"),
    *public_urls,
]

if settings.DEMO or settings.DEBUG:
    from genesis.gallery import components

    urlpatterns.append(path("componentes/", components, name="components"))
