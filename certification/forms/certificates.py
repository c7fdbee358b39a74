"""What is asked to hold a certificate back, to take it back, to correct or to show it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.choices import PublicLookup, ReissueReason, RevocationReason
from certification.forms.record import RecordForm
from certification.models import Certificate, HolderNotice, Revocation
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class BundleForm(SafeFormMixin, forms.Form):
    """For what somebody takes the certificates of a list out, as one file."""

    creates = True

    purpose = forms.CharField(
        label=_("What do you need the file for?"),
        max_length=300,
        help_text=_("It stays on record, with whose certificates the file holds."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "purpose", submit=_("Make the file"))


class CertificateForm(RecordForm):
    """One step in the life of a certificate."""

    class Meta:
        model = Certificate
        fields = []


class SuspendForm(CertificateForm):
    submit = _("Suspend")

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=500)


class LiftForm(SuspendForm):
    submit = _("Let it hold again")


class DuplicateForm(SuspendForm):
    """Why the same paper is printed again."""

    submit = _("Print a duplicate")


class ReissueForm(CertificateForm):
    """Why another takes its place; what it prints is taken from the file as it is now."""

    submit = _("Issue another in its place")

    reason = forms.ChoiceField(label=_("Why?"), choices=ReissueReason, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What happened"), widget=forms.Textarea({"rows": 3}), max_length=500
    )


class LookupForm(CertificateForm):
    """What the public check shows, as the holder wants it."""

    lookup = forms.ChoiceField(
        label=_("What the public check shows"), choices=PublicLookup, widget=forms.RadioSelect
    )

    def ask(self):
        self.fields["lookup"].initial = self.instance.public_lookup


class ProposeForm(SafeFormMixin, forms.Form):
    """Why a certificate should be taken back for good."""

    creates = True

    reason = forms.ChoiceField(label=_("Why?"), choices=RevocationReason, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What happened"), widget=forms.Textarea({"rows": 3}), max_length=500
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", "note", submit=_("Propose to revoke it"))


class DecideForm(RecordForm):
    """The second person revokes it, or lets it stand and says why."""

    submit = _("Decide")

    decision = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[("approve", _("Revoke it, for good")), ("reject", _("Let it stand"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea({"rows": 3}),
        max_length=500,
        required=False,
        help_text=_("Needed when you let it stand."),
    )

    class Meta:
        model = Revocation
        fields = []


class LinkForm(SafeFormMixin, forms.Form):
    """For how long and how often a certificate is shown to whoever has the address."""

    creates = True

    days = forms.TypedChoiceField(
        label=_("For how long"),
        choices=[(7, _("7 days")), (30, _("30 days"))],
        coerce=int,
        initial=7,
        widget=forms.RadioSelect,
    )
    max_views = forms.IntegerField(
        label=_("How many times it can be opened"),
        min_value=1,
        max_value=100,
        initial=10,
        help_text=_("To download the digital credential counts as well."),
    )
    in_presence = forms.BooleanField(
        label=_("The holder is here and asks for it"),
        required=False,
        help_text=_("Otherwise she or he must have agreed that employers see the profile."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "days", "max_views", "in_presence", submit=_("Make the link"))


class ToldForm(RecordForm):
    """On which day the holder was told, and how."""

    told_on = forms.DateField(label=_("On which day?"), widget=DateInput())
    told_how = forms.CharField(
        label=_("How?"),
        max_length=300,
        help_text=_("For example: in person at the office. Not what was talked about."),
    )

    class Meta:
        model = HolderNotice
        fields = []

    def ask(self):
        self.fields["told_on"].initial = timezone.localdate
