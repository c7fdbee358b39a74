"""Narrowing the lists of users and of organizations."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganizationKind
from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Role
from genesis.lib.filters import ListFilter
from genesis.lib.search import plain


class UserFilter(ListFilter):
    name = django_filters.CharFilter(method="by_name", label=_("Name or e-mail"))
    role = django_filters.ChoiceFilter(
        choices=Role, method="by_role", label=_("Role"), empty_label=_("All")
    )
    access = django_filters.ChoiceFilter(
        choices=[("yes", _("Active")), ("no", _("Inactive"))],
        method="by_access",
        label=_("Access"),
        empty_label=_("All"),
    )

    class Meta:
        model = User
        fields = []

    def by_name(self, users, _name, text):
        for word in text.split():
            users = users.filter(Q(search__contains=plain(word)) | Q(email__icontains=word))
        return users

    def by_access(self, users, _name, access):
        return users.filter(is_active=access == "yes")

    def by_role(self, users, _name, role):
        held = RoleAssignment.objects.on(timezone.localdate()).filter(role=role)
        return users.filter(pk__in=held.values("user"))


class OrganizationFilter(ListFilter):
    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    tipo = django_filters.ChoiceFilter(
        choices=OrganizationKind, method="by_kind", label=_("Kind"), empty_label=_("All")
    )
    estado = django_filters.ChoiceFilter(
        choices=[("activa", _("Still active")), ("terminada", _("Has ended"))],
        method="by_state",
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = Organization
        fields = []

    def by_name(self, organizations, _name, text):
        for word in plain(text).split():
            organizations = organizations.filter(search__contains=word)
        return organizations

    def by_kind(self, organizations, _name, kind):
        return organizations.of_kind(kind)

    def by_state(self, organizations, _name, state):
        return organizations.filter(ended_at__isnull=state == "activa")
