"""The rules that tests claim are told in the documentation, and no others."""

import re

from django.conf import settings

CODE = re.compile(r"\b(?:CASE|CERT|SEC)-\d+\b")


def test_every_rule_that_is_claimed_is_told():
    tests = settings.BASE_DIR.glob("tests/**/*.py")
    marks = re.compile(r"mark\.rule\(([^)]*)\)")
    claimed = {
        code
        for file in tests
        for mark in marks.findall(file.read_text())
        for code in CODE.findall(mark)
    }
    rules = (settings.BASE_DIR / "docs/rules.md").read_text()
    told = set(re.findall(r"^\| ((?:CASE|CERT|SEC)-\d+) \|", rules, re.MULTILINE))

    assert claimed == told
