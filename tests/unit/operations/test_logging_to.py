"""What the engine logs in several threads reaches the detailed log, and none waits for another."""

import logging
import threading

from core.operations.running import _logging_to

PATIENCE_S = 5


class SlowRecorder:
    """Has a lock as the recorder has, and logs while it holds it."""

    def __init__(self) -> None:
        self.mutex = threading.RLock()
        self.is_waiting = threading.Event()
        self.lines: list[str] = []

    def log(self, _level: str, text: str) -> None:
        if text == "of another thread":
            self.is_waiting.set()
        with self.mutex:
            self.lines.append(text)


def test_a_thread_that_logs_while_it_records_waits_for_no_other_that_logs():
    recorder, log = SlowRecorder(), logging.getLogger("core.of.a.test")

    def record() -> None:
        with recorder.mutex:
            threading.Thread(target=log.warning, args=("of another thread",), daemon=True).start()
            assert recorder.is_waiting.wait(PATIENCE_S)
            log.warning("while recording")

    with _logging_to(recorder):
        thread = threading.Thread(target=record, daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert "while recording" in recorder.lines
