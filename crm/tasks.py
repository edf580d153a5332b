"""Thin Celery doors."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from crm.mails import send_mails
from crm.services import forget_idempotency_keys


@shared_task
def post() -> None:
    """Send the mails that are due."""
    send_mails(at=timezone.now())


@shared_task
def sweep() -> None:
    """Forget what is kept for a limited time only."""
    forget_idempotency_keys(at=timezone.now())
    call_command("clearsessions")
