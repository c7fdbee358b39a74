"""Whom somebody chose in the list: those who were ticked, or all of a filter, page or no page."""

from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SentForm
from accounts.roles import Permission
from beneficiaries.filters.people import PersonFilter
from beneficiaries.models import Person
from beneficiaries.views.listing import ORDERS

# What is done with many of the list: name of the page, what it takes, for the chosen, for all.
ACTS = [
    (
        "case_assign_many",
        Permission.CASE_ASSIGN,
        gettext_lazy("Assign the chosen"),
        gettext_lazy("Assign them all"),
    ),
    (
        "message_prepare_many",
        Permission.MESSAGE_PREPARE,
        gettext_lazy("A message to the chosen"),
        gettext_lazy("A message to them all"),
    ),
    (
        "export_create",
        Permission.PERSON_EXPORT,
        gettext_lazy("Export the chosen"),
        gettext_lazy("Export them all"),
    ),
]
NAMING = {"nombre"}  # filters whose answer is somebody's name
SHOWN = 25  # of those who were chosen, on the page that asks to confirm


class ListChanged(ValidationError):
    """There is somebody in the list now who was not there when it was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("The list changed meanwhile. Look at how many they are now, and confirm again.")
        )


@dataclass
class Chosen:
    """The people of a list in its order, and how it was filtered."""

    people: object
    filters: list[str] = field(default_factory=list)
    most: int | None = None  # so many are taken at once: of more, one is read and the rest is not

    @cached_property
    def rows(self):
        """Key and version of everybody, in the order of the list."""
        rows = self.people.values_list("pk", "version")
        return list(rows if self.most is None else rows[: self.most + 1])

    @property
    def total(self):
        return len(self.rows)

    @cached_property
    def first(self):
        """Some of them, to be shown by name."""
        first = [pk for pk, _version in self.rows[:SHOWN]]
        return list(self.people.model.objects.filter(pk__in=first).for_list().order_by("sort_name"))

    @property
    def others(self):
        return self.total - len(self.first)

    def marks(self, user):
        """What the page carries of those it showed, and nobody can change."""
        return signing.dumps(self.rows, salt=_salt(user), compress=True)

    @property
    def is_too_many(self):
        return self.most is not None and self.total > self.most

    def confirmed(self, marks, user, *, again=False):
        """Those who were shown, as they were shown; raises ListChanged when others came since.

        A form that comes `again` is answered for: it asks nothing of the list as it is now.
        """
        try:
            shown = signing.loads(marks, salt=_salt(user))
        except signing.BadSignature:
            raise ListChanged from None
        if not again and {pk for pk, _version in self.rows} - {pk for pk, _version in shown}:
            raise ListChanged
        return [(pk, version) for pk, version in shown]

    @property
    def seal(self):
        """By which a list is known that is too long to be carried along."""
        return sha256(repr([pk for pk, _version in self.rows]).encode()).hexdigest()

    def check_seal(self, seal):
        """Raise ListChanged when the list is not the one that was shown."""
        if seal != self.seal:
            raise ListChanged


def _salt(user):
    return f"chosen:{user.pk}"


def chosen(request, among, *, most=None):
    """Whom the address names, of `among`: `persona` by `persona`, or `todas` of the filter."""
    order = request.GET.get("orden", "")
    order = order if order in ORDERS else ORDERS[0]
    by = [order, "-pk" if order.startswith("-") else "pk"]
    if "todas" not in request.GET:
        ids = _ids(request.GET.getlist("persona"))
        people, filters = among.filter(public_id__in=ids), [_("Chosen one by one")]
    else:
        found = PersonFilter(request.GET, queryset=among, request=request)
        people, filters = found.qs, _told(found)
    return Chosen(people.order_by(*by), filters, most)


def _told(found):
    """The filters in words, as they are kept: never the name that was searched for."""
    texts = [str(each["label"]) for each in found.chips()]
    return [
        f"{found.form.fields[name].label}: …" if name in NAMING else text
        for name, text in zip(found.in_use(), texts, strict=True)
    ]


def is_again(form, user):
    """Whether this very form came before and something came of it, whoever is in the list now."""
    if not form.is_valid():
        return False
    sent = SentForm.objects.filter(actor=user, key=form.cleaned_data["key"])
    return sent.exclude(result=None).exists()


def shown_as(request):
    """How the list was filtered, ordered and shown, as names and values of its address."""
    return [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in {"persona", "todas", "despues", "antes"}
    ]


def way_back(request):
    """The address of the list as it was filtered, ordered and shown."""
    kept = urlencode(shown_as(request))
    return f"{reverse('beneficiaries:person_list')}?{kept or PersonFilter.bare}"


def acts_on_many(user):
    """What `user` may do with many people of the list at once."""
    return [
        {"url": reverse(f"beneficiaries:{name}"), "few": few, "whole": whole}
        for name, permission, few, whole in ACTS
        if user.may(permission)
    ]


def everybody(request):
    """All whose file somebody sees."""
    return Person.objects.visible_to(request.user)


def _ids(texts):
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue  # no id at all: nobody's row
    return found
