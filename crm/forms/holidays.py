"""What people type about days off: one with its name, or a whole list as it was copied from elsewhere."""

from __future__ import annotations

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import DayField, TextField
from crm.forms.reader import ReaderForm, in_reader_digits
from crm.models import Holiday
from crm.templatetags.crm_format import reader_digits
from crm.text import to_latin_digits

MOST_LINES = 100
LONGEST_LINES = 20_000
LONGEST_FOUND = 40
# A date is one word of digits, or three with the month's name between.
LINE = re.compile(r"(\d{1,2}\s+[^\W\d_]+[\s،,]+\d{4}|\S+?)[\s,;:،؛]+(.+)")
YEAR = re.compile(r"\d{4}")


class HolidayForm(ReaderForm):
    day = DayField(label=_("Day"))
    name = TextField(label=_("Name"), max_length=100)

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        known = Holiday.objects.filter(day=day).first()
        if known:
            raise ValidationError(_("This day is in the list already: %(name)s.") % {"name": known}, code="duplicate")
        return day


class HolidayLinesForm(ReaderForm):
    """One day a line: its date in either calendar, then its name. Nothing is kept unless every line can be read."""

    lines = forms.CharField(
        label=_("Days"),
        max_length=LONGEST_LINES,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
        help_text=_("One day a line: the date, a space, the name. Days that are in the list already stay as they are."),
    )

    def clean_lines(self) -> list[tuple[date, str]]:
        typed = [(number, line.strip()) for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1)]
        written = [(number, line) for number, line in typed if line]
        if len(written) > MOST_LINES:
            most = {"count": self._digits(MOST_LINES)}
            raise ValidationError(_("These are more than %(count)s lines: send them in parts.") % most, code="too-many")
        found: dict[date, tuple[int, str]] = {}
        errors = []
        for number, line in written:
            try:
                self._take(number, line, found)
            except ValidationError as error:
                place = {
                    "number": self._digits(number),
                    "found": f"\u2068{line[:LONGEST_FOUND]}\u2069",
                    "text": " ".join(in_reader_digits(error, self.prefs).messages),
                }
                errors.append(ValidationError(_("Line %(number)s, “%(found)s”: %(text)s"), "invalid", place))
        if errors:
            raise ValidationError(errors)
        return [(day, name) for day, (_number, name) in found.items()]

    def _take(self, number: int, line: str, found: dict[date, tuple[int, str]]) -> None:
        """One line, kept beside those found so far."""
        match = LINE.fullmatch(line)
        if match is None:
            raise ValidationError(_("write the date, a space and the name."), code="required")
        if not YEAR.search(to_latin_digits(match[1])):
            raise ValidationError(
                _("begin with the date and its year, such as 1404/07/01, 1 Mehr 1404 or 2025-09-23."), code="invalid-date"
            )
        field = DayField()
        field.prefs, field.today = self.prefs, self.prefs.today(self.at)
        day = field.clean(match[1])
        if day in found:
            earlier = {"number": self._digits(found[day][0])}
            raise ValidationError(_("the day stands in line %(number)s already."), "duplicate", earlier)
        found[day] = number, HolidayForm.base_fields["name"].clean(match[2])

    def _digits(self, number: int) -> str:
        return reader_digits(str(number), self.prefs)
