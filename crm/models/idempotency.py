"""Answers kept for a while, so that a repeated request gets the first answer again."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from crm.models.user import User


class IdempotencyKey(models.Model):
    """One key of one caller on one path: the body's hash, and the answer once there is one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="crm_idempotencykey_scope")]
        indexes = [models.Index(fields=["created_at"], name="crm_idempotency_sweep")]

    def __str__(self) -> str:
        return self.key
