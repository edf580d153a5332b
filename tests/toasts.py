"""What a page says after something was done."""

from django.contrib.messages import get_messages
from django.http import HttpResponse


def toasts(response: HttpResponse) -> list[tuple[str, str]]:
    """Each with the address that takes it back, where there is one."""
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)]
