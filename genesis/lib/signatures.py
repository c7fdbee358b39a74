"""A signature on the screen: one field for every form that asks for one.

What is drawn arrives as a picture under the name of the field, as one does that
is attached: the server knows one way only.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from genesis.lib.uploads import RefusedFile, check_picture


class SignatureInput(forms.Widget):
    """A box to sign in, and a plain field for an image of the signature."""

    template_name = "components/signature.html"
    needs_multipart_form = True

    def format_value(self, value: Any) -> None:
        """Nothing: a browser sends a file only once."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class SignatureField(forms.FileField):
    """A picture that can be kept; what cannot is refused at the field."""

    widget = SignatureInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file:
            _look_at(file)
        return file


def _look_at(file: File) -> None:
    if (file.size or 0) > settings.UPLOAD_LIMIT:
        most = settings.UPLOAD_LIMIT // (1024 * 1024)
        raise ValidationError(_("The file is larger than {most} MB.").format(most=most))
    try:
        check_picture(file.read())
    except RefusedFile as error:
        raise ValidationError(str(error)) from error
    file.seek(0)
