"""The queue of this deployment, as its environment says."""

from collections.abc import Mapping

from celery import Celery

from core.gateways.machine.local_folder import deployment_name
from core.gateways.redis.connection import RedisConnection
from core.gateways.redis.presence import WorkerPresence
from core.settings import Settings
from web.queue import open_queue


def open_deployments_queue(
    settings: Settings, env: Mapping[str, str]
) -> tuple[Celery, WorkerPresence]:
    """Return the queue, and what shows whether a worker is there. Connects to nothing.

    Raises:
        StateError: REDIS_URL is not an address.
    """
    prefix = f"jobsync:{deployment_name(settings, env)}:"
    presence = WorkerPresence(RedisConnection(settings.redis_url, prefix))
    return open_queue(settings.redis_url, f"{prefix}queue:"), presence
