"""Members of lists of customers."""

from __future__ import annotations

from django.db import models

from crm.models import PeopleList
from customers.models.customer import Customer


class ListedCustomer(models.Model):
    people_list = models.ForeignKey(PeopleList, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="listed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["people_list", "customer"], name="customers_listed_once")]

    def __str__(self) -> str:
        return f"{self.people_list_id} {self.customer_id}"
