"""Words held against the times: a second reader makes a rule of the sentence alone.

It knows nothing of Quartz. Whatever fires must follow the rule, and nothing else may.
"""

import calendar
import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.jobsettings.quartz import read_expression
from core.jobsettings.quartz_words import describe
from core.jobsettings.schedules import fire_times

Rule = Callable[[datetime], bool]
START = datetime(2027, 1, 1, tzinfo=UTC)
DAYS = [*calendar.day_name]  # from Monday
MONTHS = [*calendar.month_name][1:]
NTH = ["first", "second", "third", "fourth", "fifth"]
FIXTURE = json.loads(Path(__file__).with_name("quartz-times.json").read_text(encoding="utf-8"))
TYPICAL = (
    """
0 0 5 * * ?|36 26 10 * * ?|0 0 */6 * * ?|0 0 */5 * * ?|0 0 */2 * * ?|0 30 1/2 * * ?|0 0 * * * ?
20 30 * * * ?|0 0 7-19 * * ?|0 */15 * * * ?|0 7/10 * * * ?|0 0/25 * * * ?|0 0/15 8-17 ? * MON-FRI
0 0-20 14 * * ?|0 * * * * ?|5 * * * * ?|*/20 * * * * ?|*/10 * 8-17 * * ?|10/20 * * * * ?
0 0 6 ? * 2|0 0 6 ? * 1,7|0 0 6 ? * FRI-MON|0 0 6 ? * L|0 0 6 ? * 6L|0 0 6 ? * 2#1|0 0 6 ? * 3#5
0 0 6 1 * ?|0 0 6 1,15 * ?|0 0 6 1-7 * ?|0 0 6 31 * ?|0 0 6 L * ?|0 0 6 L-1 * ?|0 0 6 L-3 * ?
0 0 6 15,L * ?|0 0 6 LW * ?|0 0 6 15W * ?|0 0 6 L-3W * ?|0 0 6 1W * ?|0 0 6 1 1/3 ?|0 0 6 * 11-2 ?
0 0 6 ? 6 MON 2027|0 0 6 * * ? 2027-2029|0 0 6 * * ? 2028/1|0 5/20 22-1 * * ?|0 3 0-5,8 ? * *
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", text)]


def span(text: str, names: list[str]) -> set[int]:
    """Read “Friday to Monday” or “Monday and Friday”, counted from 0."""
    text = text[:1].upper() + text[1:]
    ends = re.fullmatch(r"(\w+) to (\w+)", text)
    if not ends:
        return {names.index(name) for name in re.split(r", | and ", text)}
    first, last = (names.index(end) for end in ends.groups())
    return {(first + step) % len(names) for step in range((last - first) % len(names) + 1)}


def seconds(clock: str) -> int:
    hour, minute, second = (*numbers(clock), 0)[:3]
    return 3600 * hour + 60 * minute + second


def of_day(at: datetime) -> int:
    return 3600 * at.hour + 60 * at.minute + at.second


def last_of(at: datetime) -> int:
    return calendar.monthrange(at.year, at.month)[1]


def nearest_weekday(at: datetime, day: int) -> int:
    """Return the weekday nearest to a day within the month, the earlier of two."""
    weekdays = [d for d in range(1, last_of(at) + 1) if at.replace(day=d).weekday() < 5]
    return min(weekdays, key=lambda d: (abs(d - day), d))


def month_day(text: str) -> Callable[[datetime], set[int]]:
    """Read “the 15th”, “the last day”, “3 days before the last day”, “the last Friday” …"""
    if found := re.fullmatch(r"the weekday nearest to (.*)", text):
        inner = month_day(found[1])
        return lambda at: {nearest_weekday(at, next(iter(inner(at))))}
    if text == "the last weekday":
        return lambda at: {
            max(d for d in range(1, last_of(at) + 1) if at.replace(day=d).weekday() < 5)
        }
    if found := re.fullmatch(r"the (\d+)\w\w to the (\d+)\w\w", text):
        first, last = map(int, found.groups())
        return lambda _at: set(range(first, last + 1))
    if found := re.fullmatch(r"the (\d+)(?:st|nd|rd|th)", text):
        return lambda _at: {int(found[1])}
    if found := re.fullmatch(r"the (\w+) (\w+day)", text):
        weekday = DAYS.index(found[2])
        place = NTH.index(found[1]) if found[1] != "last" else -1

        def nth(at: datetime) -> set[int]:
            days = [d for d in range(1, last_of(at) + 1) if at.replace(day=d).weekday() == weekday]
            return set(days[place : place + 1 or None])

        return nth
    back = {"the last day": 0, "the day before the last day": 1}.get(text)
    if back is None:
        back = int(re.fullmatch(r"(\d+) days before the last day", text)[1])
    return lambda at: {last_of(at) - back}


def read_days(text: str) -> Rule:
    if text == "every day":
        return lambda _at: True
    if found := re.fullmatch(r"every day in (.*)", text):
        return lambda at: at.month - 1 in span(found[1], MONTHS)
    if found := re.fullmatch(r"(.+) of (every month|[A-Z].*?)(?: that has it)?", text):
        days = [month_day(part) for part in re.split(r", (?=the|\d)| and (?=the|\d)", found[1])]
        months = set(range(12)) if found[2] == "every month" else span(found[2], MONTHS)
        return lambda at: at.month - 1 in months and any(at.day in day(at) for day in days)
    weekdays, _, months_text = text.removeprefix("every ").partition(" in ")
    months = span(months_text, MONTHS) if months_text else set(range(12))
    return lambda at: at.weekday() in span(weekdays, DAYS) and at.month - 1 in months


def read_rhythm(text: str) -> Rule:
    window = re.search(r" from (\d\d:\d\d(?::\d\d)?) to (\d\d:\d\d(?::\d\d)?)$", text)
    first, last = (seconds(end) for end in window.groups()) if window else (0, 86399)
    text = text[: window.start()] if window else text
    if found := re.fullmatch(r"every hour at minutes (.*)", text):
        minutes = numbers(found[1])
        return lambda at: at.second == 0 and at.minute in minutes and first <= of_day(at) <= last
    sizes = {"second": 1, "minute": 60, "hour": 3600}
    found = re.match(r"every (?:(\d+) )?(second|minute|hour)s?", text)
    step = int(found[1] or 1) * sizes[found[2]]
    start, rest = first, text[found.end() :]
    if past := re.search(r"at (?:(\d+) min ?)?(?:(\d+) s )?past the hour", rest):
        start = 60 * int(past[1] or 0) + int(past[2] or 0)
    elif at_second := re.fullmatch(r" from second (\d+)", rest):
        start = int(at_second[1])
    elif clock := re.fullmatch(r" from (\S+)", rest):
        start = seconds(clock[1])
    else:
        assert not rest, rest
    return lambda at: first <= of_day(at) <= last and (of_day(at) - start) % step == 0


def read_years(text: str) -> tuple[str, Rule]:
    found = re.search(r", (?:in (\d{4}[\d, and]*)|from (\d{4})(?: to (\d{4}))?)$", text)
    if not found:
        return text, lambda _at: True
    text = text[: found.start()]
    if found[1]:
        return text, lambda at: at.year in numbers(found[1])
    return text, lambda at: int(found[2]) <= at.year <= int(found[3] or 9999)


def read(sentence: str) -> Rule:
    """Make a rule of a sentence."""
    text, year = read_years(sentence[:1].lower() + sentence[1:])
    if found := re.fullmatch(r"(.*) at (\d\d:\d\d[\d:, and]*)", text):
        days = read_days(found[1])
        clocks = {seconds(clock) for clock in re.split(r", | and ", found[2])}
        return lambda at: year(at) and days(at) and of_day(at) in clocks
    minutes = re.match(r"every hour at minutes \d\d(?:, \d\d)* and \d\d", text)
    head = minutes[0] if minutes else ""
    rest, _, days_text = text.removeprefix(head).partition(", ")
    rhythm_text = head + rest
    if days_text.startswith("first at"):
        first_at, _, days_text = days_text.partition(", ")
        rhythm_text = f"{rhythm_text}, {first_at}"
    rhythm, days = read_rhythm(rhythm_text), read_days(days_text or "every day")
    return lambda at: year(at) and days(at) and rhythm(at)


def fires(expression: str, moment: datetime) -> bool:
    before = moment - timedelta(seconds=1)
    return fire_times(expression, "UTC", after=before, until=moment, limit=1) == (moment,)


def some_expressions() -> list[str]:
    rng = random.Random(11)
    pick, roll = rng.choice, rng.randint
    found = [row[0] for row in FIXTURE if row[3] is not None] + TYPICAL
    for _ in range(150):
        second = pick(["0", "0", "0", "*/30", str(roll(0, 59))])
        minute = pick(["0", "*", "*/15", f"{roll(0, 9)}/10", f"{roll(0, 29)},{roll(30, 59)}"])
        hour = pick(["*", "*/6", "1/2", f"{roll(0, 11)}-{roll(12, 23)}", str(roll(0, 23)), "7,19"])
        day = pick(["* ?", f"{roll(1, 31)} ?", "L ?", "L-2,4 ?", "9W ?", "LW ?", "? MON-FRI"])
        day = pick([day, "? 1,4", f"? {roll(1, 7)}L", f"? {roll(1, 7)}#{roll(1, 5)}", "3-9 ?"])
        days, weekdays = day.split()
        month = pick(["*", "*", "*/3", "NOV-FEB", str(roll(1, 12))])
        found.append(f"{second} {minute} {hour} {days} {month} {weekdays}")
    return sorted(set(found))


def spoken() -> list[tuple[str, str]]:
    """Return the expressions that have words, with their words."""
    return [
        (text, words) for text in some_expressions() if (words := describe(read_expression(text)))
    ]


@pytest.mark.parametrize(("expression", "words"), spoken())
def test_the_words_of_a_schedule_say_exactly_when_it_fires(expression, words):
    rule = read(words)
    times = fire_times(expression, "UTC", after=START, until=START.replace(year=2031), limit=60)
    for time in times:
        assert rule(time), (words, time)
    rng = random.Random(expression)
    for _ in range(30):
        near = rng.choice(times) if times else START
        shift = rng.choice([1, 60, 3600, 86400, 30 * 86400]) * rng.randint(-40, 40)
        for moment in (near + timedelta(seconds=shift), START + timedelta(days=rng.random() * 900)):
            whole = moment.replace(microsecond=0, second=rng.choice([0, moment.second]))
            assert rule(whole) == fires(expression, whole), (words, whole)


def test_what_follows_no_rhythm_stays_an_expression():
    assert [text for text in TYPICAL if not describe(read_expression(text))] == [
        "0 5/20 22-1 * * ?"
    ]
