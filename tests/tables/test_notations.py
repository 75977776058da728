"""Notations of numbers, dates and times: what is written in any of them is read back as what it was."""

from __future__ import annotations

import email.utils
import math
from datetime import UTC, datetime, time, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassprop.ground.number_text import shortest
from glassprop.tables.values.cells import texts_of
from glassprop.tables.values.currencies import CURRENCIES
from glassprop.tables.values.dates import date_order, moments_of_numbers, numbers_are_dates, parse_date, to_moments
from glassprop.tables.values.decimal_marks import Votes, decimal_mark, mark_of_file, votes_of, votes_of_numbers
from glassprop.tables.values.numbers import hold_codes, parse_number, taken_apart, to_numbers
from glassprop.tables.values.times import parse_time, share_of_times, to_times
from glassprop.tables.values.written_dates import ORDERS, moments_of

NAN = float("nan")


# --- numbers ----------------------------------------------------------------------------------------------------


def _groups(whole: str, mark: str, last: int = 3, others: int = 3) -> str:
    """Digits in groups, counted from the right."""
    parts = [whole[-last:]]
    rest = whole[:-last]
    while rest:
        parts.append(rest[-others:])
        rest = rest[:-others]
    return mark.join(reversed(parts))


_GROUPINGS = {
    ".": [
        lambda whole: whole,
        lambda whole: _groups(whole, ","),
        lambda whole: _groups(whole, ",", 3, 2),
        lambda whole: _groups(whole, "'"),
        lambda whole: _groups(whole, "’"),
        lambda whole: _groups(whole, " "),
        lambda whole: _groups(whole, "\u202f"),
        lambda whole: _groups(whole, "\u2009"),
    ],
    ",": [
        lambda whole: whole,
        lambda whole: _groups(whole, "."),
        lambda whole: _groups(whole, "'"),
        lambda whole: _groups(whole, "\xa0"),
    ],
}
_BESIDE = [
    "{}", "${}", "$ {}", "US${}", "A$ {}", "R$ {}", "{} €", "{}€", "€{}", "USD {}", "{} USD", "{}CHF", "CHF {}", "₹{}",
    "Rs. {}", "kr {}", "{} kr.", "¥{}", "{} zł", "S/. {}", "{} %", "{}%", "AUD ${}", "${} CAD", "{} руб.", "￥{}",
    "\u200e{}",
]  # fmt: skip
_NEGATIVE = ["-{}", "\u2212{}", "- {}", "({})", "{}-", "{} -", "\u2013{}", "－{}"]


@given(
    whole=st.integers(0, 10**12),
    cents=st.text("0123456789", max_size=4),
    mark=st.sampled_from(".,"),
    data=st.data(),
)
def test_a_number_is_read_back_from_every_notation(whole, cents, mark, data):
    value = float(f"{whole}.{cents or 0}")
    grouped = data.draw(st.sampled_from(_GROUPINGS[mark]))(str(whole))
    text = data.draw(st.sampled_from(_BESIDE)).format(grouped + mark * bool(cents) + cents)
    assert parse_number(text, mark) == value
    # digits behind the mark of a decimal that is no group
    if cents and len(cents) != 3:
        assert parse_number(text, ".,".replace(mark, "")) == value
    minus = data.draw(st.sampled_from(_NEGATIVE)).format(text)
    assert parse_number(minus, mark) == (-value if value else 0.0)


@given(st.floats(-1e150, 1e150).filter(lambda value: abs(value) >= 1e-150 or value == 0), st.sampled_from(".,"))
def test_what_python_writes_is_read_to_the_bit(value, mark):
    text = repr(value)
    if mark == "," and taken_apart(text)[0].partition(".")[2].isdigit() and len(text.partition(".")[2]) == 3:
        return  # 1.234 in a column with decimal commas
    assert parse_number(text, mark) == value
    assert parse_number(text.replace(".", "," if mark == "," else "."), mark) == value


@pytest.mark.parametrize(
    "text",
    ["2 CUP", "TOP 10", "ALL 5", "SDG 3", "Q4", "R 12", "room 5", "5 apples", "A 5", "5 A", "12 cm", "6 ft", "50¢",
     "65+", "1-5", "12:30", "1/2", "(1)(2)", "(-5)", "-5-", "+-5", "((5))", "(5", "5)", ")5(", "1 2 3", "1  234",
     "1,2,3", "1.2.3", "12,34,56", "1,234,56", "$", "()", "-", "(555) 1234", "½", "12²", "5 % €", "USDUSD 5", "0x1F",
     "٣٫٥", "..5", "5..", "CVE 2019", "e5", "1e", "NaN", "0 123", "Rs.. 5"],
)  # fmt: skip
@pytest.mark.parametrize("mark", [".", ","])
def test_what_is_no_number(text, mark):
    assert math.isnan(parse_number(text, mark))


