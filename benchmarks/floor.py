"""The floor of the pages: a bare Django application that does the same work on the same tables.

The same query, session, user and middleware of a new Django project; four views
without forms, components or history. Genesis is measured against it in the same run.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import Context, Engine
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

import genesis.settings as genesis_settings

if not settings.configured:
    kept = (
        "DATABASES",
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "AUTH_USER_MODEL",
        "TIME_ZONE",
        "USE_TZ",
        "LANGUAGE_CODE",
        "STORAGES",
        "MEDIA_ROOT",
        "DEFAULT_AUTO_FIELD",
        "LOGGING",
    )
    settings.configure(
        ROOT_URLCONF="benchmarks.floor",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        LOGIN_URL="/",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "accounts",
            "beneficiaries",
        ],
        SILENCED_SYSTEM_CHECKS=["*"],
        **{name: getattr(genesis_settings, name) for name in kept},
    )

ROW = (
    "<tr><td><a href='/{{ p.public_id }}'>{{ p.given_names }} {{ p.surnames }}</a></td>"
    "<td>{{ p.file_number }}</td><td>{{ p.district.name }}</td>"
    "<td>{{ p.sector }}</td><td>{{ p.status }}</td><td>{{ p.registered_on }}</td></tr>"
)
LIST = Engine().from_string(
    "<table>{% for p in rows %}" + ROW + "{% endfor %}</table><p>{{ total }}</p>"
)
DETAIL = Engine().from_string(
    "<h1>{{ p.given_names }} {{ p.surnames }}</h1><p>{{ p.file_number }}</p>"
    "{% for d in documents %}<p>{{ d.number }}</p>{% endfor %}"
    "{% for j in jobs %}<p>{{ j.position }} {{ j.start_date }}</p>{% endfor %}"
    "{% for c in cases %}<p>{{ c.outcome }}</p>{% endfor %}"
)


def _people():
    from beneficiaries.models import Person  # noqa: PLC0415  (the registry must be ready)

    return Person.objects.filter(merged_into=None).select_related("district__department", "office")


@login_required
def person_list(request):
    rows = list(_people().order_by("sort_name", "pk")[:26])
    total = _people().order_by()[:1001].count()
    return HttpResponse(LIST.render(Context({"rows": rows[:25], "total": total})))


@login_required
def person_search(request):
    rows = _people()
    for word in request.GET["q"].split():
        rows = rows.filter(search__contains=word)
    rows = list(rows.order_by("sort_name", "pk")[:26])
    return HttpResponse(LIST.render(Context({"rows": rows[:25], "total": len(rows)})))


@login_required
def person_detail(request, public_id):
    person = _people().select_related("contact").get(public_id=public_id)
    context = {
        "p": person,
        "documents": list(person.documents.all()),
        "jobs": list(person.jobs.select_related("country")),
        "trips": list(person.trips.select_related("return_country")),
        "consents": list(person.consents.all()),
        "cases": list(person.cases.select_related("phase")),
    }
    return HttpResponse(DETAIL.render(Context(context)))


@csrf_exempt
@login_required
def job_create(request, public_id):
    person = _people().get(public_id=public_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_workexperience (public_id, version, person_id, sector, isco,"
            " position, employer, start_date, start_precision, end_date, end_precision, ongoing,"
            " duties, country_id) VALUES (gen_random_uuid(), 1, %s, 'construction', '', %s, '',"
            " %s, 'day', NULL, '', false, '', (SELECT id FROM beneficiaries_lookupvalue"
            " WHERE list = 'countries' AND code = 'US'))",
            [person.pk, request.POST["position"], timezone.localdate()],
        )
    return HttpResponse(status=302, headers={"Location": f"/{public_id}"})


urlpatterns = [
    path("list", person_list),
    path("search", person_search),
    path("create/<uuid:public_id>", job_create),
    path("<uuid:public_id>", person_detail),
]
application = get_wsgi_application()
