"""The summary for a pull request: what it says, how it folds, and what it leaves out."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.errors import Issue, StateError
from core.mapping.unmapped import UnmappedName
from core.planning.risks import Risk
from core.planning.statuses import RowResult, RowStatus
from core.reporting.markdown_text import length
from core.reporting.report import Report, ReportRow, report_failure
from core.reporting.summary import SMALLEST_LIMIT, summary_text
from tests.hostile_texts import HOSTILE
from tests.secret_samples import SAMPLES

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TITLES = {"Errors", "Names to map", "Changes", "Notes", "What went wrong"}


def row(name: str, status: RowStatus | str = "new", **fields) -> ReportRow:
    return ReportRow(name, f"{name}.json", status, **fields)


def error(name: str, problem: str = "Broken.") -> ReportRow:
    return row(name, "error", issues=(Issue(problem),))


def done(name: str, status: str, result: RowResult) -> ReportRow:
    return row(name, status, result=result)


def verdict(operation: str, *rows: ReportRow, **fields) -> str:
    return summary_text(Report(operation, rows, **fields)).split("\n")[2]


def lines_with(text: str, part: str) -> list[str]:
    return [line for line in text.splitlines() if part in line]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


_NO_OTHER = (
    "❌ **1 error, see below.** No other job was changed in the workspace since the last import."
)
NEW, CHANGED = row("a"), row("b", "changed")
BY_CHOICE = row("c", "changed", origin=Origin.HERE, by_choice=True)
GONE = row("d", "deleted")
SAME = row("e", "unchanged")


@pytest.mark.parametrize(
    ("operation", "rows", "sentence"),
    [
        ("validate", [], "✅ **The workspace matches Git.**"),
        ("validate", [SAME], "✅ **The workspace matches Git.**"),
        ("validate", [SAME, NEW, CHANGED], "📝 **An import would change 2 jobs.**"),
        (
            "validate",
            [NEW, BY_CHOICE, GONE],
            "📝 **An import would change 1 job.** It would leave 1 job alone, see below. "
            "1 job is no longer in Git.",
        ),
        (
            "validate",
            [GONE, row("f", "deleted")],
            "⚠️ **An import would change nothing.** 2 jobs are no longer in Git.",
        ),
        ("validate", [error("x")], "❌ **1 error, see below.**"),
        ("validate", [error("x"), SAME], "❌ **1 error, see below.** The other jobs match Git."),
        (
            "validate",
            [error("x"), error("y"), NEW],
            "❌ **2 errors, see below.** An import would change 1 job.",
        ),
        ("drift", [], "✅ **No job was changed in the workspace since the last import.**"),
        ("drift", [BY_CHOICE], "⚠️ **1 job was changed in the workspace since the last import.**"),
        (
            "drift",
            [BY_CHOICE, CHANGED],
            "⚠️ **1 job was changed in the workspace since the last import.** "
            "Whether 1 job was changed in the workspace is unknown.",
        ),
        (
            "drift",
            [row("f", "unmanaged")],
            "⚠️ **Whether 1 job was changed in the workspace is unknown.**",
        ),
        ("import", [SAME], "✅ **The workspace matches Git.**"),
        ("import", [done("a", "new", RowResult.CREATED), SAME], "✅ **1 job imported.**"),
        (
            "import",
            [done("a", "new", RowResult.CREATED), BY_CHOICE, GONE],
            "⚠️ **1 job imported.** 1 job was left alone, see below. 1 job is no longer in Git.",
        ),
        ("import", [BY_CHOICE], "⚠️ **Nothing was imported.** 1 job was left alone, see below."),
        (
            "import",
            [done("x", "error", RowResult.FAILED), done("a", "changed", RowResult.UPDATED)],
            "❌ **1 error, see below.** 1 job imported.",
        ),
        (
            "import",
            [done("a", "new", RowResult.CREATED), done("b", "new", RowResult.NOT_STARTED)],
            "⚠️ **1 job imported.** 1 job was left alone, see below.",
        ),
        ("remove", [NEW, SAME], "✅ **There was nothing to remove.**"),
        ("remove", [NEW, done("d", "deleted", RowResult.REMOVED)], "✅ **1 job removed.**"),
        ("remove", [GONE], "⚠️ **Nothing was removed.** 1 job was left alone, see below."),
        ("export", [SAME], "✅ **The files match the workspace.**"),
        ("export", [NEW, GONE], "📝 **An export would change 2 files.**"),
        ("export", [done("a", "new", RowResult.CREATED)], "✅ **1 file exported.**"),
        (
            "export",
            [error("x"), SAME],
            "❌ **1 error, see below.** The other files match the workspace.",
        ),
        ("drift", [error("x")], _NO_OTHER),
    ],
)
def test_the_first_sentence_says_what_it_comes_to(operation, rows, sentence):
    assert verdict(operation, *rows) == sentence


def test_a_failure_without_rows_says_why():
    error = StateError("The ledger cannot be read.", fix="Ask @admin for `it`.")
    text = summary_text(report_failure("validate", error))
    assert text == (
        "## Job Sync: validation\n\n"
        "❌ **The validation failed.** Nothing was changed.\n\n"
        "### What went wrong\n\n"
        "- The ledger cannot be read. Ask `@\u200badmin` for `` `it` ``.\n"
    )


def test_a_failure_in_the_middle_lists_what_was_done():
    rows = done("a", "new", RowResult.CREATED), row("b")
    report = Report("import", rows, (Issue("The ledger was not written."),), has_failed=True)
    text = summary_text(report)
    assert "❌ **The import failed.** Part of it was done, see below." in text
    assert text.index("What went wrong") < text.index("### Changes")
    assert "| `a` | Created |" in text


def test_each_count_says_what_it_means():
    unmanaged = row("f", "unmanaged")
    report = Report("validate", (error("x"), NEW, CHANGED, BY_CHOICE, GONE, SAME, unmanaged))
    counts = [cells(line)[:2] for line in lines_with(summary_text(report), "| 1 |")]
    assert counts == [
        ["Error", "1"],
        ["New", "1"],
        ["Changed", "1"],
        ["Deleted in Git", "1"],
        ["Changed, not selected", "1"],
        ["Unchanged", "1"],
        ["Unmanaged", "1"],
    ]
    assert all(cells(line)[2] for line in lines_with(summary_text(report), "| 1 |"))


def test_a_check_for_drift_says_what_became_of_each_job():
    rows = (
        row("a", "new", origin=Origin.HERE),
        row("b", "renamed", origin=Origin.HERE),
        row("c", "changed", origin=Origin.BOTH),
        row("d", "deleted", origin=Origin.BOTH),
        row("e", "changed"),
        row("f", "error", origin=Origin.HERE, issues=(Issue("Broken."),)),
    )
    text = summary_text(Report("drift", rows))
    labels = {
        cells(line)[0]: cells(line)[1] for line in text.splitlines() if line.startswith("| `")
    }
    assert labels == {
        "`f` in `f.json`": "Broken.",
        "`b`": "Changed in the workspace",
        "`c`": "Changed in both",
        "`d`": "Changed in the workspace, deleted in Git",
        "`a`": "Deleted or renamed in the workspace",
        "`e`": "Unknown",
    }
    counts = text.partition("|:--|--:|:--|\n")[2].partition("\n\n")[0].splitlines()
    assert all(cells(line)[2] for line in counts)


def test_a_change_lists_its_fields_and_what_to_look_at():
    changes = (
        FieldChange("timeout_seconds", 300, 600, Origin.GIT),
        FieldChange("tags.a", None, "x", Origin.HERE),
        FieldChange("tags.b", "y|z", None, Origin.BOTH),
    )
    risks = (Risk("run_as", "Will run as another principal after the import."),)
    report = Report("validate", (row("a", "changed", changes=changes, message="M.", risks=risks),))
    [line] = lines_with(summary_text(report), "`a`")
    assert cells(line) == [
        "`a`",
        "Changed",
        "`timeout_seconds`: `300` → `600`<br>"
        '`tags.a`: nothing → `"x"` (changed in the workspace)<br>'
        '`tags.b`: `"y\\|z"` → nothing (changed in both)',
        "M.<br>⚠️ Will run as another principal after the import.",
    ]


def test_what_an_import_left_alone_does_not_read_as_if_it_was_changed():
    changes = (FieldChange("timeout_seconds", 300, 600),)
    left = row("left", "changed", changes=changes, message="Not selected.")
    made = row("made", "changed", changes=changes, result=RowResult.UPDATED)
    text = summary_text(Report("import", (left, made)))
    assert cells(*lines_with(text, "`left`"))[1:] == ["Changed, not selected", "", "Not selected."]
    assert cells(*lines_with(text, "`made`"))[1:3] == [
        "Updated",
        "`timeout_seconds`: `300` → `600`",
    ]


def test_many_fields_of_a_job_are_counted():
    changes = tuple(FieldChange(f"f{number}", 1, 2) for number in range(9))
    [line] = lines_with(
        summary_text(Report("validate", (row("a", "changed", changes=changes),))), "f5"
    )
    assert line.count("→") == 6
    assert cells(line)[2].endswith("<br>and 3 more")


def test_a_row_that_stays_is_listed_when_it_has_a_risk():
    risky = row("e", "unchanged", risks=(Risk("secret_in_git", "Holds a secret."),))
    text = summary_text(Report("validate", (risky, row("f", "unchanged"))))
    assert "| `e` | Unchanged |" in text
    assert "`f`" not in text


def test_an_error_of_a_file_names_it_once():
    broken = ReportRow(
        "", "x.json", "error", issues=(Issue("Not JSON.", "x.json"), Issue("B.", "y"))
    )
    [line] = lines_with(summary_text(Report("validate", (broken,))), "`x.json`")
    assert cells(line) == ["`x.json`", "Not JSON.<br>B. (y)"]


def test_a_name_to_map_comes_with_its_line():
    name = UnmappedName(
        "cluster", "big|one", ("a", "b", "c", "d"), ("x",), "clusters", '"big": "x"'
    )
    other = UnmappedName("job", "load", ("a",), (), "", "")
    lines = lines_with(summary_text(Report("validate", unmapped=(name, other))), "`a`")
    assert [cells(line) for line in lines] == [
        ["cluster `big\\|one`", "`a`, `b`, `c` and 1 more", '`"big": "x"` to `clusters`'],
        ["job `load`", "`a`", ""],
    ]


def test_secrets_are_masked_wherever_they_are():
    sample = SAMPLES[0]
    changes = (FieldChange("tags.password", "hunter2", sample.text),)
    report = Report(
        "validate",
        (
            row(f"job {sample.text}", "changed", changes=changes, message=sample.text),
            error("x", sample.text),
        ),
        (Issue(sample.text),),
        unmapped=(
            UnmappedName("cluster", sample.text, (sample.text,), (), "clusters", sample.text),
        ),
    )
    text = summary_text(report, workspace=sample.text)
    assert sample.secret not in text
    assert "hunter2" not in text
    assert "hidden, differs" in text


@pytest.mark.parametrize(
    ("operation", "title"),
    [
        ("validate", "validation in PROD"),
        ("drift", "check for drift in PROD"),
        ("import", "import into PROD"),
        ("remove", "removal in PROD"),
        ("export", "export from PROD"),
    ],
)
def test_the_title_says_which_workspace_it_is(operation: str, title: str):
    text = summary_text(Report(operation), workspace="PROD")
    assert text.startswith(f"## Job Sync: {title}\n")


def test_the_name_of_a_workspace_is_no_markup():
    text = summary_text(Report("validate"), workspace="*[x](y)*\n# b")
    assert text.startswith("## Job Sync: validation in `*[x](y)*`<br>`#` b\n")


@pytest.mark.parametrize(("count", "is_folded"), [(30, False), (31, True)])
def test_more_than_thirty_rows_are_folded(count: int, is_folded: bool):
    text = summary_text(Report("validate", tuple(row(f"j{number}") for number in range(count))))
    assert ("<details>\n<summary>Show all 31</summary>\n\n| Job" in text) is is_folded
    assert text.count("<details>") == text.count("</details>") == is_folded
    assert len(lines_with(text, "| New | ")) == count + 1


def test_whole_rows_are_left_out_and_a_sentence_says_how_many_and_where_they_are():
    report = Report("validate", tuple(row(f"job {number}") for number in range(10_000)))
    text = summary_text(report, csv_name="rows.csv")
    shown = len(lines_with(text, "| `job "))
    assert 30 < shown < 10_000
    assert f"<summary>Show {shown:,} of 10,000</summary>" in text
    assert f"**{10_000 - shown:,} of 10,000 are not shown:**" in text
    assert "`rows.csv` has all of them." in text
    assert 55_000 < length(text) <= 60_000
    assert "`--csv FILE` or `--json` writes all of them." in summary_text(report)
    larger = summary_text(report, limit=1_000_000)
    assert len(lines_with(larger, "| `job ")) == 10_000
    assert "not shown" not in larger


def test_errors_leave_room_for_the_rest():
    rows = (
        *(error(f"e{number}") for number in range(5_000)),
        *(row(f"n{number}") for number in range(50)),
    )
    name = UnmappedName("cluster", "c", ("e1",), (), "clusters", '"c": "…"')
    text = summary_text(Report("validate", rows, (Issue("A note."),), unmapped=(name,)))
    assert len(lines_with(text, "| `n")) == 50
    assert "cluster `c`" in text
    assert "- A note." in text


def wide(char: str) -> Iterable[ReportRow]:
    changes = tuple(FieldChange(char * 150, char * 90, char * 91) for _ in range(7))
    issues = tuple(Issue(char * 700, char * 200) for _ in range(6))
    risks = (Risk("x", f"{char} " * 400),) * 2
    for number in range(9):
        name = f"{number}{char * 150}"
        yield ReportRow(name, char * 150, "changed", changes, message=char * 700)
        yield ReportRow(name, char * 150, "error", issues=issues, risks=risks)


@pytest.mark.parametrize("char", ["a", "|", "`", "🎉", "\n", "\\", "ש"])
def test_no_row_is_so_large_that_the_limit_does_not_hold(char: str):
    names = (UnmappedName(char, char * 150, (char * 150,) * 4, (), char, char * 250),) * 40
    rows, issues = tuple(wide(char)), (Issue(char * 1_100),) * 20
    for has_failed in (False, True):
        report = Report("validate", rows, issues, has_failed, unmapped=names)
        for limit in (SMALLEST_LIMIT, 9_999, 20_000):
            assert length(summary_text(report, workspace=char * 150, limit=limit)) <= limit


CHANGES = st.builds(FieldChange, HOSTILE, HOSTILE, HOSTILE, st.sampled_from(Origin))
ROWS = st.builds(
    ReportRow,
    HOSTILE,
    HOSTILE,
    st.sampled_from(RowStatus),
    st.lists(CHANGES, max_size=2).map(tuple),
    st.lists(st.builds(Issue, HOSTILE, HOSTILE), max_size=2).map(tuple),
    HOSTILE,
    risks=st.lists(st.builds(Risk, HOSTILE, HOSTILE), max_size=1).map(tuple),
    result=st.sampled_from(RowResult),
    by_choice=st.booleans(),
)
REPORTS = st.builds(
    Report,
    st.sampled_from(["validate", "drift", "import", "remove", "export"]),
    st.lists(ROWS, max_size=4).map(tuple),
    st.lists(st.builds(Issue, HOSTILE, HOSTILE), max_size=2).map(tuple),
    st.booleans(),
    unmapped=st.lists(
        st.builds(
            UnmappedName,
            HOSTILE,
            HOSTILE,
            st.lists(HOSTILE, max_size=4).map(tuple),
            st.just(()),
            HOSTILE,
            HOSTILE,
        ),
        max_size=1,
    ).map(tuple),
)


@settings(max_examples=30)
@given(REPORTS, HOSTILE)
def test_whatever_the_names_are_the_document_keeps_its_structure(report: Report, title: str):
    blocks = PARSER.parse(summary_text(report, workspace=title, csv_name=title))
    kinds = [token.type for token in blocks]
    headings = [blocks[at + 1].content for at, kind in enumerate(kinds) if kind == "heading_open"]
    assert len(headings) == len(set(headings))
    assert set(headings[1:]) <= TITLES
    tables = "".join(
        {"th_open": "h", "td_open": "d", "tr_open": "\n", "table_open": "\f"}.get(kind, "")
        for kind in kinds
    )
    for table in tables.split("\f")[1:]:
        assert len({len(line) for line in table.split("\n")[1:]}) == 1
    errors = sum(one.status == RowStatus.ERROR for one in report.rows)
    assert ("Errors" in headings) is (errors > 0)
    assert kinds.count("list_item_open") == len(report.issues)
    inlines = [token for block in blocks for token in block.children or ()]
    allowed = {"text", "code_inline", "html_inline", "strong_open", "strong_close"}
    assert {token.type for token in inlines} <= allowed
    assert {token.content for token in inlines if token.type == "html_inline"} <= {"<br>"}
    assert "html_block" not in kinds


def test_the_document_shows_what_is_written():
    cluster = "tasks[train].existing_cluster_id"
    lacks = Issue("There is no cluster named “ml|gpu” in this workspace.", cluster)
    here = FieldChange("max_concurrent_runs", 3, 1, Origin.HERE)
    rows = (
        row("forecast", "error", issues=(lacks,)),
        row(
            "daily load",
            "changed",
            changes=(FieldChange("timeout_seconds", 300, 600, Origin.GIT),),
            risks=(Risk("run_as", "Will run as another principal after the import."),),
        ),
        row(
            "invoices",
            "changed",
            changes=(here,),
            message="Importing loses: max_concurrent_runs 3 → 1.",
            by_choice=True,
        ),
        row("old report", "deleted", message="Its definition is no longer in Git."),
        row("payroll", "unchanged"),
    )
    line = '"ml|gpu": "ml"'
    name = UnmappedName("cluster", "ml|gpu", ("forecast",), ("ml",), "cluster_name_mappings", line)
    document = (Path(__file__).parents[3] / "docs/summary.md").read_text()
    sample = document.partition("<!-- sample -->\n")[2].partition("<!-- end of")[0]
    assert sample == summary_text(Report("validate", rows, unmapped=(name,)), workspace="PROD")
