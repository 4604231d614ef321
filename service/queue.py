"""The queue: task names, and one sending function for each.  A message carries one id and is only a nudge."""

from __future__ import annotations

import logging
from functools import cache

from celery import Celery
from kombu.exceptions import OperationalError
from kombu.transport.sqlalchemy import Transport
from sqlalchemy.exc import SQLAlchemyError

from service.db.session import BUSY_TIMEOUT_MS
from service.settings import settings

SPLIT_FILE = "crosscheck.split_file"
READ_PAGE = "crosscheck.read_page"
ASSEMBLE_BATCH = "crosscheck.assemble_batch"
TASK_NAMES = (SPLIT_FILE, READ_PAGE, ASSEMBLE_BATCH)
SOFT_LIMIT, HARD_LIMIT = 0.6, 0.75
"""Time limits of a task, as shares of the lease: when it is killed nobody else has its row yet."""
POLL_S = 0.2
"""How often the embedded broker is looked at.  At kombu's 1 s a process got one page a second; at 0.2 s it gets five,
more than it can read, and an idle worker takes 1 % of a core."""
REDIS_VISIBILITY = 4
"""After this many leases Redis hands out an unacknowledged message again; the sweep is long done by then."""
PAGES_A_PROCESS = 300
"""Then a worker process is replaced: image libraries keep memory."""
PROCESS_KIB = 1_500_000
_LOG = logging.getLogger(__name__)


@cache
def queue() -> Celery:
    """This process's Celery object.

    A broker that can redeliver acknowledges late.  The embedded one cannot: there a message is acknowledged at once,
    and only the sweep sends it again.
    """
    chosen = settings()
    redelivers = not chosen.embedded
    Transport.polling_interval = POLL_S  # no option: this transport hands its options to create_engine
    app = Celery("crosscheck", broker=chosen.broker_url)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=redelivers,
        task_reject_on_worker_lost=redelivers,
        worker_prefetch_multiplier=1,
        task_soft_time_limit=chosen.lease_s * SOFT_LIMIT,
        task_time_limit=chosen.lease_s * HARD_LIMIT,
        worker_max_tasks_per_child=PAGES_A_PROCESS,
        worker_max_memory_per_child=PROCESS_KIB,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=(
            {"visibility_timeout": chosen.lease_s * REDIS_VISIBILITY}
            if redelivers
            else {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
        ),
        task_publish_retry=False,
    )
    return app


def prepare_broker() -> None:
    """Make the embedded broker's tables before several processes would at the same time."""
    if settings().embedded:
        settings().make_data_folder()
        with queue().connection_for_write() as connection:
            queue().amqp.queues["celery"].bind(connection.default_channel).declare()


def split_file(file_id: int) -> bool:
    return _send(SPLIT_FILE, file_id)


def read_page(page_id: int) -> bool:
    return _send(READ_PAGE, page_id)


def assemble_batch(batch_id: int) -> bool:
    return _send(ASSEMBLE_BATCH, batch_id)


def _send(name: str, row_id: int) -> bool:
    """False where the broker is away: the row is waiting all the same, and the sweep sends again."""
    try:
        queue().send_task(name, args=[row_id])
    except (OperationalError, SQLAlchemyError, ConnectionError, OSError) as fault:
        _LOG.warning("broker away, %s %s is sent later: %s", name, row_id, fault)
        return False
    return True
