"""Days and numbers read alike in both languages: 21/11/2026 and 1,234.50."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from django.utils.formats import date_format, number_format

DAY = date(2026, 11, 21)


@pytest.mark.parametrize("language", ["es", "en"])
def test_days_and_numbers_are_written_in_one_way(language):
    with translation.override(language):
        assert date_format(DAY, "SHORT_DATE_FORMAT") == "21/11/2026"
        assert number_format(Decimal("1234.50"), use_l10n=True, force_grouping=True) == "1,234.50"
        assert forms.DateField(localize=True).clean("05/11/2026") == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("language", "text"), [("es", "21 de noviembre de 2026"), ("en", "21 November 2026")]
)
def test_a_day_in_words_begins_with_the_day(language, text):
    with translation.override(language):
        assert date_format(DAY, "DATE_FORMAT") == text
