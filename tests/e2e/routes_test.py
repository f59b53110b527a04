"""Every matcher and every action, asked through a real Envoy."""
import unittest

from harness import Case
from manifests import gateways, to, upstream, virtual_service

MATCHERS = f"""
    - matchers: [{{exact: /exact}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{regex: '/id/[0-9]+'}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /methods, methods: [POST, PUT]}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /header, headers: [{{name: x-a, value: "1"}}]}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /header, headers: [{{name: x-b, value: 'v[0-9]', regex: true}}]}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /header, headers: [{{name: x-c, invertMatch: true}}, {{name: x-d}}]}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /query, queryParameters: [{{name: q, value: 'yes'}}]}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /query, queryParameters: [{{name: r, value: 'a+', regex: true}}]}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /CASE, caseSensitive: false}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{exact: /either/a}}, {{exact: /either/b}}]
      routeAction: {{{to('one')}}}
    - matchers: [{{prefix: /}}]
      routeAction: {{{to('two')}}}
"""

ACTIONS = f"""
    - matchers: [{{prefix: /weights}}]
      routeAction:
        multi:
          destinations:
          - {{weight: 50, destination: {{upstream: {{name: one, namespace: gloo-system}}}}}}
          - {{weight: 50, destination: {{upstream: {{name: two, namespace: gloo-system}}}}}}
    - matchers: [{{prefix: /redirect}}]
      redirectAction: {{hostRedirect: other.test, pathRedirect: /new, responseCode: FOUND, stripQuery: true}}
    - matchers: [{{prefix: /moved}}]
      redirectAction: {{prefixRewrite: /there, httpsRedirect: true}}
    - matchers: [{{prefix: /direct}}]
      directResponseAction: {{status: 418, body: a teapot}}
    - matchers: [{{prefix: /rewrite}}]
      routeAction: {{{to('one')}}}
      options: {{prefixRewrite: /rewritten}}
    - matchers: [{{prefix: /regex}}]
      routeAction: {{{to('one')}}}
      options: {{regexRewrite: {{pattern: {{regex: '^/regex/([a-z]+)/(.*)$'}}, substitution: '/\\2/\\1'}}}}
    - matchers: [{{prefix: /host}}]
      routeAction: {{{to('one')}}}
      options: {{hostRewrite: rewritten.test}}
    - matchers: [{{prefix: /late}}]
      routeAction: {{{to('one')}}}
      options: {{timeout: 0.2s, prefixRewrite: /delay/3000}}
    - matchers: [{{prefix: /retried}}]
      routeAction: {{{to('one')}}}
      options: {{prefixRewrite: /fail, retries: {{retryOn: 5xx, numRetries: 3}}}}
    - matchers: [{{prefix: /}}]
      routeAction: {{{to('two')}}}
      options:
        headerManipulation:
          requestHeadersToAdd: [{{header: {{key: x-route, value: 'yes'}}, append: false}}]
          requestHeadersToRemove: [x-secret]
          responseHeadersToAdd: [{{header: {{key: x-answer, value: added}}}}]
          responseHeadersToRemove: [x-internal]
"""

HOST_OPTIONS = """
    options:
      headerManipulation:
        requestHeadersToAdd: [{header: {key: x-host-level, value: seen}, append: false}]
"""


class Routes(Case):
    def serve(self, routes, options=""):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        for name in ("one", "two"):
            world.write(f"{name}.yaml", upstream(name, world.start_backend(name)))
        world.write("routes.yaml", virtual_service("routes", routes, options=options))
        world.start_solder()
        world.start_envoy()
        world.until_status("/", 200)
        world.until_state("VirtualService", "routes", "Accepted")

    def test_matchers(self):
        self.serve(MATCHERS)
        one = [("/exact", {}), ("/id/17", {}), ("/methods", {"method": "POST"}), ("/methods", {"method": "PUT"}), ("/header", {"headers": {"x-a": "1"}}),
               ("/header", {"headers": {"x-b": "v7"}}), ("/header", {"headers": {"x-d": "any"}}), ("/query?q=yes", {}), ("/query?r=aaa", {}), ("/case/x", {}),
               ("/either/a", {}), ("/either/b", {})]
        two = [("/exact/more", {}), ("/id/x", {}), ("/id/17/more", {}), ("/methods", {}), ("/header", {"headers": {"x-a": "2"}}), ("/header", {"headers": {"x-b": "vv"}}),
               ("/header", {"headers": {"x-c": "1", "x-d": "1"}}), ("/header", {}), ("/query?q=no", {}), ("/query?r=b", {}), ("/either/c", {})]
        for expected, requests in (("one", one), ("two", two)):
            for path, how in requests:
                with self.subTest(path=path, how=how):
                    self.assertEqual(expected, self.world.get(path, **how).backend)

    def test_actions(self):
        self.serve(ACTIONS, HOST_OPTIONS)
        get = self.world.get
        self.assertEqual({"one", "two"}, {get("/weights").backend for _ in range(60)})

        redirect = get("/redirect?a=b")
        self.assertEqual((302, "http://other.test/new"), (redirect.status, redirect.headers["location"]))
        moved = get("/moved/x?a=b")
        self.assertEqual((301, "https://example.com/there/x?a=b"), (moved.status, moved.headers["location"]))
        direct = get("/direct")
        self.assertEqual((418, "a teapot"), (direct.status, direct.text))

        self.assertEqual("/rewritten/x?y=z", get("/rewrite/x?y=z").echo["path"])
        self.assertEqual("/b/a", get("/regex/a/b").echo["path"])
        self.assertEqual("rewritten.test", get("/host").echo["host"])
        self.assertEqual(504, get("/late").status)
        self.assertEqual(200, get("/retried/key/2").status)
        self.assertEqual(503, get("/retried/other-key/9").status)

        answer = get("/anything", headers={"x-secret": "1", "x-kept": "2"})
        seen = answer.echo["headers"]
        self.assertEqual((["yes"], ["seen"], ["2"]), (seen["x-route"], seen["x-host-level"], seen["x-kept"]))
        self.assertNotIn("x-secret", seen)
        self.assertEqual("added", answer.headers["x-answer"])
        self.assertNotIn("x-internal", answer.headers)


class Domains(Case):
    def test_the_most_special_domain_wins(self):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        for name, domains in (("exact", "[a.example.com]"), ("suffix", "['*.example.com']"), ("all", "['*']")):
            world.write(f"{name}.yaml", upstream(name, world.start_backend(name)) + "---\n" + virtual_service(
                name, f"    - {{matchers: [{{prefix: /}}], routeAction: {{{to(name)}}}}}", domains))
        world.start_solder()
        world.start_envoy()
        world.until_status("/", 200)
        for host, backend in (("a.example.com", "exact"), ("b.example.com", "suffix"), ("example.org", "all")):
            self.assertEqual(backend, world.get("/", host=host).backend)


if __name__ == "__main__":
    unittest.main()
