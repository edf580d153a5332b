"""The tests' own server: as much slower than the product's as it must be, and no more."""

from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.http import HttpResponse
from django.test.testcases import LiveServerThread

AXE = "axe.js"


class Handler(StaticFilesHandler):
    """Asks of one connection what comes over one socket, as a pool would; each request would open, and warm up, its own.

    Nobody changes a file while the tests run: a window asks for each once.
    """

    def __call__(self, environ, start_response):
        connection.settings_dict = connection.settings_dict | {"CONN_MAX_AGE": None}
        return super().__call__(environ, start_response)

    def serve(self, request):
        axe = self.file_path(request.path) == AXE
        response = HttpResponse(AXE_SCRIPT, content_type="text/javascript") if axe else super().serve(request)
        response["Cache-Control"] = "max-age=3600"
        return response


class Server(LiveServerThread):
    def __init__(self):
        super().__init__("localhost", static_handler=Handler)
        self.daemon = True
        self.start()
        self.is_ready.wait()
        if self.error:
            raise self.error

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"
