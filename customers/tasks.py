"""Thin Celery doors."""

from functools import partial

from celery import shared_task

from crm.transactions import in_transaction
from customers.services.merging import follow_merge, left_behind


@shared_task
def follow() -> None:
    """Bring what was being written during a merge to the record that stayed."""
    for customer in left_behind():
        in_transaction(partial(follow_merge, customer))
