"""Job names as file names."""

import unicodedata

import pytest

from core.definitions.file_names import (
    find_free_file_name,
    fold_file_name,
    job_name_of,
    make_file_name,
    make_former_file_name,
    possible_file_names,
)


@pytest.mark.parametrize(
    ("job_name", "expected"),
    [
        ("load", "load.json"),
        ("Load_orders-v1.2 (daily) [eu]", "Load_orders-v1.2 (daily) [eu].json"),
        ("a/b", "a%2Fb.json"),
        ("50%", "50%25.json"),
        ("naïve", "naïve.json"),
        ("Prévision – scoring · 在庫", "Prévision – scoring · 在庫.json"),
        ("Zahlungen (täglich) & Löhne; it's #1!", "Zahlungen (täglich) & Löhne; it's #1!.json"),
        ("दैनिक रिपोर्ट ١٢٣", "दैनिक रिपोर्ट ١٢٣.json"),
        ("🚀 deploy ⚠️", "🚀 deploy ⚠️.json"),
        ('<a>:"b"|c?*\\', "%3Ca%3E%3A%22b%22%7Cc%3F%2A%5C.json"),
        ("tilde~", "tilde%7E.json"),
        ("../../x", "%2E.%2F..%2Fx.json"),
        (".hidden", "%2Ehidden.json"),
        (" padded ", "%20padded%20.json"),
        ("nul\0", "nul%00.json"),
    ],
)
def test_a_name_is_written_plainly_where_it_can_be(job_name, expected):
    assert make_file_name(job_name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bell\a", "bell%07.json"),
        ("line\u2028end", "line%E2%80%A8end.json"),
        ("no\u00a0break", "no%C2%A0break.json"),
        ("全角\u3000空白", "全角%E3%80%80空白.json"),
        ("zero\u200bwidth", "zero%E2%80%8Bwidth.json"),
        ("می\u200cخواهم", "می%E2%80%8Cخواهم.json"),
        ("gpj\u202e.exe", "gpj%E2%80%AE.exe.json"),
        ("\ufeffmark", "%EF%BB%BFmark.json"),
        ("filler\u3164", "filler%E3%85%A4.json"),
        ("private\uf03a", "private%EF%80%BA.json"),
        ("unassigned\U0003ffff", "unassigned%F0%BF%BF%BF.json"),
    ],
)
def test_what_cannot_be_seen_or_may_change_its_meaning_is_escaped(name, expected):
    assert make_file_name(name) == expected
    assert job_name_of(expected) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cafe\u0301", "cafe%CC%81.json"),
        ("\u212a", "%E2%84%AA.json"),  # the Kelvin sign is a K once it is composed
        ("\u1100\u1161", "\u1100%E1%85%A1.json"),
        ("a\u0301\u0323", "a%CC%81\u0323.json"),
        ("\u200d\u030c", "%E2%80%8D%CC%8C.json"),  # D and a caron would become one letter
        (".\u0301", "%2E%CC%81.json"),
        ("x\u0331", "x\u0331.json"),  # no letter of its own: composed already
    ],
)
def test_what_is_not_composed_is_escaped_where_it_would_be_composed(name, expected):
    assert make_file_name(name) == expected
    assert unicodedata.is_normalized("NFC", expected)
    assert job_name_of(expected) == name


@pytest.mark.parametrize(
    "name",
    [
        "con",
        "AUX",
        "aux.x",
        "COM1",
        "lpt9.txt",
        "NUL.tar.gz",
        "COM²",
        "lpt³.x",
        "conin$",
        "CONOUT$",
    ],
)
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
    assert name.startswith("éé")
    assert len(name) <= 145
    assert len(name.encode()) <= 245
    assert "~" in name
    assert job_name_of(name) is None


@pytest.mark.parametrize(
    ("char", "fitting"), [("x", 140), ("é", 120), ("в", 120), ("在", 80), ("🚀", 60)]
)
def test_a_name_may_be_as_long_as_the_strictest_file_system_allows(char, fitting):
    assert make_file_name(char * fitting) == f"{char * fitting}.json"
    cut = make_file_name(char * (fitting + 1))
    assert "~" in cut
    assert len(cut.encode()) <= 245
    assert len(cut.encode("utf-16-le")) <= 2 * 145


def test_long_names_that_differ_only_at_the_end_have_different_files():
    assert make_file_name("x" * 4000 + "a") != make_file_name("x" * 4000 + "b")


@pytest.mark.parametrize("offset", range(6))
def test_a_long_name_is_never_cut_inside_an_escape(offset):
    stem = make_file_name("x" * (100 + offset) + "\u0085" * 100).partition("~")[0]
    assert job_name_of(f"{stem}.json") is not None or stem.endswith("%C2")


def test_names_that_look_the_same_in_unicode_have_different_files():
    composed = unicodedata.normalize("NFC", "café")
    decomposed = unicodedata.normalize("NFD", "café")
    assert fold_file_name(make_file_name(composed)) != fold_file_name(make_file_name(decomposed))


def test_a_lone_surrogate_survives():
    assert job_name_of(make_file_name("bad \ud800 name")) == "bad \ud800 name"


@pytest.mark.parametrize(
    "name",
    [
        "load.txt",
        "load",
        "load~0123abcd.json",
        "a%2fb.json",
        "a%41.json",
        "caf%C3%A9.json",
        "%FF.json",
    ],
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


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Größe", "GRÖSSE"),
        ("Prévision", unicodedata.normalize("NFD", "PRÉVISION")),
        ("σίγμας", "ΣΊΓΜΑΣ"),
        ("⚠️ load", "⚠ load"),
    ],
)
def test_a_name_that_some_file_system_takes_for_another_gets_a_short_hash(name, other):
    assert "~" in find_free_file_name(name, {fold_file_name(f"{other}.json")})


@pytest.mark.parametrize(
    ("name", "other"),
    [("sınır", "sinir"), ("①", "1"), ("ｆｕｌｌ", "full"), ("ﬁle2", "file²"), ("é", "e")],
)
def test_names_that_every_file_system_keeps_apart_stay_as_they_are(name, other):
    assert find_free_file_name(name, {fold_file_name(f"{other}.json")}) == f"{name}.json"


def test_a_definition_may_have_a_name_that_a_former_version_gave():
    former = make_former_file_name("Prévision & Co")
    assert former == "Pr%C3%A9vision %26 Co.json"
    names = possible_file_names("Prévision & Co")
    assert names[:2] == ("Prévision & Co.json", former)
    assert [name.partition("~")[0] for name in names[2:]] == [
        "Prévision & Co",
        "Pr%C3%A9vision %26 Co",
    ]
    assert len(possible_file_names("plain")) == 2


def test_a_former_long_name_ends_in_a_hash():
    former = make_former_file_name("在" * 16)
    assert former.startswith("%E5%9C%A8%E5")
    assert len(former) <= len(".json") + 140
    assert "~" in former


def test_a_long_name_that_is_taken_stays_within_the_bound():
    long = "x" * 4096
    name = find_free_file_name(long, {make_file_name(long)})
    assert name != make_file_name(long)
    assert len(name) <= 145
