"""The log of a process: one line for each record, with its operation, as text or as JSON."""

import io
import json
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from core.gateways.databricks.callers import give_up_late
from core.jobsettings.secrets import mask_text
from core.logs import (
    JsonFormatter,
    OneLineFormatter,
    in_operation,
    log_to_stderr,
    note_operation,
    say_why,
)
from core.parallel import Pool, in_parallel, read_ahead, start_thread

BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
STEERING = "\x1b\x9b\x07\x08\x7f\0\u202a\u202e\u2066\u2069\u200e\u200b\ufeff\U000e0041\ud800"
FORGED = "load\nERROR core all jobs were removed\r\x1b[2J\u2028\u202egnol"
ONE, OTHER = "1" * 32, "2" * 32
SECRET = "dapi" + "0123456789abcdef" * 2
PLAIN = "%(levelname)s %(name)s %(message)s"
PATIENCE_S = 60


def logged(*arguments: object, **more: object) -> list[str]:
    """Return what a log writes, by the line breaks that any reader may know."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLineFormatter(PLAIN))
    log = logging.Logger("core")
    log.addHandler(handler)
    log.error(*arguments, **more)
    return stream.getvalue().splitlines()


def test_a_name_with_a_line_break_stays_one_log_line():
    [line] = logged("“%s” failed", FORGED)
    assert line.startswith("ERROR core “load")
    assert line.isprintable()


def test_a_traceback_is_indented_with_the_names_in_it():
    try:
        raise ValueError(FORGED)
    except ValueError:
        first, *rest = logged("failed", exc_info=True)
    assert first == "ERROR core failed"
    assert any("ERROR core all jobs" in line for line in rest)
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_the_log_of_a_process_goes_to_stderr_once(monkeypatch, capsys):
    root = logging.Logger("root")
    monkeypatch.setattr(logging, "root", root)
    for _ in range(2):
        log_to_stderr(logging.WARNING, "%(levelname)s %(message)s")
    root.warning("a\nb")
    root.info("quiet")
    assert capsys.readouterr().err == "WARNING a\\nb\n"


# The operation


class Lines(logging.Handler):
    """Formats records where they are logged, as any handler does."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(OneLineFormatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def log(lines: Lines) -> logging.Logger:
    log = logging.Logger("core")
    log.addHandler(lines)
    return log


def test_a_line_has_its_operation_before_the_message():
    with in_operation(ONE):
        assert logged("[%s] done", OTHER) == [f"ERROR core [{ONE}] [{OTHER}] done"]
    assert logged("done") == ["ERROR core done"]


def test_an_operation_within_another_ends_before_it(log, lines):
    with in_operation(ONE):
        with in_operation(OTHER):
            log.info("a")
        log.info("b")
    log.info("c")
    assert lines.lines == [f"[{OTHER}] a", f"[{ONE}] b", "c"]


def test_what_is_noted_holds_for_its_thread_until_something_else_is(log, lines):
    def work() -> None:
        note_operation(ONE)
        log.info("a")
        note_operation("")
        log.info("b")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    log.info("c")
    assert lines.lines == [f"[{ONE}] a", "b", "c"]


def test_the_lines_of_all_threads_of_an_operation_have_it(log, lines):
    ended = threading.Event()

    def items():
        log.info("ahead")
        yield 1

    with in_operation(ONE):
        list(in_parallel(lambda number: log.info("%s", number), [1, 2], threads=2))
        list(read_ahead(items()))
        give_up_late(lambda: log.info("call"), most_s=PATIENCE_S, stop_if_asked=lambda: None)
        start_thread(lambda: (log.info("beat"), ended.set()), "beat")
        assert ended.wait(PATIENCE_S)
        with Pool(1) as pool:
            pool.submit(log.info, "%s", "pool")
    log.info("after")
    expected = ["1", "2", "ahead", "call", "beat", "pool"]
    assert sorted(lines.lines) == sorted([*(f"[{ONE}] {one}" for one in expected), "after"])


def test_threads_that_serve_two_operations_mix_none_of_their_lines(log, lines):
    with Pool(1) as pool:
        for operation in (ONE, OTHER, ONE):
            with in_operation(operation):
                pool.submit(log.info, operation)
        pool.submit(log.info, "none")
    assert lines.lines == [f"[{ONE}] {ONE}", f"[{OTHER}] {OTHER}", f"[{ONE}] {ONE}", "none"]


# JSON


