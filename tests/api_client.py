"""A thin JSON client for tests of the API."""

import json
from itertools import count

numbers = count(1)


class Api:
    """Django's test client with a token; writes to /orders/ get a new idempotency key each."""

    def __init__(self, client, token=None):
        self.client = client
        self.token = token

    def headers(self, given):
        found = {"Authorization": f"Bearer {self.token.secret}"} if self.token else {}
        return {**found, **(given or {})}

    def get(self, path, headers=None, **parameters):
        return self.client.get(f"/api/v1{path}", parameters, headers=self.headers(headers))

    def post(self, path, data=None, headers=None, key=None):
        headers = {"Idempotency-Key": key or f"key-{next(numbers)}", **(headers or {})}
        return self.send("post", path, json.dumps(data), headers)

    def put(self, path, data, headers=None):
        return self.send("put", path, json.dumps(data), headers)

    def patch(self, path, data, headers=None):
        return self.send("patch", path, json.dumps(data), headers)

    def send(self, method, path, body, headers=None, content_type="application/json"):
        body = body.encode() if isinstance(body, str) else body
        # the header also for an empty body, which Django's client would send without
        found = self.headers(headers) | {"Content-Type": content_type}
        return self.client.generic(method.upper(), f"/api/v1{path}", body, content_type=content_type, headers=found)
