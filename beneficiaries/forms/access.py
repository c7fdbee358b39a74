"""Why a file is opened in an emergency, and who may not open one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import ConflictKind
from genesis.lib.forms import SafeFormMixin, lay_out


class EmergencyForm(SafeFormMixin, forms.Form):
    """Why now, and why not by whoever accompanies the person."""

    creates = True

    reason = forms.CharField(
        label=_("What happens, and why can it not wait?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Coordination and the data-protection officer read it, with your name."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Open it for four hours"))


class ConflictForm(SafeFormMixin, forms.Form):
    """Somebody of the staff who is a relative or neighbour of the person."""

    creates = True

    user = forms.ModelChoiceField(User.objects.none(), label=_("Staff member"))
    kind = forms.ChoiceField(
        label=_("What they are to each other"), choices=ConflictKind, widget=forms.RadioSelect
    )

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=by.pk)
        self.fields["user"].queryset = others.order_by("sort_name", "pk")
        lay_out(self, "user", "kind", submit=_("Bar from this file"))
