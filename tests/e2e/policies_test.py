"""Faults, CORS, CSRF and buffers of routes, virtual hosts and gateways, asked through a real Envoy."""
import time
import unittest

from harness import Case, until
from manifests import gateways, to, upstream, virtual_service

ROUTES = f"""
    - matchers: [{{prefix: /aborted}}]
      routeAction: {{{to('one')}}}
      options: {{faults: {{abort: {{percentage: 100, httpStatus: 418}}}}}}
    - matchers: [{{prefix: /delayed}}]
      routeAction: {{{to('one')}}}
      options: {{faults: {{delay: {{percentage: 100, fixedDelay: 0.4s}}}}}}
    - matchers: [{{prefix: /elsewhere}}]
      routeAction: {{{to('one')}}}
      options: {{cors: {{allowOrigin: ['https://other.test'], allowMethods: [PUT]}}}}
    - matchers: [{{prefix: /closed}}]
      routeAction: {{{to('one')}}}
      options: {{cors: {{allowOrigin: ['https://a.test'], disableForRoute: true}}}}
    - matchers: [{{prefix: /answered}}]
      directResponseAction: {{status: 200, body: here}}
      options: {{cors: {{allowOrigin: ['https://a.test'], allowMethods: [GET], allowCredentials: true}}}}
    - matchers: [{{prefix: /guarded}}]
      routeAction: {{{to('one')}}}
      options: {{csrf: {{filterEnabled: {{defaultValue: {{numerator: 100, denominator: HUNDRED}}}}, additionalOrigins: [{{suffix: friend.test}}]}}}}
    - matchers: [{{prefix: /small}}]
      routeAction: {{{to('one')}}}
      options: {{bufferPerRoute: {{buffer: {{maxRequestBytes: 10}}}}}}
    - matchers: [{{prefix: /unheld}}]
      routeAction: {{{to('one')}}}
      options: {{bufferPerRoute: {{disabled: true}}}}
    - matchers: [{{prefix: /}}]
      routeAction: {{{to('one')}}}
"""

HOST_OPTIONS = """
    options:
      cors: {allowOrigin: ['https://a.test'], allowOriginRegex: ['https://[a-z]+[.]b[.]test'], allowMethods: [GET, POST], exposeHeaders: [x-backend], maxAge: '60'}
"""


class Policies(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port).replace("httpGateway: {}", "httpGateway: {options: {buffer: {maxRequestBytes: 100}}}", 1))
        world.write("one.yaml", upstream("one", world.start_backend("one")))
        world.write("routes.yaml", virtual_service("routes", ROUTES, options=HOST_OPTIONS))
        world.start_solder()
        world.start_envoy()
        world.until_status("/", 200)
        world.until_state("VirtualService", "routes", "Accepted")

    def test_faults(self):
        self.assertEqual(418, self.world.get("/aborted").status)

        def seconds():
            before = time.monotonic()
            self.assertEqual(200, self.world.get("/delayed").status)
            return time.monotonic() - before
        # Envoy counts from the begin of the round of its loop that read the request: on a machine that stands still, earlier than we.
        self.assertGreaterEqual(max(seconds() for _ in range(3)), 0.4)

    def preflight(self, path, origin, method="GET"):
        return self.world.get(path, method="OPTIONS", headers={"origin": origin, "access-control-request-method": method})

    def test_cors(self):
        for origin in ("https://a.test", "https://www.b.test"):
            answer = self.preflight("/", origin)
            self.assertEqual((origin, "GET,POST", "60"), tuple(answer.headers.get(f"access-control-{name}") for name in ("allow-origin", "allow-methods", "max-age")), answer)
        self.assertNotIn("access-control-allow-origin", self.preflight("/", "https://other.test").headers)
        answer = self.world.get("/", headers={"origin": "https://a.test"})
        self.assertEqual(("https://a.test", "x-backend"), (answer.headers["access-control-allow-origin"], answer.headers["access-control-expose-headers"]))
        # A route's own policy is in the place of the virtual host's.
        self.assertEqual("PUT", self.preflight("/elsewhere", "https://other.test", "PUT").headers["access-control-allow-methods"])
        self.assertNotIn("access-control-allow-origin", self.preflight("/elsewhere", "https://a.test").headers)
        self.assertNotIn("access-control-allow-origin", self.preflight("/closed", "https://a.test").headers)
        # A route that answers itself has the headers on every answer, and none that are empty.
        answer = self.world.get("/answered")
        self.assertEqual(("https://a.test", "GET", "true", None), tuple(answer.headers.get(f"access-control-{name}") for name in ("allow-origin", "allow-methods", "allow-credentials", "max-age")))

    def test_exposed_headers_of_host_and_route_are_joined(self):
        world = self.world
        routes = f"""
    - matchers: [{{prefix: /own}}]
      routeAction: {{{to('one')}}}
      options: {{cors: {{allowOrigin: ['https://a.test'], exposeHeaders: [x-backend, x-own]}}}}
    - matchers: [{{prefix: /}}]
      routeAction: {{{to('one')}}}
"""
        def exposed(path):
            return world.get(path, host="joined.test", headers={"origin": "https://a.test"}).headers.get("access-control-expose-headers")
        options = "    options: {corsPolicyMergeSettings: {exposeHeaders: %s}, cors: {allowOrigin: ['https://a.test'], exposeHeaders: [x-host, x-backend]}}"
        world.write("joined.yaml", virtual_service("joined", routes, "['joined.test']", options=options % "UNION"))
        until("host and route are joined", lambda: exposed("/own") == "x-host,x-backend,x-own")
        self.assertEqual("x-host,x-backend", exposed("/"))
        world.write("joined.yaml", virtual_service("joined", routes, "['joined.test']", options=options % "DEFAULT"))
        until("the route's list is in the place of the host's", lambda: exposed("/own") == "x-backend,x-own")

    def test_csrf(self):
        def post(path, origin):
            return self.world.get(path, method="POST", body=b"", headers={"origin": origin}).status
        self.assertEqual(403, post("/guarded", "https://evil.test"))
        self.assertEqual(200, post("/guarded", "https://example.com"))
        self.assertEqual(200, post("/guarded", "https://my.friend.test"))
        self.assertEqual(200, post("/", "https://evil.test"))

    def test_buffer(self):
        def post(path, size):
            return self.world.get(path, method="POST", body=b"x" * size).status
        self.assertEqual([200, 413], [post("/", 50), post("/", 200)])
        self.assertEqual([200, 413], [post("/small", 5), post("/small", 50)])
        self.assertEqual(200, post("/unheld", 200))


if __name__ == "__main__":
    unittest.main(verbosity=2)
