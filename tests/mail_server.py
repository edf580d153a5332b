"""A mail server that fails in one way; it stands at the network's edge."""

from django.core.mail.backends.locmem import EmailBackend


class Broken(EmailBackend):
    at_opening = at_sending = None

    def open(self):
        if self.at_opening:
            raise self.at_opening

    def send_messages(self, messages):
        if self.at_sending:
            raise self.at_sending
        return super().send_messages(messages)
