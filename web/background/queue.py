"""The queue from which workers take operations: Celery on the Redis that all replicas share.

A message holds the id of an operation and nothing else. What it is about, who asked for it and how
it ended are in the store of operations, so no result is kept.
"""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from celery import Celery
from redis.connection import parse_url

from core.gateways.machine.local_folder import deployment_name
from core.gateways.redis.connection import RedisConnection
from core.gateways.redis.presence import WorkerPresence
from core.settings import Settings

TASK = "job_sync.operation"
_ANSWER_S = 2.0  # a page or a worker waits no longer for Redis
_MOST_KB = 400_000  # a process that has needed more is replaced when its operation has ended
_SCHEMES = ("redis", "rediss", "unix")
_LOGIN = ("username", "password")
_CHECK_S = 5  # how soon a worker notices that a connection leads nowhere


def open_queue(redis_url: str, prefix: str) -> Celery:
    """Return the queue of one deployment. Connects to nothing.

    Args:
        prefix: begins the names of all its keys, so that deployments that share a Redis never
            take each other's operations.
    """
    queue = Celery("job_sync", broker=_address(redis_url), backend="cache+memory://")
    queue.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_default_queue="operations",
        task_ignore_result=True,
        task_acks_late=False,  # an operation is carried out once or not at all
        task_publish_retry=False,
        broker_connection_timeout=_ANSWER_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # what runs continues without Redis
        broker_transport_options={
            "global_keyprefix": prefix,
            "socket_timeout": _ANSWER_S,
            "socket_connect_timeout": _ANSWER_S,
            "health_check_interval": _CHECK_S,
            "max_retries": 0,
        },
        broker_use_ssl=_encryption(redis_url),
        worker_concurrency=4,  # one operation that writes, and what only reads beside it
        worker_disable_prefetch=True,  # what waits may be begun by any worker
        worker_prefetch_multiplier=1,
        # Not a new process for each operation: Celery gives the next one to a process that is just
        # ending, and notices after 4.5 s.
        worker_max_memory_per_child=_MOST_KB,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return queue


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


def _address(redis_url: str) -> str:
    """Return the address as Celery writes it: with the login and the database where it reads them.

    It fails on options that the client of the store takes, and passes over a password that is one.
    A socket in the file system has a scheme of its own. Source: docs.celeryq.dev, “Using Redis”.
    """
    scheme, _, _ = redis_url.partition("://")
    if scheme not in _SCHEMES:
        return redis_url
    asked = parse_url(redis_url)
    user, password = (quote(str(asked.get(name) or ""), safe="") for name in _LOGIN)
    login = f"{user}:{password}@" if user or password else ""
    database = int(asked.get("db") or 0)
    if scheme == "unix":
        return f"redis+socket://{login}{asked['path']}?virtual_host={database}"
    host, port = asked.get("host", "localhost"), asked.get("port", 6379)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    ours = parse_qsl(urlsplit(redis_url).query)
    options = urlencode([(name, text) for name, text in ours if name.startswith("ssl_")])
    return f"{scheme}://{login}{place}/{database}" + (f"?{options}" if options else "")


def _encryption(redis_url: str) -> dict[str, Any] | None:
    """Return how the server proves who it is, where the address asks for TLS."""
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED} if urlsplit(redis_url).scheme == "rediss" else None
