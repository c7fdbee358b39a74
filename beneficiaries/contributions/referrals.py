"""What referrals say elsewhere: to an institution, on «Hoy», before a case is closed."""

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Concat, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.registry import SHOWN, Block, Line, Panel, Urgency
from accounts.roles import Permission
from beneficiaries.choices import ConsentPurpose, IncomingState, ReferralState, SharedField
from beneficiaries.models import (
    Case,
    DirectoryEntry,
    IncomingReferral,
    LookupValue,
    Person,
    Referral,
)
from beneficiaries.models.places import place_of
from beneficiaries.registry import Blocker, Section, Share
from genesis.lib.days import age_on

SECTION = Section(
    gettext_lazy("Referrals"), "beneficiaries:person_referral_list", Permission.REFERRAL_VIEW
)

TONES = {
    ReferralState.DRAFT: "plain",
    ReferralState.READY: "alerta",
    ReferralState.SENT: "curso",
    ReferralState.ACKNOWLEDGED: "curso",
    ReferralState.ACCEPTED: "ok",
    ReferralState.DECLINED: "alerta",
    ReferralState.NO_RESPONSE: "mal",
    ReferralState.IN_SERVICE: "ok",
    ReferralState.COMPLETED: "ok",
    ReferralState.CLOSED: "plain",
    ReferralState.CANCELLED: "plain",
}

VERBS = {
    "referral.drafted": gettext_lazy("Referral begun"),
    "referral.ready": gettext_lazy("Referral ready to be sent"),
    "referral.sent": gettext_lazy("Referral sent"),
    "referral.acknowledged": gettext_lazy("An institution received the referral"),
    "referral.accepted": gettext_lazy("An institution accepted the referral"),
    "referral.declined_by_org": gettext_lazy("An institution did not accept the referral"),
    "referral.no_response": gettext_lazy("An institution has not answered a referral"),
    "referral.in_service": gettext_lazy("First attention at the institution"),
    "referral.completed": gettext_lazy("Referral finished"),
    "referral.closed": gettext_lazy("Referral closed"),
    "referral.cancelled": gettext_lazy("Referral cancelled"),
}

# Of these the caseworker has something to do.
WAITING = [
    ReferralState.READY,
    ReferralState.NO_RESPONSE,
    ReferralState.DECLINED,
]


def facts_of(referral: Referral) -> list[dict[str, Any]]:
    """What an institution is told of a person: what was ticked, and nothing else."""
    person = referral.case.person
    told = {
        SharedField.NAME: lambda: person.display_name,
        SharedField.DOCUMENT: lambda: _documents(person),
        SharedField.AGE: lambda: _age(person),
        SharedField.SEX: person.get_sex_display,
        SharedField.PHONE: lambda: _phone(person),
        SharedField.DISTRICT: lambda: place_of(person.district_id),
        SharedField.PROFILE: person.get_population_display,
        SharedField.WORK: lambda: ", ".join(
            each.position for each in person.jobs.order_by("pk") if each.position
        ),
        SharedField.NEEDS: lambda: ", ".join(needs_of(referral)),
        SharedField.REASON: lambda: referral.why.reason,
    }
    rows = [
        {"label": field.label, "value": told[field]()}
        for field in SharedField
        if field in referral.data_shared
    ]
    return [{"label": _("File number"), "value": person.file_number}, *rows]


def _documents(person: Person) -> str:
    papers = person.documents.filter(active=True).exclude(number="").order_by("pk")
    return ", ".join(f"{each.get_doc_type_display()} {each.number}" for each in papers)


def _age(person: Person) -> str:
    return str(age_on(person.birth_date, timezone.localdate())) if person.birth_date else ""


def _phone(person: Person) -> str:
    contact = person.contact
    return contact.phone_1.as_national if contact.phone_1 else ""


def needs_of(referral: Referral) -> list[str]:
    """What is asked for, in words."""
    return words_of(referral.why.needs)


def words_of(needs: list[str]) -> list[str]:
    values = LookupValue.objects.filter(list="need", code__in=needs).order_by("position", "pk")
    return [str(each) for each in values]


# Before a case is closed, and when a consent is taken back


