"""The public addresses of certification, outside the pages of staff: /v/… and what belongs to it.

A QR holds capitals only, and no slash at the end; people type what they like.
"""

from django.urls import path, re_path

from certification.views.public import (
    certificate_check,
    certificate_verify,
    certificate_verify_full,
)
from certification.views.published import (
    archive_file,
    certificate_shared,
    credential_shared,
    employers,
    issuer_keys,
    standard_public,
    status_list,
    status_token,
)

public_urls = [
    path(".well-known/did.json", issuer_keys, name="issuer_keys"),
    path("estado/<int:number>", status_list, name="status_list"),
    path("estado/<int:number>.jwt", status_token, name="status_token"),
    path("archivo/<int:year>.zip", archive_file, name="archive_file"),
    path("estandar/<slug:code>/<int:number>/", standard_public, name="standard_public"),
    path("empleadores/", employers, name="employers"),
    path("c/<str:secret>/", certificate_shared, name="certificate_shared"),
    path("c/<str:secret>/credencial.json", credential_shared, name="credential_shared"),
    re_path(r"^[vV]/?$", certificate_check, name="certificate_check"),
    re_path(r"^[vV]/(?P<code>[^/]+)/?$", certificate_verify, name="certificate_verify"),
    re_path(
        r"^[vV]/(?P<code>[^/]+)/(?P<secret>[^/]+)/?$",
        certificate_verify_full,
        name="certificate_verify_full",
    ),
]
