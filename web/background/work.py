"""What a background callback carries out in a process of its own: one operation."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping

from core.gateways.opening import open_service
from core.gateways.stores import open_store
from core.jobsettings.secrets import mask_text
from core.logs import log_to_stderr
from core.operations.recorder import Recorder
from core.operations.running import carry_out
from core.operations.tally import Tally
from core.service import JobSync
from core.settings import Settings

_NAMES_S = 20.0  # names for people are not worth waiting longer


def run_operation(
    operation_id: str | None, is_ending: Callable[[], bool] = lambda: False
) -> str | None:
    """Carry out a queued operation and return its id; one that was begun already is left alone.

    The environment says which workspace it concerns, for the page as well.

    Args:
        is_ending: whether this process is to end, see `carry_out`.
    """
    if not operation_id:
        return None
    settings = Settings.from_env(os.environ)
    format_, as_json = "%(levelname)s %(name)s %(message)s", settings.logs_as_json
    log_to_stderr(logging.WARNING, format_, mask_text, as_json=as_json)
    store = open_store(settings, os.environ)
    tally = Tally(store.count)

    def connect(recorder: Recorder) -> JobSync:
        opened = open_service(
            settings, on_wait=recorder.on_wait, should_stop=recorder.should_stop, meter=tally
        )
        recorder.watch(opened.unanswered_s)
        recorder.name_with(lambda ids: _display_names(opened.service, ids, recorder.should_stop))
        return opened.service

    now, mode = time.time, settings.mode
    carry_out(operation_id, store, connect, mode, now, tally=tally, is_ending=is_ending)
    return operation_id


def _display_names(
    service: JobSync, ids: Iterable[str], should_stop: Callable[[], bool]
) -> Mapping[str, str]:
    """Read them for a while only: the operation goes on without."""
    end = time.monotonic() + _NAMES_S
    return service.display_names(ids, lambda: time.monotonic() > end or should_stop())
