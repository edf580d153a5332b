import pytest

from crm.phones import PhoneError, format_phone, match_key, normalise_phone

SPELLINGS = [
    "09123456789",
    "9123456789",
    "+989123456789",
    "00989123456789",
    "98 912 345 6789",
    "۰۹۱۲-۳۴۵-۶۷۸۹",
    "٠٩١٢٣٤٥٦٧٨٩",
    "(0912) 345 6789",
    "+98 (912) 345-6789",
    "+98 0912 345 6789",
    "۰۰۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹",
    "\u200e+98\u00a0912\u200f 345\u20116789\u202c",
    "0912.345.6789",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_of_a_mobile_is_one_number(text):
    assert normalise_phone(text) == "+989123456789"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("021 8888 1234", "+982188881234"),
        ("+98 21 88881234", "+982188881234"),
        ("0098 021 88881234", "+982188881234"),
        ("982188881234", "+982188881234"),
        ("0311-2345678", "+983112345678"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+1 (650) 253-0000", "+16502530000"),
    ],
)
def test_landlines_and_foreign_numbers(text, stored):
    assert normalise_phone(text) == stored


def test_a_number_without_a_country_is_read_in_the_region():
    assert normalise_phone("020 7946 0958", "GB") == "+442079460958"
    assert normalise_phone("+98 912 345 6789", "GB") == "+989123456789"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0912345678", "invalid-phone"),
        ("081212345678", "phone-too-long"),
        ("091234567890", "phone-too-long"),
        ("88881234", "phone-too-short"),
        ("12345", "invalid-phone"),
        ("", "invalid-phone"),
        ("+98", "invalid-phone"),
        ("abc", "invalid-phone"),
        ("1-800-FLOWERS", "invalid-phone"),
        ("0912 345 6789 ext 5", "invalid-phone"),
        ("tel:09123456789", "invalid-phone"),
        ("9" * 40, "invalid-phone"),
        ("0" * 5000, "invalid-phone"),
        ("09123456789\x00", "invalid-phone"),
        ("+999 1234567", "invalid-phone"),
    ],
)
def test_what_is_no_number_is_refused(text, code):
    with pytest.raises(PhoneError) as error:
        normalise_phone(text)

    assert error.value.code == code


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+989123456789", "0912 345 6789"),
        ("+982188881234", "021 8888 1234"),
        ("+442079460958", "+44 20 7946 0958"),
        ("not a number", "not a number"),
    ],
)
def test_numbers_are_shown_as_people_write_them(stored, shown):
    assert format_phone(stored) == shown


@pytest.mark.parametrize("stored", ["+989123456789", "+982188881234", "+442079460958", "+16502530000"])
def test_what_is_shown_can_be_typed_again(stored):
    assert normalise_phone(format_phone(stored)) == stored


def test_numbers_match_on_their_last_ten_digits():
    assert match_key("+989123456789") == "9123456789"
    assert match_key("+449123456789") == match_key("+989123456789")
