"""The menu: what the roles of whoever is signed in open, in one order for everybody."""

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.registry import may_search
from accounts.roles import Permission

address = cache(reverse)  # every page shows them all

# title of the section → (text, name of the page, what it takes to open it)
SECTIONS = [
    (
        "",
        [
            (_("People"), "beneficiaries:person_list", Permission.PERSON_VIEW),
            (_("To evaluate"), "evaluation:agenda", Permission.ASSESSMENT_CONDUCT),
            (_("Agenda"), "agenda:agenda", Permission.AGENDA_VIEW),
            (_("Groups"), "groups:group_list", Permission.GROUP_VIEW),
            (_("To do"), "beneficiaries:task_list", Permission.DUPLICATE_RESOLVE),
            (_("Safety protocols"), "beneficiaries:protocol_list", Permission.PROTOCOL_MANAGE),
            (
                _("Possible duplicates"),
                "beneficiaries:duplicate_list",
                Permission.DUPLICATE_RESOLVE,
            ),
            (_("Messages"), "beneficiaries:message_list", Permission.MESSAGE_PREPARE),
            (_("Referrals"), "beneficiaries:referral_list", Permission.REFERRAL_VIEW),
            (_("Transfers"), "beneficiaries:transfer_list", Permission.TRANSFER_REQUEST),
        ],
    ),
    (
        _("Certification"),
        [
            (_("Assessments"), "certification:assessment_list", Permission.ASSESSMENT_VIEW),
            (_("Certificates"), "certification:certificate_list", Permission.CERTIFICATE_VIEW),
            (_("Standards"), "certification:standard_list", Permission.STANDARD_VIEW),
            (_("Evaluation centres"), "certification:centre_list", Permission.CENTRE_VIEW),
            (_("Evaluators"), "certification:evaluator_list", Permission.EVALUATOR_VIEW),
            (_("Telephones"), "certification:phone_overview", Permission.ASSESSMENT_CANCEL),
        ],
    ),
    (
        _("Follow-up"),
        [
            (_("Indicators"), "reporting:indicator_list", Permission.INDICATOR_VIEW),
            (_("Workload"), "programme:workload", Permission.WORKLOAD_VIEW),
            (_("Import data"), "beneficiaries:import_list", Permission.PEOPLE_IMPORT),
            (_("My files"), "beneficiaries:export_list", Permission.PERSON_EXPORT),
        ],
    ),
    (
        _("Data protection"),
        [
            (_("Emergencies"), "beneficiaries:access_list", Permission.ACCESS_REVIEW),
            (_("Readings"), "beneficiaries:reading_find", Permission.READING_VIEW),
            (_("Files with names"), "beneficiaries:export_queue", Permission.EXPORT_APPROVE),
            (
                _("Complaints and suggestions"),
                "beneficiaries:complaint_list",
                Permission.COMPLAINT_RECEIVE,
            ),
            (_("Satisfaction"), "beneficiaries:opinion_summary", Permission.COMPLAINT_MANAGE),
            (_("Rights over data"), "beneficiaries:rights_list", Permission.RIGHTS_RECEIVE),
            (_("Retention"), "beneficiaries:erasure_list", Permission.RETENTION_VIEW),
            (_("Notices"), "beneficiaries:notice_detail", Permission.TEXT_EDIT),
            (_("Texts"), "beneficiaries:template_list", Permission.TEXT_EDIT),
        ],
    ),
    (
        _("Administration"),
        [
            (_("Users"), "accounts:user_list", Permission.USER_MANAGE),
            (
                _("Organizations"),
                "organizations:organization_list",
                Permission.ORGANIZATION_MANAGE,
            ),
            (_("Programmes"), "programme:programme_list", Permission.PROGRAMME_MANAGE),
            (_("Rules of eligibility"), "programme:rule_set_list", Permission.RULE_SET_MANAGE),
            (_("Code lists"), "programme:code_list_list", Permission.CODE_LIST_MANAGE),
            (_("Background work"), "accounts:work_list", Permission.WORK_RETRY),
        ],
    ),
]


def pages_of(user):
    """The sections of the menu that `user` may open, each with its items."""
    for title, items in SECTIONS:
        open_to_them = [
            {"title": text, "name": name, "url": address(name)}
            for text, name, permission in items
            if user.may(permission)
        ]
        if open_to_them:
            yield {"title": title, "items": open_to_them}


def has_pages(user):
    """Whether any page of the menu is open to `user`; «Hoy» is for whoever has one."""
    return next(pages_of(user), None) is not None


def navigation(request):
    """What the base layout shows around every page; asks the database for roles only."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "nav_phone": [], "help_phone": settings.PHONE_OF_HELP}
    sections = list(pages_of(user))
    if sections:
        sections.insert(0, {"title": "", "items": [{"title": _("Today"), "url": address("home")}]})
    items = [item for section in sections for item in section["items"]]
    around = [item["url"] for item in items if request.path.startswith(item["url"])]
    here = max(around, key=len, default=None)  # /usuarios/trabajos/ lies below /usuarios/
    if here == address("home") != request.path:  # every page lies below the first one
        here = None
    for item in items:
        item["current"] = item["url"] == here
    return {
        "nav": sections,
        "nav_phone": items[:4],
        "help_phone": settings.PHONE_OF_HELP,
        "draft_url": _draft_of(request),
        "idle_minutes": int(settings.SESSION_IDLE.total_seconds() // 60),
        "may_register": user.may(Permission.PERSON_REGISTER),
        "may_search": may_search(user),
        "is_demo": settings.DEMO,
        "may_read_mail": settings.DEMO and user.may(Permission.USER_MANAGE),
    }


def _draft_of(request):
    """Where what is typed on this page is kept: by the name of the page, and what it is about."""
    match = request.resolver_match
    if match is None or not match.view_name:
        return ""
    about = "-".join(str(each) for each in match.kwargs.values())
    return reverse("draft_keep", args=[match.view_name, about[:120] or "nuevo"])
