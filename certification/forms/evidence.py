"""Photos and papers from a page with signal, and going on without those that never came."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from certification.forms.steps import StepForm
from certification.models import Item
from genesis.lib.forms import SafeFormMixin, lay_out

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


def _short(item):
    return Truncator(f"{item.code} {item.text}").chars(70)


class EvidenceForm(SafeFormMixin, forms.Form):
    """A file, and of which item it is."""

    creates = True

    item = forms.ModelChoiceField(Item.objects.none(), label=_("Item"), to_field_name="code")
    file = forms.FileField(
        label=_("Photo or paper"),
        help_text=_("A photo (JPG, PNG, WebP) or a PDF, of at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items
        self.fields["item"].label_from_instance = _short
        lay_out(self, "item", "file", submit=_("Keep"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // (1024 * 1024)
            raise ValidationError(_("The file is larger than {most} MB.").format(most=most))
        return file


class GiveUpForm(StepForm):
    """Why something that a telephone announced will never arrive."""

    submit = _("Go on without it")

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("For example: the telephone was lost or broken."),
        max_length=300,
    )
