"""Job names as file names."""

import unicodedata

import pytest

from core.definitions.file_names import find_free_file_name, job_name_of, make_file_name


@pytest.mark.parametrize(
    ("job_name", "expected"),
    [
        ("load", "load.json"),
        ("Load_orders-v1.2 (daily) [eu]", "Load_orders-v1.2 (daily) [eu].json"),
        ("a/b", "a%2Fb.json"),
        ("50%", "50%25.json"),
        ("naïve", "na%C3%AFve.json"),
        ("tilde~", "tilde%7E.json"),
        ("../../x", "%2E.%2F..%2Fx.json"),
        (".hidden", "%2Ehidden.json"),
        (" padded ", "%20padded%20.json"),
        ("nul\0", "nul%00.json"),
    ],
)
def test_a_name_is_written_plainly_where_it_can_be(job_name, expected):
    assert make_file_name(job_name) == expected


@pytest.mark.parametrize("name", ["con", "AUX", "aux.x", "COM1", "lpt9.txt", "NUL.tar.gz"])
def test_a_windows_device_name_is_escaped(name):
    assert make_file_name(name).startswith("%")


@pytest.mark.parametrize("name", ["con .x", "nul  .log"])
def test_a_windows_device_name_with_spaces_before_the_dot_is_escaped(name):
    assert make_file_name(name).startswith("%")


@pytest.mark.parametrize("name", ["console", "com", "com10", "auxiliary.x", "x con"])
def test_a_name_that_only_resembles_a_device_stays_plain(name):
    assert make_file_name(name) == f"{name}.json"


@pytest.mark.parametrize("name", ["sales.lvdash", "x.DBALERT", "y.dbquery"])
def test_the_file_of_a_job_is_never_taken_for_an_asset(name):
    start, _, end = name.rpartition(".")
    assert make_file_name(name) == f"{start}%2E{end}.json"


def test_a_long_name_keeps_its_start_and_ends_in_a_hash():
    name = make_file_name("é" * 2000)
    assert name.startswith("%C3%A9%C3%A9")
    assert len(name) <= 145
    assert "~" in name
    assert job_name_of(name) is None


def test_long_names_that_differ_only_at_the_end_have_different_files():
    assert make_file_name("x" * 4000 + "a") != make_file_name("x" * 4000 + "b")


@pytest.mark.parametrize("offset", range(6))
def test_a_long_name_is_never_cut_inside_an_escape(offset):
    stem = make_file_name("x" * (100 + offset) + "é" * 100).partition("~")[0]
    assert job_name_of(f"{stem}.json") is not None or stem.endswith("%C3")


def test_names_that_look_the_same_in_unicode_have_different_files():
    composed = unicodedata.normalize("NFC", "café")
    decomposed = unicodedata.normalize("NFD", "café")
    assert make_file_name(composed).casefold() != make_file_name(decomposed).casefold()


def test_a_lone_surrogate_survives():
    assert job_name_of(make_file_name("bad \ud800 name")) == "bad \ud800 name"


@pytest.mark.parametrize(
    "name",
    ["load.txt", "load", "load~0123abcd.json", "a%2fb.json", "a%41.json", "café.json", "%FF.json"],
)
def test_a_foreign_file_name_is_no_job_name(name):
    assert job_name_of(name) is None


def test_a_free_name_is_the_plain_one():
    assert find_free_file_name("Load", {"other.json"}) == "Load.json"


def test_a_name_that_differs_only_in_case_gets_a_short_hash():
    name = find_free_file_name("Load", {"load.json"})
    assert name.startswith("Load~")
    assert name.casefold() not in {"load.json"}
    assert name == find_free_file_name("Load", {"load.json", "more.json"})


def test_a_long_name_that_is_taken_stays_within_the_bound():
    long = "x" * 4096
    name = find_free_file_name(long, {make_file_name(long)})
    assert name != make_file_name(long)
    assert len(name) <= 145
