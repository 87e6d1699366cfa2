"""A report in the form of JUnit, for the test results of a pipeline: one test case per job.

Source: github.com/jenkinsci/xunit-plugin, junit-10.xsd, to which the form keeps; properties are
those of the suite, which every reader knows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Xml

from core.jobsettings.secrets import mask_text
from core.one_line import escape_controls
from core.planning.statuses import RowResult, RowStatus
from core.reporting.report import Report, ReportRow

_LEFT_ALONE = (RowStatus.EXCLUDED, RowStatus.SKIPPED, RowStatus.UNMANAGED)


def junit_bytes(report: Report) -> bytes:
    """Return the report as XML in UTF-8.

    A row in error is a failure; what does not belong here or was not begun is skipped. An
    operation that could not be carried out is one test case with an error.
    """
    cases = [*_cases(report)]
    counts = {
        "tests": str(len(cases)),
        "failures": _count(cases, "failure"),
        "errors": _count(cases, "error"),
        "time": "0",
    }
    suites = Xml.Element("testsuites", {"name": "Job Sync", **counts})
    about = {"name": report.operation, **counts, "skipped": _count(cases, "skipped")}
    suite = Xml.SubElement(suites, "testsuite", about)
    properties = Xml.SubElement(suite, "properties")
    for name, value in _facts(report).items():
        Xml.SubElement(properties, "property", {"name": name, "value": value})
    suite.extend(cases)
    if report.issues:
        Xml.SubElement(suite, "system-out").text = _lines(*map(str, report.issues))
    content: bytes = Xml.tostring(suites, encoding="utf-8", xml_declaration=True)
    return content


def _cases(report: Report) -> Iterator[Xml.Element]:
    """Yield the test cases; readers take two of one name for one, so a file distinguishes them."""
    names = Counter(row.job_name for row in report.rows)
    for row in report.rows:
        name = row.job_name or row.file_name
        if names[row.job_name] > 1 and row.job_name and row.file_name:
            name = f"{name} ({row.file_name})"
        yield _case(report.operation, name, row)
    if report.has_failed:
        case = _new_case(report.operation, report.operation)
        _add(case, "error", _lines(*map(str, report.issues)), report.status)
        yield case


def _facts(report: Report) -> dict[str, str]:
    counts = {f"count.{status}": str(count) for status, count in report.counts().items()}
    names = {"unmapped": str(len(report.unmapped))} if report.unmapped else {}
    facts = {"operation": report.operation, "status": report.status, **counts, **names}
    return {_text(name): _text(value) for name, value in facts.items()}


def _new_case(operation: str, name: str) -> Xml.Element:
    about = {"name": _text(name), "classname": f"job-sync.{operation}", "time": "0"}
    return Xml.Element("testcase", about)


def _case(operation: str, name: str, row: ReportRow) -> Xml.Element:
    case = _new_case(operation, name)
    if row.status == RowStatus.ERROR:
        issues = _lines(*map(str, row.issues)) or _text(row.message)
        _add(case, "failure", issues, row.result or row.status)
    elif row.status in _LEFT_ALONE or row.result is RowResult.NOT_STARTED:
        Xml.SubElement(case, "skipped", {"message": _text(row.message or row.status)})
    Xml.SubElement(case, "system-out").text = _lines(*_details(row))
    return case


def _details(row: ReportRow) -> Sequence[str]:
    facts = {
        "file": row.file_name,
        "status": row.status,
        "result": row.result,
        "changed": ", ".join(change.path for change in row.changes),
        "origin": row.origin,
        "message": row.message_with_risks,
    }
    return [f"{name}: {value}" for name, value in facts.items() if value]


def _add(case: Xml.Element, tag: str, text: str, kind: str) -> None:
    first = text.partition("\n")[0]
    Xml.SubElement(case, tag, {"message": first, "type": kind}).text = text


def _count(cases: Sequence[Xml.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))


def _lines(*texts: str) -> str:
    return "\n".join(escape_controls(mask_text(text), keep="\n") for text in texts)


def _text(text: str) -> str:
    return escape_controls(mask_text(text))
