"""Photos and papers from a page with signal, and going on without those that never came."""

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from certification.choices import EvidencePoint
from certification.forms.steps import StepForm
from certification.models import Item
from genesis.lib.forms import SafeFormMixin, UploadField, lay_out


def _short(item):
    return Truncator(f"{item.code} {item.text}").chars(70)


class EvidenceForm(SafeFormMixin, forms.Form):
    """A file, and of which item it is."""

    creates = True

    item = forms.ModelChoiceField(Item.objects.none(), label=_("Item"), to_field_name="code")
    file = UploadField(label=_("Photo or paper"))

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items
        self.fields["item"].label_from_instance = _short
        lay_out(self, "item", "file", submit=_("Keep"))


class ReviewForm(SafeFormMixin, forms.Form):
    """The four points of a photo or a paper, each by itself."""

    creates = True

    points = forms.MultipleChoiceField(
        label=_("What holds of it?"),
        choices=EvidencePoint,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label=_("What is lacking?"),
        help_text=_("Needed where one of the points does not hold."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "points", "reason", submit=_("Keep"))


class GiveUpForm(StepForm):
    """Why something that a telephone announced will never arrive."""

    submit = _("Go on without it")

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("For example: the telephone was lost or broken."),
        max_length=300,
    )
