"""What settings may refer to in a workspace."""

from __future__ import annotations

from emulator.jobs.store import JobStore
from emulator.resources import Resources


class WorkspaceLookups:
    """Implements `emulator.jobs.validation.Existing`."""

    def __init__(self, resources: Resources, jobs: JobStore) -> None:
        self._resources = resources
        self._jobs = jobs

    def cluster_source(self, cluster_id: str) -> str | None:
        cluster = self._resources.get("clusters", cluster_id)
        return str(cluster.get("cluster_source", "UI")) if cluster else None

    def has_warehouse(self, warehouse_id: str) -> bool:
        return self._resources.get("warehouses", warehouse_id) is not None

    def has_destination(self, destination_id: str) -> bool:
        return self._resources.get("notification_destinations", destination_id) is not None

    def has_job(self, job_id: object) -> bool:
        text = str(job_id)
        return not isinstance(job_id, bool) and text.isdecimal() and int(text) in self._jobs
