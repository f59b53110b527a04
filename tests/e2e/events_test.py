"""Requests as events: answered 202 at once, known by their key, handed to several functions by weight or all of them; and the page of docs/events.md."""
import json
import re
import shutil
import subprocess
import sys
import unittest

from harness import HERE, ROOT, Case, Process, free_port, get_json, request, until
from lambda_test import KEYS, aws_upstream, function_route, secret, settings
from manifests import gateways, upstream, virtual_service

CORS = "    options: {cors: {allowOrigin: ['https://shop.example.com'], allowMethods: [POST], allowHeaders: [content-type, idempotency-key], exposeHeaders: [idempotency-key]}}"


def event_route(path, *upstreams):
    names = ", ".join(f"{{name: {name}, namespace: gloo-system}}" for name in upstreams)
    return f"""
    - matchers: [{{exact: {path}}}]
      directResponseAction: {{status: 202}}
      options: {{events: {{upstreams: [{names}], timeout: 5s}}}}
"""


class Events(Case):
    def setUp(self):
        super().setUp()
        self.lambdas = free_port()
        process = Process("endpoint", [sys.executable, HERE / "lambda_endpoint.py", self.lambdas], self.world.directory / "endpoint.log")
        self.world.start(process, lambda: "listening" in process.tail())
        self.assertEqual(200, request(self.lambdas, "/keys", method="PUT", body=json.dumps(KEYS).encode()).status)
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("settings.yaml", settings(self.lambdas))
        self.world.write("keys.yaml", secret("AKIDONE", KEYS["AKIDONE"][0]))
        self.world.write("lambda.yaml", aws_upstream())
        self.world.write("audit.yaml", aws_upstream("audit", ("anyaudit",), "secretRef: {name: keys, namespace: gloo-system}\n    destinationOverrides: {logicalName: anyaudit, invocationStyle: ASYNC}"))
        self.backend = self.world.start_backend("plain")
        self.world.write("plain.yaml", upstream("plain", self.backend))
        self.world.write("routes.yaml", virtual_service("web", "".join((
            function_route("/order", "logicalName: echo, invocationStyle: ASYNC"),
            function_route("/document", "logicalName: anyone, invocationStyle: ASYNC, requestTransformation: true"),
            event_route("/fan", "audit", "plain"), event_route("/nowhere", "gone"),
            """
    - matchers: [{prefix: /both}]
      options: {events: {upstreams: [{name: audit, namespace: gloo-system}]}}
      routeAction: {single: {upstream: {name: lambda, namespace: gloo-system}, destinationSpec: {aws: {logicalName: anyone, invocationStyle: ASYNC}}}}
""", """
    - matchers: [{prefix: /weighted}]
      routeAction:
        multi:
          destinations:
          - {weight: 1, destination: {upstream: {name: lambda, namespace: gloo-system}, destinationSpec: {aws: {logicalName: anyone, invocationStyle: ASYNC}}}}
          - {weight: 1, destination: {upstream: {name: lambda, namespace: gloo-system}, destinationSpec: {aws: {logicalName: anytwo, invocationStyle: ASYNC}}}}
""")), options=CORS))

    def serve(self):
        self.world.start_solder()
        return self.world.start_envoy()

    def call(self, path, status=200, **how):
        return self.world.until_status(path, status, **how)

    def calls(self):
        return get_json(self.lambdas, "/seen")

    def test_a_key_of_the_callers_and_one_that_is_given(self):
        self.serve()
        answer = self.call("/order", 202, method="POST", body=b"{}", headers={"idempotency-key": "mine-17"})
        self.assertEqual(("mine-17", ""), (answer.headers["idempotency-key"], answer.text))
        self.assertEqual(("mine-17", "Event"), tuple(self.calls()["last"]["headers"][name] for name in ("idempotency-key", "x-amz-invocation-type")))
        given = [self.call("/order", 202, method="POST", body=b"{}").headers["idempotency-key"] for _ in range(2)]
        self.assertEqual(given[1], self.calls()["last"]["headers"]["idempotency-key"])
        self.assertNotEqual(*given)
        self.call("/document", 202, method="POST", body=b"{}", headers={"idempotency-key": "mine-18"})
        self.assertEqual("mine-18", json.loads(self.calls()["last"]["body"])["headers"]["idempotency-key"])
        self.assertEqual({}, self.calls()["refused"])

    def test_to_several_functions(self):
        self.serve()
        self.call("/fan", 202, method="POST", body=b'{"a": 1}')
        answer = self.call("/fan", 202, method="POST", body=b'{"a": 1}', headers={"authorization": "Bearer the-clients-own"})
        key = answer.headers["idempotency-key"]
        until("AWS's function has it", lambda: self.calls()["last"]["headers"].get("idempotency-key") == key)
        self.assertEqual('{"a": 1}', self.calls()["last"]["body"])
        self.assertNotIn("the-clients-own", json.dumps(self.calls()))
        self.assertEqual({}, self.calls()["refused"])
        before = self.calls()["functions"]
        self.call("/both", 202, method="POST", body=b"{}")
        until("both were called", lambda: all(self.calls()["functions"].get(name, 0) > before.get(name, 0) for name in ("anyone", "anyaudit")))

    def test_by_weight(self):
        self.serve()
        self.call("/weighted", 202, method="POST", body=b"{}")
        for _ in range(60):
            self.assertEqual(202, self.world.get("/weighted", method="POST", body=b"{}").status)
        functions = self.calls()["functions"]
        self.assertTrue(all(functions[name] >= 10 for name in ("anyone", "anytwo")), functions)

    def test_an_upstream_that_is_not_there(self):
        self.serve()
        self.call("/nowhere", 503, method="POST", body=b"{}")
        self.world.until_state("VirtualService", "web", "Warning", "UpstreamNotFound", "gloo-system/gone")

    @unittest.skipUnless(shutil.which("node"), "a page's script runs in Node")
    def test_the_page_of_the_documentation(self):
        self.serve()
        self.call("/order", 202, method="POST", body=b"{}")
        preflight = self.call("/order", 200, method="OPTIONS", headers={"origin": "https://shop.example.com", "access-control-request-method": "POST", "access-control-request-headers": "content-type,idempotency-key"})
        self.assertEqual("https://shop.example.com", preflight.headers["access-control-allow-origin"])
        page = (ROOT / "docs/events.md").read_text()
        script = re.search(r"<script>\n(.*?)</script>", page, re.S).group(1)
        # The button of a page that is not there; what it does is the page's own.
        around = "const button = {}; globalThis.document = {getElementById: () => button};\n" + script.replace("https://api.example.com/events/order", f"http://127.0.0.1:{self.world.http_port}/order")
        result = subprocess.run(["node", "--input-type=module", "-e", around + "\nconsole.log(await button.onclick());"], capture_output=True, text=True, timeout=180)
        self.assertEqual(0, result.returncode, result.stderr)
        last = self.calls()["last"]
        self.assertEqual((result.stdout.strip(), '{"order":17}'), (last["headers"]["idempotency-key"], last["body"]))


if __name__ == "__main__":
    unittest.main()
