"""The web process. It says so before the settings load: see PROCESS there."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.setdefault("PROCESS", "web")

from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
# A bulk call makes a hundred thousand objects and keeps none. The collector need not look at the whole program each time:
# what is loaded by now stays for ever, and the rest is looked through in larger portions.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 10, 10)