def referrals_open(case: Case) -> list[Blocker]:
    """Referrals of which it is not known what came of them (CASE-32)."""
    return [
        Blocker(
            _("Referral to {institution}").format(institution=each),
            each.get_absolute_url(),
            each.get_state_display(),
            Permission.REFERRAL_VIEW,
        )
        for each in case.referrals.open().select_related("organization").order_by("pk")
    ]


def shared(person: Person) -> list[Share]:
    """What institutions were told of a person, and when."""
    sent = Referral.objects.filter(case__person=person).exclude(sent_at=None)
    return [
        Share(
            ConsentPurpose.SHARE_PARTNER,
            ", ".join(str(label) for label in each.get_data_shared_display()),
            each.organization,
            timezone.localdate(each.sent_at),
        )
        for each in sent.select_related("organization")
    ]


# On «Hoy», and on the page of an organization


def blocks(user: User) -> Iterator[Block]:
    """What waits of referrals, out and in: «Hoy» asks for both at once."""
    if not user.may(Permission.REFERRAL_RECEIVE) and not user.may(Permission.REFERRAL_MAKE):
        return
    rows = list(_to_see_to(user).union(_to_answer(user), all=True))
    yield Block(
        _("Referrals to see to"),
        Urgency.LATE,
        [_line_out(each) for each in rows if each["out"]],
        reverse("beneficiaries:referral_list"),
    )
    yield Block(
        _("People whom institutions sent"),
        Urgency.ANSWER,
        [_line_in(each) for each in rows if not each["out"]],
        reverse("beneficiaries:incoming_list"),
    )


def _to_see_to(user: User) -> Any:
    """Those of the people they accompany that wait for them."""
    theirs = Referral.objects.filter(
        case__person__in=Person.objects.accompanied_by(user), state__in=WAITING
    ).of_open_person()
    rows = theirs.order_by("made_at", "pk").values(
        "public_id",
        "state",
        out=Value(True),
        named=Concat("case__person__given_names", Value(" "), "case__person__surnames"),
        whom=F("organization__name"),
        whom_en=F("organization__name"),
        due=TruncDate("made_at"),
        hers=F("case__person_id"),
    )
    return rows[: SHOWN + 1]


def _to_answer(user: User) -> Any:
    """People whom institutions sent, and nobody has answered for, the most urgent first."""
    waiting = IncomingReferral.objects.visible_to(user).unanswered()
    rows = waiting.order_by("answer_due_on", "pk").values(
        "public_id",
        "state",
        out=Value(False),
        named=F("name"),
        whom=F("source__es"),
        whom_en=F("source__en"),
        due=F("answer_due_on"),
        hers=Value(None, output_field=BigIntegerField()),
    )
    return rows[: SHOWN + 1]


def _line_out(row: dict[str, Any]) -> Line:
    state = ReferralState(row["state"])
    return Line(
        f"{row['named'].strip()}: {row['whom']}",
        reverse("beneficiaries:referral_detail", args=[row["public_id"]]),
        state=state.label,
        tone=TONES[state],
        person=row["hers"],
    )


def _line_in(row: dict[str, Any]) -> Line:
    source = row["whom_en"] if get_language() == "en" else row["whom"]
    late = row["due"] < timezone.localdate()
    return Line(
        f"{row['named']}: {source}" if row["named"] else source,
        reverse("beneficiaries:incoming_detail", args=[row["public_id"]]),
        _("{state}. Answer by {day}").format(
            state=IncomingState(row["state"]).label, day=date_format(row["due"], "DATE_FORMAT")
        ),
        state=_("Overdue") if late else "",
        tone="mal",
    )


def directory_panel(organization: Organization, user: User) -> Iterator[Panel]:
    """What an institution does for people who are referred to it."""
    entry = DirectoryEntry.objects.filter(organization=organization).first()
    url = reverse("programme:directory_change", args=[organization.public_id])
    if entry is None:
        text = _("Nobody is referred there: it is not in the directory.")
        yield Panel(_("Directory of referrals"), text=text, url=url, action=_("Add to it"))
        return
    rows = [
        {"label": _("Helps with"), "value": ", ".join(words_of(entry.services))},
        {"label": _("Whom to ask for"), "value": entry.focal_point},
        {"label": _("Telephone"), "value": entry.phone.as_national if entry.phone else ""},
        {"label": _("Receives referrals"), "value": _("Yes") if entry.active else _("No")},
    ]
    yield Panel(_("Directory of referrals"), rows, url=url, action=_("Change"))
