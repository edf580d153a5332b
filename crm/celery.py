"""The Celery application and the whole timetable."""

import os
from typing import Any

import celery
from celery import signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = celery.Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Every task's message only wakes a worker: what is due stands in the database, so a lost,
# late or repeated message does no harm. `expires` keeps a stopped worker's queue short.
app.conf.beat_schedule = {
    "refresh the key figures": {"task": "kpis.tasks.tick", "schedule": 2.0, "options": {"expires": 2}},
    "close finished periods": {"task": "kpis.tasks.close", "schedule": 600.0, "options": {"expires": 600}},
    "judge the alerts": {"task": "kpis.tasks.watch", "schedule": 120.0, "options": {"expires": 120}},
    "plan the reports by e-mail": {"task": "kpis.tasks.plan", "schedule": 60.0, "options": {"expires": 60}},
    "send the mails": {"task": "crm.tasks.post", "schedule": 30.0, "options": {"expires": 30}},
    "follow merged customers": {"task": "customers.tasks.follow", "schedule": 60.0, "options": {"expires": 60}},
    # once a night: whoever asks again finds that it is done
    "predict the value of customers": {"task": "kpis.tasks.predict", "schedule": 600.0, "options": {"expires": 600}},
    "load or remove sample data": {"task": "kpis.tasks.samples", "schedule": 5.0, "options": {"expires": 5}},
    "tidy up": {"task": "crm.tasks.sweep", "schedule": 3600.0, "options": {"expires": 3600}},
}


@signals.setup_logging.connect
def keep_the_logging_of_the_settings(**_: Any) -> None:
    """Celery installs its own handlers unless somebody answers this signal."""
