"""Reports as JUnit: whatever the names hold, the XML is valid, and says what the report says."""

from collections.abc import Mapping
from xml.etree import ElementTree as Xml

from hypothesis import given, settings
from hypothesis import strategies as st

from core.comparing.diff import FieldChange
from core.errors import Issue, SettingsError
from core.one_line import one_line
from core.planning.statuses import RowResult, RowStatus
from core.reporting.junit import junit_bytes
from core.reporting.report import Report, ReportRow, report_failure
from tests.hostile_texts import HOSTILE
from tests.secret_samples import SAMPLES

# Of each element: its attributes, those that it must have, and its children.
# Source: github.com/jenkinsci/xunit-plugin, junit-10.xsd.
_NUMBERS = {"tests", "failures", "errors", "time"}
_MESSAGE = ({"message", "type"}, set[str](), set[str]())
SCHEMA: Mapping[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", *_NUMBERS}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "skipped", *_NUMBERS},
        {"name", "tests", "failures", "errors"},
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time"},
        {"name"},
        {"skipped", "error", "failure", "system-out"},
    ),
    "skipped": _MESSAGE,
    "failure": _MESSAGE,
    "error": _MESSAGE,
    "system-out": (set(), set(), set()),
}


def suite_of(report: Report) -> Xml.Element:
    """The suite of a report; its form has been checked."""
    root = Xml.fromstring(junit_bytes(report))
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, required, children = SCHEMA[element.tag]
        assert required <= set(element.keys()) <= attributes
        assert {child.tag for child in element} <= children
    [suite] = root
    cases = [*suite.iter("testcase")]
    found = [sum(1 for case in cases if case.find(tag) is not None) for tag in ("failure", "error")]
    assert suite.get("tests") == root.get("tests") == str(len(cases))
    assert [suite.get("failures"), suite.get("errors")] == [str(count) for count in found]
    assert suite.get("skipped") == str(len([*suite.iter("skipped")]))
    return suite


def case_of(row: ReportRow) -> Xml.Element:
    [case] = suite_of(Report("validate", (row,))).iter("testcase")
    return case


def children(case: Xml.Element) -> list[str]:
    return [child.tag for child in case]


def test_a_job_passes_fails_or_is_skipped():
    assert children(case_of(ReportRow("a", "a.json", "new"))) == ["system-out"]
    for status in ("excluded", "skipped", "unmanaged"):
        case = case_of(ReportRow("a", "", status, message="Because."))
        assert children(case) == ["skipped", "system-out"]
        assert case[0].get("message") == "Because."
    broken = ReportRow("a", "a.json", "error", issues=(Issue("Bad\n  ^", "x"), Issue("Worse")))
    case = case_of(broken)
    assert children(case) == ["failure", "system-out"]
    assert case[0].attrib == {"message": "Bad (x)", "type": "error"}
    assert case[0].text == "Bad (x)\n  ^\nWorse"
    left = ReportRow("a", "a.json", "new", result=RowResult.NOT_STARTED)
    assert children(case_of(left)) == ["skipped", "system-out"]
    failed = ReportRow("a", "a.json", "error", message="No.", result=RowResult.FAILED)
    assert case_of(failed)[0].attrib == {"message": "No.", "type": "failed"}


def test_a_job_says_what_is_known_of_it():
    row = ReportRow("a", "a.json", "changed", (FieldChange("x", "s3cret", 2),), message="M.")
    case = case_of(row)
    assert case.attrib == {"name": "a", "classname": "job-sync.validate", "time": "0"}
    assert case[0].text == "file: a.json\nstatus: changed\nchanged: x\nmessage: M."


def test_the_suite_has_the_counts_and_the_notes():
    rows = ReportRow("a", "", "new"), ReportRow("b", "", "new"), ReportRow("c", "", "error")
    suite = suite_of(Report("validate", rows, (Issue("Note."),)))
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties == {
        "operation": "validate",
        "status": "completed_with_errors",
        "count.error": "1",
        "count.new": "2",
    }
    assert suite[-1].text == "Note."


def test_an_operation_that_failed_is_an_error_of_its_own():
    suite = suite_of(report_failure("import", SettingsError("No host.", fix="Set one.")))
    [case] = suite.iter("testcase")
    assert case.get("name") == "import"
    assert case[0].tag == "error"
    assert case[0].get("message") == "No host. Set one."


def test_definitions_of_one_name_are_told_apart_by_their_files():
    files = ("a", "x.json"), ("a", "y.json"), ("", "z.json")
    report = Report("validate", tuple(ReportRow(*names, "error") for names in files))
    names = [case.get("name") for case in suite_of(report).iter("testcase")]
    assert names == ["a (x.json)", "a (y.json)", "z.json"]


def test_secrets_are_masked():
    sample = SAMPLES[0]
    row = ReportRow(sample.text, sample.text, "error", (), (Issue(sample.text),), sample.text)
    assert sample.secret.encode() not in junit_bytes(Report("validate", (row,), row.issues))


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            ReportRow,
            HOSTILE,
            HOSTILE,
            st.sampled_from(RowStatus),
            st.builds(FieldChange, HOSTILE, HOSTILE, HOSTILE).map(lambda one: (one,)),
            st.builds(Issue, HOSTILE, HOSTILE).map(lambda one: (one,)),
            HOSTILE,
            result=st.sampled_from(RowResult),
        ),
        max_size=3,
    ),
    HOSTILE,
    st.booleans(),
)
def test_whatever_the_names_are_the_document_is_valid(rows, note: str, has_failed: bool):
    suite = suite_of(Report("validate", tuple(rows), (Issue(note),), has_failed))
    names = [case.get("name") or "" for case in suite.iter("testcase")]
    for row, name in zip(rows, names, strict=False):
        assert name.startswith(one_line(row.job_name or row.file_name))
