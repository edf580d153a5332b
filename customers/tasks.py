"""Thin Celery doors."""

from celery import shared_task

from crm.transactions import in_transaction
from customers.services.merging import follow_merges


@shared_task
def follow() -> None:
    """Bring what was being written during a merge to the record that stayed."""
    in_transaction(follow_merges)
