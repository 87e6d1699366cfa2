"""The function that a background callback runs in its own process. It imports next to nothing."""


def run_operation(operation_id: str | None) -> str | None:
    """Carry out a queued operation and return its id."""
    if not operation_id:
        return None
    from worker import carry_out  # noqa: PLC0415 - imported in the job's process only

    return carry_out(operation_id)
