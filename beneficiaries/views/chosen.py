"""Whom somebody chose in the list: those who were ticked, or all of a filter, page or no page."""

from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Permission
from beneficiaries.filters import PersonFilter
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

    @cached_property
    def rows(self):
        """Key and version of everybody, in the order of the list."""
        return list(self.people.values_list("pk", "version"))

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

    def confirmed(self, marks, user):
        """Those who were shown, as they were shown; raises ListChanged when others came since."""
        try:
            shown = signing.loads(marks, salt=_salt(user))
        except signing.BadSignature:
            raise ListChanged from None
        if {pk for pk, _version in self.rows} - {pk for pk, _version in shown}:
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


def chosen(request, among):
    """Whom the address names, of `among`: `persona` by `persona`, or `todas` of the filter."""
    order = request.GET.get("orden", "")
    order = order if order in ORDERS else ORDERS[0]
    by = [order, "-pk" if order.startswith("-") else "pk"]
    if "todas" not in request.GET:
        ids = _ids(request.GET.getlist("persona"))
        return Chosen(among.filter(public_id__in=ids).order_by(*by), [_("Chosen one by one")])
    found = PersonFilter(request.GET, queryset=among, request=request)
    people = found.qs if found.is_valid() or not found.is_bound else among.none()
    return Chosen(people.order_by(*by), [str(each["label"]) for each in found.chips()])


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
