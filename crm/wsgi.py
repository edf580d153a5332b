"""The web process. It says so before the settings load: see PROCESS there."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.setdefault("PROCESS", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
