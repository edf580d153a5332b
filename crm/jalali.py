"""The Jalali calendar: conversion and names. Pure functions around persiantools, which never sees the rest of the product."""

from __future__ import annotations

from datetime import date

from persiantools.jdatetime import JalaliDate

# Own tables: libraries abbreviate some names, and `fa-AF` data would call Mehr "Mizan".
MONTHS = {
    "fa": ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
    "en": (
        "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
        "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand",
    ),
}  # fmt: skip
GREGORIAN_MONTHS = {
    "fa": ("ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
SEASONS = {"fa": ("بهار", "تابستان", "پاییز", "زمستان"), "en": ("Spring", "Summer", "Autumn", "Winter")}
# In the order of date.weekday(): Monday first.
WEEKDAYS = {
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def to_jalali(day: date) -> tuple[int, int, int]:
    jalali = JalaliDate(date(day.year, day.month, day.day))
    return jalali.year, jalali.month, jalali.day


def from_jalali(year: int, month: int, day: int) -> date:
    """The Gregorian day. ValueError for a day that does not exist, such as 1404/12/30."""
    return JalaliDate(year, month, day).to_gregorian()


def is_leap(year: int) -> bool:
    return JalaliDate.is_leap(year)


def month_length(year: int, month: int) -> int:
    return JalaliDate.days_in_month(month, year)


def month_name(month: int, language: str) -> str:
    return MONTHS[language_key(language)][month - 1]


def weekday_name(day: date, language: str) -> str:
    return WEEKDAYS[language_key(language)][day.weekday()]


def language_key(language: str) -> str:
    """`fa` for every Persian locale (`fa-ir`), else `en`."""
    return "fa" if language.lower().startswith("fa") else "en"
