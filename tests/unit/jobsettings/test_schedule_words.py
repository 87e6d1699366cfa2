"""Schedules and triggers in words."""

import pytest

from core.jobsettings.quartz import read_expression
from core.jobsettings.quartz_words import describe
from core.jobsettings.schedule_words import describe_start, find_starts


def words_of(settings):
    return "; ".join(describe_start(start) for start in find_starts(settings))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 0 5 * * ?", "Every day at 05:00"),
        ("0 0 5 ? * *", "Every day at 05:00"),
        ("0 0 0 ? 1/1 * *", "Every day at 00:00"),
        ("36 26 10 * * ?", "Every day at 10:26:36"),
        ("0 0 */6 * * ?", "Every day at 00:00, 06:00, 12:00 and 18:00"),
        ("0 0 */5 * * ?", "Every day at 00:00, 05:00, 10:00, 15:00 and 20:00"),  # not every 5 h
        ("0 0 */2 * * ?", "Every 2 hours from 00:00"),
        ("0 30 1/2 * * ?", "Every 2 hours from 01:30"),
        ("0 0 * * * ?", "Every hour"),
        ("20 30 * * * ?", "Every hour at 30 min 20 s past the hour"),
        ("0 0 7-19 * * ?", "Every hour from 07:00 to 19:00"),
        ("0 */15 * * * ?", "Every 15 minutes"),
        ("0 7/10 * * * ?", "Every 10 minutes, first at 7 min past the hour"),
        ("0 0/25 * * * ?", "Every hour at minutes 00, 25 and 50"),  # not every 25 minutes
        ("0 0/15 8-17 ? * MON-FRI", "Every 15 minutes from 08:00 to 17:45, Monday to Friday"),
        ("0 0-20 14 * * ?", "Every minute from 14:00 to 14:20"),
        ("0 * * * * ?", "Every minute"),
        ("5 * * * * ?", "Every minute from second 5"),
        ("* * * * * ?", "Every second"),
        ("*/20 * * * * ?", "Every 20 seconds"),
        ("*/10 * 8-17 * * ?", "Every 10 seconds from 08:00:00 to 17:59:50"),
        ("0 0 6 ? * 2", "Every Monday at 06:00"),  # 1 is Sunday
        ("0 0 6 ? * 1,7", "Every Saturday and Sunday at 06:00"),
        ("0 0 6 ? * FRI-MON", "Friday to Monday at 06:00"),
        ("0 0 6 ? * L", "Every Saturday at 06:00"),
        ("0 0 6 ? * 6L", "The last Friday of every month at 06:00"),
        ("0 0 6 ? * 2#1", "The first Monday of every month at 06:00"),
        ("0 0 6 1 * ?", "The 1st of every month at 06:00"),
        ("0 0 6 1,15 * ?", "The 1st and the 15th of every month at 06:00"),
        ("0 0 6 1-7 * ?", "The 1st to the 7th of every month at 06:00"),
        ("0 0 6 31 * ?", "The 31st of every month that has it at 06:00"),
        ("0 0 6 L * ?", "The last day of every month at 06:00"),
        ("0 0 6 L-1 * ?", "The day before the last day of every month at 06:00"),
        ("0 0 6 15,L * ?", "The 15th and the last day of every month at 06:00"),
        ("0 0 6 LW * ?", "The last weekday of every month at 06:00"),
        ("0 0 6 15W * ?", "The weekday nearest to the 15th of every month at 06:00"),
        (
            "0 0 6 L-3W * ?",
            "The weekday nearest to 3 days before the last day of every month at 06:00",
        ),
        ("0 0 6 1 1/3 ?", "The 1st of January, April, July and October at 06:00"),
        ("0 0 6 * 11-2 ?", "Every day in November to February at 06:00"),
        ("0 0 6 ? 6 MON 2027", "Every Monday in June at 06:00, in 2027"),
        ("0 0 6 * * ? 2027-2029", "Every day at 06:00, from 2027 to 2029"),
        ("0 0 6 * * ? 2027/1", "Every day at 06:00, from 2027"),
        ("0 1,7,8,20,33,34,35,41,59 * * * ?", ""),
        ("1,7 5 * * * ?", ""),
        ("0 0 6 1,3,4,7,9,12,15,20,23 * ?", ""),
        ("0 0,7 0/5 * * ?", ""),
    ],
)
def test_an_expression_has_words_or_none(expression, words):
    assert describe(read_expression(expression)) == words


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ({"periodic": {"interval": 4, "unit": "HOURS"}}, "Every 4 hours"),
        ({"periodic": {"interval": 1, "unit": "DAYS"}}, "Every day"),
        ({"periodic": {"interval": True, "unit": "DAYS"}}, "Periodic"),
        ({"periodic": {"interval": 2, "unit": "MOONS"}}, "Periodic"),
        ({"file_arrival": {"url": "/Volumes/a/b/c/"}}, "When files arrive in /Volumes/a/b/c/"),
        ({"file_arrival": {"url": 7}}, "When files arrive"),
        ({"table_update": {"table_names": ["a.b.c"]}}, "When a.b.c is updated"),
        ({"table_update": {"table_names": ["a", "b"]}}, "When any of a, b is updated"),
        (
            {"table_update": {"table_names": list("abcde"), "condition": "ALL_UPDATED"}},
            "When all of a, b, c and 2 more are updated",
        ),
        (
            {"model": {"securable_name": "a.b.m", "condition": "MODEL_VERSION_READY"}},
            "When a version of a.b.m is ready",
        ),
        (
            {"model": {"securable_name": "a.b.m", "condition": "MODEL_ALIAS_SET"}},
            "When an alias of a.b.m is set",
        ),
        (
            {"model": {"securable_name": "a.b", "condition": "MODEL_CREATED"}},
            "When a model is created in a.b",
        ),
        ({"model": {"condition": "BRAND_NEW"}}, "When a model changes"),
        ({"job_completion": {"jobs": [{"job_id": "1"}]}}, "When another job completes"),
        (
            {"job_completion": {"jobs": [{}, {}], "if_status": "SUCCESS"}},
            "When 2 other jobs complete successfully",
        ),
        ({"sql_condition": {"sql_query_id": "x"}}, "When an SQL condition holds"),
        ({"brand_new": {}}, "brand new"),
        ({"table_update": {"table_names": ["a\nb"]}}, "When a\\nb is updated"),
    ],
)
def test_a_trigger_has_words_wherever_it_is(trigger, words):
    assert words_of({"trigger": trigger}) == words
    assert words_of({"triggers": [trigger]}) == words


@pytest.mark.parametrize("place", ["schedule", "triggers"])
def test_a_condition_is_part_of_its_schedule(place):
    schedule = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "Europe/Oslo"}
    condition = {"sql_query_id": "x", "warehouse_id": "y"}
    settings = (
        {"schedule": {**schedule, "sql_condition": condition}}
        if place == "schedule"
        else {"triggers": [{"schedule": schedule, "sql_condition": condition}]}
    )
    assert words_of(settings) == "Every day at 05:00, Europe/Oslo, if an SQL condition holds"
