"""Which files Git ignores."""

from collections.abc import Mapping

import pytest

from core.definitions.ignore_rules import IgnoreFile, IgnoreRules
from core.errors import Issue

ROOT = "/Workspace/Repos/jobs"
Rule = tuple[str, int] | None


def rules_of(files: Mapping[str, bytes], folder: str = "") -> IgnoreRules:
    """Read rules by the folder that holds them, below the root."""
    return IgnoreRules(
        ROOT,
        f"{ROOT}/{folder}".rstrip("/"),
        [
            IgnoreFile("/".join(filter(None, (ROOT, place, ".gitignore"))), content)
            for place, content in files.items()
        ],
    )


def ignored(files: Mapping[str, bytes], path: str) -> Rule:
    rule = rules_of(files).find(path)
    return (rule.file, rule.line) if rule else None


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        (b"*.json", "load.json", 1),
        (b"# all\n\n*.json\n", "load.json", 3),
        (b"*.json\n!load.json", "load.json", None),
        (b"*.json\n!load.json", "other.json", 1),
        (b"!load.json\n*.json", "load.json", 2),
        (b"load.json", "deep/down/load.json", 1),
        (b"/load.json", "load.json", 1),
        (b"/load.json", "deep/load.json", None),
        (b"deep/*.json", "deep/load.json", 1),
        (b"deep/*.json", "very/deep/load.json", None),
        (b"deep/*.json", "deep/down/load.json", None),
        (b"**/deep/*.json", "very/deep/load.json", 1),
        (b"deep/**/load.json", "deep/load.json", 1),
        (b"deep/**/load.json", "deep/a/b/load.json", 1),
        (b"deep/**", "deep/a/load.json", 1),
        (b"deep/**", "deep", None),
        (b"deep/**\n!deep/load.json", "deep/load.json", None),
        (b"deep/\n!deep/load.json", "deep/load.json", 1),
        (b"deep/*\n!deep/a/", "deep/a/load.json", None),
        (b"load.json/", "load.json", None),
        (b"load.json/", "load.json/x.json", 1),
        (b"*.json\r\n", "load.json", 1),
        (b"\xef\xbb\xbf*.json\n", "load.json", 1),
        (b"*.json   ", "load.json", 1),
        (b"*.json\t", "load.json", None),
        (b"load \\ ", "load  ", 1),
        (b"load\\  ", "load ", 1),
        (b" load.json", "load.json", None),
        (b"#load.json", "#load.json", None),
        (b"\\#load.json", "#load.json", 1),
        (b"\\!load.json", "!load.json", 1),
        (b"!!load.json\n", "!load.json", None),
        (b"[ab].json", "a.json", 1),
        (b"[!ab].json", "c.json", 1),
        (b"[[:digit:]].json", "7.json", 1),
        (b"[z-a].json", "x.json", None),
        (b"[ab.json", "[ab.json", None),
        (b"load\\", "load\\", None),
        (b"load//", "load/x.json", None),
        (b"/", "load.json", None),
        (b"!", "load.json", None),
        (b"LOAD.json", "load.json", None),
        ("Prévision*.json".encode(), "Prévision – 在庫.json", 1),
        (b"Pr?vision.json", "Prévision.json", None),  # two bytes to Git
        (b"Pr??vision.json", "Prévision.json", 1),
        ("voilà".encode(), "voilà", 1),
        (b"\xff\xfe\n*.json", "load.json", 2),
        (b"\xff*\n", "load.json", None),
    ],
)
def test_a_rule_means_what_it_means_to_git(text, path, line):
    assert ignored({"": text}, path) == ((".gitignore", line) if line else None)


@pytest.mark.parametrize(
    ("files", "path", "rule"),
    [
        ({"": b"*.json", "a": b"!*.json"}, "a/load.json", None),
        ({"": b"!*.json", "a": b"\n*.json"}, "a/load.json", ("a/.gitignore", 2)),
        ({"": b"a/", "a": b"!*.json"}, "a/load.json", (".gitignore", 1)),
        ({"": b"*\n!*/", "a/b": b"!load.json"}, "a/b/load.json", None),
        ({"a": b"/load.json"}, "a/load.json", ("a/.gitignore", 1)),
        ({"a": b"/load.json"}, "load.json", None),
        ({"a": b"b/load.json"}, "a/b/load.json", ("a/.gitignore", 1)),
    ],
)
def test_the_deeper_file_has_the_last_word_unless_a_folder_is_ignored(files, path, rule):
    assert ignored(files, path) == rule


@pytest.mark.parametrize(
    ("text", "is_ignored"), [(b"jobs/", True), (b"/dev/jobs/*.json", True), (b"/jobs", False)]
)
def test_rules_above_the_definitions_folder_count(text, is_ignored):
    rule = rules_of({"": text}, "dev/jobs").find("load.json")
    assert (rule is not None) is is_ignored


def test_a_rule_has_the_words_of_its_line():
    [rule] = [rules_of({"": b"\n  x*.json  \r\n"}).find("  x.json")]
    assert rule is not None
    assert (rule.file, rule.line, rule.text) == (".gitignore", 2, "  x*.json")


def test_without_rules_nothing_is_ignored():
    assert IgnoreRules().find("load.json") is None
    assert rules_of({"": b"# nothing\n\n"}).find("load.json") is None


def test_what_cannot_be_read_is_an_issue_and_ignores_nothing():
    rules = IgnoreRules(
        ROOT,
        ROOT,
        [
            IgnoreFile(f"{ROOT}/.gitignore", Issue("No permission.")),
            IgnoreFile(f"{ROOT}/a/.gitignore", b"#" * 300_000),
            IgnoreFile(f"{ROOT}/b/.gitignore", b"*a*b*c*d*e\n# * * * * * *\n*.json"),
        ],
    )
    start = "It is not known whether"
    assert [issue.message for issue in rules.issues] == [
        f"{start} .gitignore keeps definitions out of Git. No permission.",
        f"{start} a/.gitignore keeps definitions out of Git. It is larger than 256 KB.",
        f"{start} b/.gitignore keeps definitions out of Git. "
        "Line 1 has too many asterisks in one name.",
    ]
    assert rules.find("a/load.json") is None
    assert rules.find("b/load.json") is not None


@pytest.mark.parametrize("path", ["ab", "ax/b", "ax/y/b"])
@pytest.mark.parametrize("line", [b"a**/b", b"/a***/b"])
def test_stars_after_a_name_cross_folders_as_in_git(line: bytes, path: str) -> None:
    rules = IgnoreRules("/r", "/r", [IgnoreFile("/r/.gitignore", line)])
    assert rules.find(path) is not None
    assert rules.find("b") is None
    assert rules.find("x/ab") is None
