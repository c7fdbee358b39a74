"""The addresses of Genesis: paths in Spanish, names in English."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language

from accounts.views import home
from beneficiaries.views.people import person_search
from certification.urls import public_urls
from genesis.lib.policy import public
from genesis.views import health, ready

urlpatterns = [
    path("", home, name="home"),
    path("buscar/", person_search, name="search"),
    path("salud/", health, name="health"),
    path("listo/", ready, name="ready"),
    path("idioma/", public(set_language), name="set_language"),
    path("cuenta/", include("allauth.account.urls")),
    path("cuenta/segundo-factor/", include("allauth.mfa.urls")),
    path("usuarios/", include("accounts.urls")),
    path("personas/", include("beneficiaries.urls")),
    path("certificacion/", include("certification.urls")),
    path("indicadores/", include("reporting.urls")),
    *public_urls,
]

if settings.DEMO or settings.DEBUG:
    from genesis.gallery import components

    urlpatterns.append(path("componentes/", components, name="components"))
