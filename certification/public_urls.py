"""The addresses of the public check, outside the pages of staff: /v/…

A QR holds capitals only, and no slash at the end; people type what they like.
"""

from django.urls import re_path

from certification.views.public import (
    certificate_check,
    certificate_verify,
    certificate_verify_full,
)

public_urls = [
    re_path(r"^[vV]/?$", certificate_check, name="certificate_check"),
    re_path(r"^[vV]/(?P<code>[^/]+)/?$", certificate_verify, name="certificate_verify"),
    re_path(
        r"^[vV]/(?P<code>[^/]+)/(?P<secret>[^/]+)/?$",
        certificate_verify_full,
        name="certificate_verify_full",
    ),
]