def json_line(*arguments, **more):
    """Return what a log writes as JSON; whatever is logged, it is one line of ASCII."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(mask_text))
    log = logging.Logger("core")
    log.addHandler(handler)
    log.warning(*arguments, **more)
    [line] = stream.getvalue().splitlines()
    assert line.isascii()
    assert line.isprintable()
    return json.loads(line)


def test_a_line_of_json_has_time_level_logger_and_message():
    line = json_line("“%s” failed", "load")
    time = line.pop("time")
    assert line == {"level": "WARNING", "logger": "core", "message": "“load” failed"}
    assert time.endswith("Z")
    age = datetime.now(UTC) - datetime.fromisoformat(time)
    assert abs(age.total_seconds()) < PATIENCE_S


def test_a_time_has_milliseconds_also_where_they_are_none():
    record = logging.LogRecord("core", logging.INFO, "", 0, "a", (), None)
    record.created = 1_700_000_000.0
    assert json.loads(JsonFormatter().format(record))["time"] == "2023-11-14T22:13:20.000Z"


def test_a_line_of_json_has_its_operation():
    with in_operation(ONE):
        assert json_line("a")["operation"] == ONE
    assert "operation" not in json_line("a")


@pytest.mark.parametrize("char", [*BREAKS, *STEERING, '"', "\\", "}"])
def test_no_text_breaks_a_line_of_json_or_adds_a_field(char):
    text = f'a{char}b", "operation": "forged'
    line = json_line("%s", text)
    assert line["message"] == text
    assert "operation" not in line


def test_an_exception_is_the_text_of_a_field():
    try:
        raise ValueError(FORGED)
    except ValueError:
        line = json_line("failed", exc_info=True, stack_info=True)
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith(f"ValueError: {FORGED}")
    assert "Stack" in line["stack"]
    assert line["message"] == "failed"


def test_no_secret_is_in_a_line_of_json():
    try:
        raise ValueError(f"token {SECRET}")
    except ValueError:
        line = json_line("login with %s", SECRET, exc_info=True)
    assert SECRET not in json.dumps(line)


WHOLE_PROCESS = """
import logging, sys, threading, warnings
from core.logs import log_to_stderr, say_why
log_to_stderr(logging.INFO, "%(levelname)s %(message)s", as_json=sys.argv[1] == "json")
logging.getLogger("core").info("first")
log_to_stderr(logging.INFO, "again %(message)s")
warnings.warn("warned\\nof")
def fail(): raise ValueError("in\\na thread")
thread = threading.Thread(target=fail, name="one")
thread.start()
thread.join()
quiet = threading.Thread(target=sys.exit)
quiet.start()
quiet.join()
say_why(ValueError("No\\nfolder."))
raise (RuntimeError("the\\nend") if len(sys.argv) < 3 else KeyboardInterrupt)
"""


def stderr_of_a_process(*arguments):
    command = [sys.executable, "-c", WHOLE_PROCESS, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    return done.stderr


@pytest.fixture
def hooks(monkeypatch):
    """What a process has whose log is JSON. The log itself stays that of the tests."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.setattr(logging, "captureWarnings", lambda _: None)
    log_to_stderr(logging.INFO, PLAIN, as_json=True)


@pytest.mark.usefixtures("hooks")
def test_what_ends_a_process_or_a_thread_is_logged(caplog, capsys):
    error = ValueError("no")
    sys.excepthook(ValueError, error, None)
    for thread in (threading.Thread(name="one"), None):
        threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, thread)))
    threading.excepthook(threading.ExceptHookArgs((SystemExit, SystemExit(), None, None)))
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    said = ["the process ends: no", "the thread one ends: no", "the thread ? ends: no"]
    assert [record.getMessage() for record in caplog.records] == said
    assert capsys.readouterr().err.strip() == "KeyboardInterrupt"


def test_why_a_process_cannot_start_is_for_people_or_a_line(caplog, capsys, monkeypatch):
    say_why(ValueError("No folder."))
    assert (capsys.readouterr().err, caplog.messages) == ("No folder.\n", [])
    handler = logging.NullHandler()
    handler.setFormatter(JsonFormatter())
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers, handler])
    say_why(ValueError("No folder."))
    assert (capsys.readouterr().err, caplog.messages) == ("", ["No folder."])


def test_all_that_a_process_says_is_lines_of_json():
    lines = [json.loads(line) for line in stderr_of_a_process("json").splitlines()]
    first, warned, thread, why, end = lines
    assert (first["level"], first["logger"], first["message"]) == ("INFO", "core", "first")
    assert "warned\nof" in warned["message"]
    assert thread["message"] == "the thread one ends: in\na thread"
    assert "ValueError: in" in thread["exception"]
    assert (why["level"], why["message"]) == ("CRITICAL", "No\nfolder.")
    assert (end["level"], end["message"]) == ("CRITICAL", "the process ends: the\nend")
    assert "RuntimeError" in end["exception"]


def test_as_text_a_process_says_why_it_cannot_start_in_a_plain_sentence():
    lines = stderr_of_a_process("text").splitlines()
    assert lines[0] == "INFO first"
    assert "No" in lines
    assert "RuntimeError: the" in lines


def test_whoever_interrupts_a_process_sees_what_python_says():
    said = stderr_of_a_process("json", "interrupted").splitlines()
    assert [line for line in said if line.startswith("{")] == said[:4]
    assert said[-1] == "KeyboardInterrupt"
