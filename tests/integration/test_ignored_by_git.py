"""Definitions that Git ignores: what the export says of them, and that Git says the same."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.definitions.ignore_rules import IgnoreFile, IgnoreRules
from tests.builders import definition_text, job
from tests.emulated import Emulated, row_of, statuses

IGNORED = "Ignored by line 3 of .gitignore (`*.json`)"
RULES = b"# build\n/dist/\n*.json\n!keep*.json\n"
Rule = tuple[str, int] | None


@pytest.fixture
def filled(dev: Emulated) -> Emulated:
    for name in ("load", "keep me"):
        dev.create_job(job(name))
    return dev


def said(dev: Emulated, name: str, *, dry_run: bool = False, **settings: object) -> str:
    return row_of(dev.service(**settings).export(dry_run=dry_run), name).message_with_risks


def test_preview_and_export_name_the_line_that_keeps_a_new_file_out_of_git(
    filled: Emulated,
) -> None:
    filled.put(".gitignore", RULES)
    for dry_run in (True, False, False):  # the last one finds it unchanged
        assert IGNORED in said(filled, "load", dry_run=dry_run)
    assert said(filled, "keep me") == ""


def test_what_the_export_says_is_what_git_does(filled: Emulated, prod: Emulated) -> None:
    filled.put(".gitignore", RULES)
    filled.service().export()
    filled.commit()
    prod.pull()
    assert {name for name in prod.files() if name.endswith(".json")} == {"keep me.json"}


def test_a_changed_and_a_renamed_file_say_it_too(filled: Emulated) -> None:
    filled.service().export()
    filled.put(".gitignore", RULES)
    filled.reset_job(filled.job_id("load"), job("load", max_concurrent_runs=3))
    assert IGNORED in said(filled, "load")
    filled.reset_job(filled.job_id("load"), job("load 2"))
    message = said(filled, "load 2")
    assert message.startswith("Previously named “load”. Ignored by line 3")
    filled.delete_job(filled.job_id("load 2"))
    assert "Ignored" not in said(filled, "load 2")


def test_a_definitions_folder_below_the_root_follows_the_rules_above_it(filled: Emulated) -> None:
    filled.put("dev/jobs/.gitignore", b"!*.json\n")
    filled.put(".gitignore", b"*.json\n")
    folder = f"{filled.folder}/dev/jobs"
    assert said(filled, "load", folder=folder) == ""
    filled.put("dev/.gitignore", b"/jobs\n")
    assert "line 1 of dev/.gitignore (`/jobs`)" in said(filled, "load", folder=folder)


def test_a_definition_in_a_subfolder_follows_the_rules_there(filled: Emulated) -> None:
    filled.put("team/load.json", definition_text(job("load"), job_id=filled.job_id("load")))
    filled.put("team/.gitignore", b"load*\n")
    assert "line 1 of team/.gitignore (`load*`)" in said(filled, "load")
    assert said(filled, "keep me") == ""


@pytest.mark.parametrize("content", [b"#" * 300_000, b"a*b*c*d*e*f.json\n"])
def test_rules_that_are_not_understood_are_a_warning(filled: Emulated, content: bytes) -> None:
    filled.put(".gitignore", content)
    report = filled.service().export()
    assert statuses(report) == {"load": "new", "keep me": "new"}
    [issue] = report.issues
    assert "whether .gitignore keeps definitions out of Git" in issue.message
    assert report.status == "completed"


def test_rules_that_cannot_be_read_are_a_warning(filled: Emulated) -> None:
    filled.put(".gitignore", b"x" * 2000)
    filled.option(max_file_bytes=1000)
    report = filled.service().export(dry_run=True)
    assert report.counts() == {"new": 2}
    assert "exceeded" in report.issues[0].message


@pytest.mark.parametrize("folder", ["", "dev/jobs"])
def test_the_rules_cost_a_call_for_each_file_and_nothing_elsewhere(
    filled: Emulated, folder: str
) -> None:
    place = f"{filled.folder}/{folder}".rstrip("/")
    filled.put(f"{place}/README.md", b"")
    filled.service(folder=place).export()

    def calls(operation: str) -> int:
        filled.clear_calls()
        getattr(filled.service(folder=place), operation)()
        return sum(filled.calls().values())

    before = calls("export"), calls("validate"), calls("pull")
    filled.put(f"{place}/.gitignore", RULES)
    after = calls("export"), calls("validate"), calls("pull")
    assert after == (before[0] + 1, *before[1:])


# --- Git as the oracle ---------------------------------------------------------------------------

PIECES = ["a", "b", "é", "*", "*", "**", "?", "/", "/", "[ab]", "[!a]", "[a-c]", "[]x]"]
ODD = ["[[:alpha:]]", "[z-a]", "[", "]", "\\", "\\*", "\\ ", " ", ".json", "#", "!", "-", "\t"]
KNOWN = ["*.json", "a/", "/a", "b/*", "!b/x.json", "a/**", "*", "!*/", "/*", "**/b/**", "???.json"]
LINES = st.one_of(
    st.sampled_from(KNOWN),
    st.tuples(
        st.sampled_from(["", "", "!"]), st.lists(st.sampled_from(PIECES + ODD), max_size=5)
    ).map(lambda made: made[0] + "".join(made[1])),
)
TEXTS = st.tuples(
    st.sampled_from(["", "", "\ufeff"]),
    st.lists(LINES, min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
).map(lambda made: (made[0] + made[2].join(made[1]) + made[2] * made[3]).encode())
FOLDERS = ["", "a", "a/b", "b"]
FILES = st.dictionaries(st.sampled_from(FOLDERS), TEXTS, min_size=1)
STEMS = ["x", "ab", "é", "a b", "#a", "!b", "[", "a ", "*", " a", "\\", "-"]
PATHS = [
    f"{folder}{stem}{suffix}"
    for folder in ("", "a/", "b/", "a/b/", "a/b/c/", "b/a/", "ö/")
    for stem in STEMS
    for suffix in ("", ".json")
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True, env=environment())
    for path in PATHS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TEMPLATE_DIR": "",
    }


def asked_of_git(root: Path) -> dict[str, Rule]:
    done = subprocess.run(
        ["git", "check-ignore", "--verbose", "--non-matching", "-z", "--no-index", "--stdin"],
        input="\0".join(PATHS).encode(),
        capture_output=True,
        check=False,  # 1 means that nothing is ignored
        cwd=root,
        env=environment(),
    )
    parts = done.stdout.decode().split("\0")
    return {
        path: (file, int(line)) if file and not pattern.startswith("!") else None
        for file, line, pattern, path in zip(*[iter(parts[:-1])] * 4, strict=True)
    }


@given(files=FILES)
@settings(max_examples=60, deadline=None)
def test_git_gives_the_same_line_for_every_file(repository, files):
    for folder in FOLDERS:
        (repository / folder / ".gitignore").unlink(missing_ok=True)
    for folder, text in files.items():
        (repository / folder / ".gitignore").write_bytes(text)
    wanted = asked_of_git(repository)
    assert wanted.keys() == set(PATHS)
    rules = IgnoreRules(
        "/r",
        "/r",
        [
            IgnoreFile(f"/r/{folder}/.gitignore".replace("//", "/"), t)
            for folder, t in files.items()
        ],
    )
    found = {path: rules.find(path) for path in PATHS}
    assert {path: rule and (rule.file, rule.line) for path, rule in found.items()} == wanted
