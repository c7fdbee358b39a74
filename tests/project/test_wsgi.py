"""What stands before Django: requests in an encoding that is none of ours."""

from io import BytesIO

import pytest
from django.urls import reverse

from genesis.wsgi import application


def status_of(content_type, method="GET"):
    told = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": reverse("health"),
        "QUERY_STRING": "q=%5Cud800",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }
    b"".join(application(environ, lambda status, headers: told.append(status)))
    return told[0].split()[0]


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "charset", ["hex", "zlib", "unicode_escape", "utf-16", "utf-7", "", "x" * 500, '"hex"']
)
def test_a_request_in_another_encoding_is_refused(charset, method):
    assert status_of(f"text/plain; charset={charset}", method) == "400"
    assert status_of(f"text/plain; Charset = {charset}", method) == "400"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "text/plain; charset=utf-8", 'text/plain; charset="UTF-8"', "multipart/x"],
)
def test_a_request_in_ours_is_answered(content_type):
    assert status_of(content_type) == "200"