@pytest.mark.parametrize(
    ("text", "value"),
    [("12,-", 12), ("CHF 12.-", 12), ("12.--", 12), ("1.234,– €", 1234), ("Rs.500", 500), ("$.50", 0.5), ("%12", 12),
     ("(12.50 €)", -12.5), ("(12.50) EUR", -12.5), ("$(12.50)", -12.5), ("$-5", -5), ("-$5", -5), ("+€5", 5),
     ("１２，３４５．６７", 12345.67), ("٣٥", 35), ("(5 %)", -5), ("1,00,000", 100000), ("12,34,567.5", 1234567.5),
     ("1,5e3", 1500), ("-1.5E-3", -0.0015), ("5,", 5), ("(0)", 0)],
)  # fmt: skip
@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_that_mean_the_same_with_either_mark(text, value, mark):
    assert parse_number(text, mark) == value
    assert math.copysign(1, parse_number(text, mark)) == (-1 if value < 0 else 1)  # no -0, which has other bits


def test_a_currency_is_no_digit_mark_or_bracket_and_short():
    """Else what stands before and behind the digits could not be told from them."""
    assert all(0 < len(name) <= 5 and not set(name) & set("0123456789,()+- %") for name in CURRENCIES)


@given(st.text(st.sampled_from("0123456789.,-+()eE $€%'’ \u2212１USDkr"), max_size=12) | st.text(max_size=200))
def test_any_text_is_read_alone_as_in_company_and_once_read_stays(text):
    for mark in ".,":
        value = parse_number(text, mark)
        assert math.isnan(value) or parse_number(shortest(value), ".") == value
        column = texts_of(["1,234", text, "5.678", "x"])
        alone = texts_of([text])
        np.testing.assert_array_equal(to_numbers(column, mark)[1], to_numbers(alone, mark)[0])
    seconds = parse_time(text)
    assert math.isnan(seconds) or 0 <= seconds <= 86400
    moments = moments_of(text)
    assert all(type(moment) is float for moment in moments)
    decimal_mark([text])
    assert date_order([text])[0] in ORDERS


# --- the mark of a file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "mark"),
    [
        ([["4.733", "950"], ["1,5", "2,25"]], ","),
        ([["4.733", "950"], ["1,5"], ["1.5"]], None),
        ([["1,234"], ["1.5", "2.5"], ["0.25"], ["1,5"]], "."),
        ([["1.234"], ["1,234"]], None),
        ([["1.234.567"]], ","),
        ([["(1.234,50)"], ["word"], []], ","),
        ([], None),
    ],
)
def test_the_mark_of_a_file_is_that_of_the_columns_that_decide(columns, mark):
    assert mark_of_file(map(votes_of, columns)) == mark


@pytest.mark.parametrize(
    ("texts", "file", "mark", "told"),
    [
        (["4.733", "950"], ",", ",", "1.234 could be read two ways and is read as 1234, as other columns have"),
        (["1,234", "950"], ",", ",", "1,234 could be read two ways and is read as 1.234, as other columns have"),
        (["1,234", "950"], ".", ".", "1,234 could be read two ways and is read as 1234, as other columns have"),
        (["4.733", "950"], None, ".", ""),
        (["1,234", "950"], None, ".", "1,234 could be read two ways and is read as 1234"),
        (["4.733", "9.5"], ",", ".", ""),
        (["1,234", "9.5"], ",", ".", ""),
        (["950", "12"], ",", ",", ""),
    ],
)
def test_a_column_that_does_not_decide_follows_its_file(texts, file, mark, told):
    found = decimal_mark(texts, file=file)
    assert found.mark == mark or not found.unsure
    assert told in found.told()
    assert bool(told) is bool(found.told())


def test_votes_are_counted_by_rows():
    assert votes_of(["4.733", "950", "1,5", "7,250", "€ 1.5"], [3, 1, 2, 4, 1]) == Votes(1, 2, 3, 4)


@pytest.mark.parametrize(
    ("numbers", "votes"),
    [
        ([4.733, 950, NAN], Votes(0, 0, 1)),
        ([4.733, 1.5, 2.25], Votes(0, 0, 3)),  # 1.500 and 2.250, it may be
        ([4.733, 0.5], Votes(1, 0, 1)),
        ([4.733, 1234.567], Votes(1, 0, 1)),
        ([4.7331, 4.733], Votes(1, 0, 1)),
        ([36.5, 37.2], Votes(2)),
        ([1, 2, np.inf], Votes()),
    ],
)
def test_what_numbers_say_of_the_mark_that_they_had(numbers, votes):
    assert votes_of_numbers(np.array(numbers, dtype=float)) == votes


# --- codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        (["01234", "98765"], True),
        (["01", "2", "3"], True),
        (["1234", "98765"], False),
        (["007", *map(str, range(20))], False),
        (["007", "1.5"], False),
        ([], False),
    ],
)
def test_codes_have_one_length_or_many_zeros(texts, codes):
    assert hold_codes(texts, [1] * len(texts)) is codes


# --- dates ------------------------------------------------------------------------------------------------------

_YEARS = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30))
_OF_OUR_TIME = st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31))


def _utc(moment: datetime) -> float:
    return (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


# strftime's names are those of the locale.
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905


def _written(day: datetime) -> dict[str, tuple[str, ...]]:
    """Notations of a day, and the orders in which they are read."""
    y, m, d, name = f"{day.year:04d}", day.month, day.day, _MONTHS[day.month - 1]
    short, week = name[:3], _DAYS[day.weekday()]
    every = [
        f"{y}-{m:02d}-{d:02d}", f"{y}/{m}/{d}", f"{y}.{m:02d}.{d:02d}", f"{y}{m:02d}{d:02d}", f"{d} {name} {y}",
        f"{d:02d}-{short}-{y}", f"{d}. {short}. {y}", f"{d}{short.upper()}{y}", f"{name} {d}, {y}", f"{short} {d} {y}",
        f"{week}, {d} {short} {y}", f"{week[:3]} {name} {d}, {y}", f"{y}-{short}-{d:02d}", f"{d}th {name} {y}",
        "{}-W{:02d}-{}".format(*day.isocalendar()) if 1001 < day.year < 9999 else f"{y}-{m}-{d}",
    ]  # fmt: skip
    day_first = [f"{d:02d}.{m:02d}.{y}", f"{d}/{m}/{y}", f"{d}. {m}. {y}", f"{d}-{m}-{y}", f"{week} {d}/{m}/{y}"]
    month_first = [f"{m:02d}/{d:02d}/{y}", f"{m}-{d}-{y}"]
    return dict.fromkeys(every, ORDERS) | dict.fromkeys(day_first, ("dmy",)) | dict.fromkeys(month_first, ("mdy",))


def _clocks(moment: datetime) -> list[str]:
    h, m, s = moment.hour, moment.minute, moment.second
    half = "am" if h < 12 else "pm"
    return [
        f" {h:02d}:{m:02d}:{s:02d}", f"T{h:02d}:{m:02d}:{s:02d}", f" {h}:{m:02d}:{s:02d}Z",
        f", {h}:{m:02d}:{s:02d} UTC",
        f" {(h - 1) % 12 + 1}:{m:02d}:{s:02d} {half.upper()}", f" {(h - 1) % 12 + 1}:{m:02d}:{s:02d}{half[0]}.m.",
        f" {h:02d}:{m:02d}:{s:02d} +0000", f" {h:02d}:{m:02d}:{s:02d} GMT+00:00 (UTC)", f":{h:02d}:{m:02d}:{s:02d}",
    ]  # fmt: skip


@given(_YEARS, st.data())
def test_all_notations_of_a_moment_give_that_moment(moment, data):
    text, orders = data.draw(st.sampled_from(sorted(_written(moment).items())))
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    for order in orders:
        assert parse_date(text, order) == _utc(midnight), text
    if text[0].isdigit() and text[-2] == "-":  # a week's day with a clock is nobody's notation
        return
    if len(text) == 8 and text.isdigit():
        return
    full = text + data.draw(st.sampled_from(_clocks(moment)))
    for order in orders:
        assert parse_date(full, order) == _utc(moment.replace(microsecond=0)), full


@given(_YEARS, st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_offsets_and_parts_of_seconds_are_the_same_to_the_bit_in_every_notation(moment, minutes):
    zone = timezone(timedelta(minutes=minutes))
    expected = (moment.replace(tzinfo=zone) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    name, clock = _MONTHS[moment.month - 1][:3], moment.strftime("%H:%M:%S.%f")
    offset = moment.replace(tzinfo=zone).strftime("%z")
    y, m, d = f"{moment.year:04d}", moment.month, moment.day
    for text in (
        f"{y}-{m:02d}-{d:02d}T{clock}{offset}",
        f"{d} {name} {y} {clock} {offset}",
        f"{name} {d} {clock} {offset} {y}",
        f"{d:02d}/{name}/{y}:{clock.replace('.', ',')} {offset}",
        f"{y}{m:02d}{d:02d}T{clock.replace(':', '')}{offset}",
        f"{d}.{m}.{y} {clock}{offset}",
    ):
        assert parse_date(text, "dmy") == expected, text


@given(st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31)))
def test_dates_of_mail_and_web_servers(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    for text in (
        email.utils.format_datetime(moment),
        email.utils.format_datetime(moment, usegmt=True),
        email.utils.format_datetime(moment.astimezone(timezone(timedelta(hours=-5)))),
        email.utils.format_datetime(moment.astimezone(timezone(timedelta(hours=-5)))).replace("-0500", "EST"),
    ):
        assert moments_of(text) == (moment.timestamp(),) * 3, text


@given(_OF_OUR_TIME)
def test_months_and_quarters_begin_with_their_first_day(moment):
    y, m, name = f"{moment.year:04d}", moment.month, _MONTHS[moment.month - 1]
    quarter = (m - 1) // 3 + 1
    month = _utc(datetime(moment.year, m, 1))
    for text in (f"{y}-{m:02d}", f"{m:02d}/{y}", f"{m}/{y}", f"{m}-{y}", f"{name} {y}", f"{name[:3]} {y}",
                 f"{name[:3]}-{y[2:]}", f"{name[:3]} '{y[2:]}", f"{name[:3].upper()}{y}", f"{y} {name[:3]}",
                 f"{name[:3]}. {y}", f"{y}{m:02d}"):  # fmt: skip
        assert moments_of(text) == (month,) * 3, text
    begin = _utc(datetime(moment.year, 3 * quarter - 2, 1))
    for text in (f"{y}Q{quarter}", f"{y}-Q{quarter}", f"Q{quarter} {y}", f"Q{quarter}/{y}", f"{quarter}Q{y[2:]}",
                 f"q{quarter} '{y[2:]}"):  # fmt: skip
        assert moments_of(text) == (begin,) * 3, text
    monday = moment.date() - timedelta(days=moment.weekday())
    assert moments_of("{}-W{:02d}".format(*moment.isocalendar()[:2]))[0] == _utc(datetime.combine(monday, time()))
    for text, order in ((f"{moment.day:02d}.{m:02d}.{y[2:]}", "dmy"), (f"{m}/{moment.day}/{y[2:]}", "mdy"),
                        (f"{moment.day}-{name[:3]}-{y[2:]}", "ymd")):  # fmt: skip
        assert parse_date(text, order) == _utc(datetime.combine(moment.date(), time()))


@pytest.mark.parametrize(
    "text",
    ["2015", "Dec 15", "15-Dec", "March", "may", "2015-16", "2015-00", "2015Q5", "Q0 2015", "2015-W54", "2015-W00",
     "2016-W53", "29.02.15", "30 Feb 2015", "20150229", "201513", "12:30", "1.5", "1,234", "27 12 15", "Dec-2015-",
     "Marble 2015", "decent 2015", "1.2.3", "1.2.20.4", "127.0.0.1", "2015-12-27 25:00", "20151227 2500", "",
     "Sun", "Sunday,", "27/12", "2015-12-27T10:00:00 +99:99", "0000-01", "Jan 32, 2015", "12 Mar", "3 PM"],
)  # fmt: skip
def test_what_is_no_date(text):
    assert np.isnan(moments_of(text)).all()


@pytest.mark.parametrize(
    ("texts", "order", "share", "ambiguous"),
    [
        (["27 Dec 2015", "1 Jan 2016"], "ymd", 1.0, False),
        (["2015-12-27", "27 Dec 2015", "Q4 2015"], "ymd", 1.0, False),
        (["2015-12-27", "3/4/2015"], "mdy", 1.0, True),
        (["2015-12-27", "3.4.2015", "13.4.2015"], "dmy", 1.0, False),
        (["01/02/03", "04/05/06"], "mdy", 1.0, True),
        (["27.12.15", "01.02.15"], "dmy", 1.0, False),
        (["1.2.20", "1.3.11", "2.0.10"], "ymd", 0.0, False),  # versions
        (["10.12.14", "10.11.10"], "ymd", 0.0, False),
        (["12-27-15", "1-2-16"], "mdy", 1.0, False),
        (["2015-12", "2016-01"], "ymd", 1.0, False),
        (["2009-10", "2010-11", "2011-12"], "ymd", 0.0, False),  # seasons
        (["2009/10", "2010/11", "2015/12"], "ymd", 1.0, False),
        ([], "ymd", 0.0, False),
    ],
)
def test_order_of_a_column(texts, order, share, ambiguous):
    assert date_order(texts) == (order, share, ambiguous)


@given(st.dates(datetime(1000, 1, 1).date(), datetime(9999, 12, 31).date()))
def test_whole_numbers_are_the_dates_that_they_look_like(day):
    number = 10_000 * day.year + 100 * day.month + day.day
    expected = _utc(datetime.combine(day, time()))
    found = moments_of_numbers(np.array([number, NAN, number + 0.5, -number, number // 100]))
    first = _utc(datetime(day.year, day.month, 1))
    np.testing.assert_array_equal(found, [expected, NAN, NAN, NAN, first])
    np.testing.assert_array_equal(to_moments(texts_of([str(number), f"{number}.0"]), "dmy"), [expected] * 2)


def _days(count: int, step: int = 17) -> np.ndarray:
    days = [datetime(1995, 1, 1) + timedelta(days=step * k) for k in range(count)]
    return np.array([float(day.strftime("%Y%m%d")) for day in days])


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("name", "values", "dates"),
    [
        ("x", _days(60), True),
        ("x", np.concatenate([_days(60), [0.0, 99999999.0]]), True),
        ("x", np.repeat(_days(3), 20), False),  # too few different ones
        ("order_date", np.repeat(_days(3), 20), True),
        ("OrderDate", np.repeat(_days(3), 20), True),
        ("x", np.floor(_days(60, 31) / 100), True),
        ("x", _days(60) * 1e6 + 123456, True),  # with 12:34:56
        ("price", RNG.integers(19_000_000, 21_000_000, 500).astype(float), False),
        ("date", RNG.integers(19_000_000, 21_000_000, 500).astype(float), False),
        ("population", RNG.integers(0, 10**8, 500).astype(float), False),
        ("price", RNG.integers(190_000, 210_000, 500).astype(float), False),
        ("price", np.arange(200_000.0, 210_000.0, 500), False),
        ("year", np.arange(1950.0, 2020.0), False),
        ("x", np.array([]), False),
    ],
)
def test_whole_numbers_that_are_dates(name, values, dates):
    assert numbers_are_dates(name, values, 0.9) is dates


# --- times of day -----------------------------------------------------------------------------------------------


@given(st.times())
def test_a_time_of_day_is_read_back_from_every_notation(moment):
    h, m, s = moment.hour, moment.minute, moment.second
    minutes, half = 3600.0 * h + 60.0 * m, "AM" if h < 12 else "pm"
    for text in (f"{h:02d}:{m:02d}", f"{h}:{m:02d}", f"{(h - 1) % 12 + 1}:{m:02d} {half}", f"{h}:{m:02d} Uhr",
                 f"{(h - 1) % 12 + 1}:{m:02d}{half[0]}.M."):  # fmt: skip
        assert parse_time(text) == minutes, text
    assert parse_time(f"{h}:{m:02d}:{s:02d}") == minutes + s
    assert parse_time(f"{(h - 1) % 12 + 1}{half}") == 3600.0 * h
    np.testing.assert_array_equal(parse_time(str(moment)), parse_time(moment.isoformat(timespec="microseconds")))
    assert parse_time(str(moment)) == minutes + float(f"{s}.{moment.microsecond:06d}")


@pytest.mark.parametrize(
    "text",
    ["125:30", "2:1", "1:2:3", "12:60", "12:30:60", "24:01", "25:00", "13:00 am", "12.30", "5", "pm", "12:30 xm", ":30",
     "12:", "12:30:", "-1:30", "12:30-13:30", "2020-01-01 12:30", "12:30 +01:00", "a", "", "p.m."],
)  # fmt: skip
def test_what_is_no_time_of_day(text):
    assert math.isnan(parse_time(text))


def test_the_end_of_a_day_is_one_of_its_times():
    np.testing.assert_array_equal(to_times(texts_of(["24:00", "00:00", "12 am", "12 pm", None])),
                                  [86400, 0, 0, 43200, NAN])  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        (["12:30", "2:05 PM", "9:00:30", "x"], 0.75),
        (["12:30", "125:30", "9:10"], 0.0),  # durations
        (["21:25", "25:21", "11:15"], 0.0),  # scores
        (["2:1", "0:0"], 0.0),
        (["noon"], 0.0),
    ],
)
def test_share_of_times(texts, share):
    assert share_of_times(texts_of(texts)) == share
