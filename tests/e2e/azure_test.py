"""Azure functions behind a real Envoy: paths, keys that go with the request and nowhere else, keys that rotate or are missing."""
import unittest

from harness import BUILD, Case, admin, until
from manifests import gateways, virtual_service


def secret(keys):
    values = ", ".join(f"{name}: '{value}'" for name, value in keys.items())
    return f"""
apiVersion: v1
kind: Secret
metadata: {{name: keys, namespace: gloo-system}}
azure: {{apiKeys: {{{values}}}}}
"""


def azure_upstream(port, more=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: app, namespace: gloo-system}}
spec:
  azure:
    functionAppName: app-name
    endpoint: http://127.0.0.1:{port}
    secretRef: {{name: keys, namespace: gloo-system}}
    functions:
    - {{functionName: open}}
    - {{functionName: own, authLevel: Function}}
    - {{functionName: other, authLevel: Function}}
    - {{functionName: admin, authLevel: Admin}}
{more}
"""


def destination(function):
    return f"{{upstream: {{name: app, namespace: gloo-system}}, destinationSpec: {{azure: {{functionName: {function}}}}}}}"


def route(function):
    return f"""
    - matchers: [{{prefix: /{function}}}]
      routeAction: {{single: {destination(function)}}}
"""


class Azure(Case):
    def setUp(self):
        super().setUp()
        self.port = self.world.start_backend("app")
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("secret.yaml", secret({"own": "key-of-own", "_master": "key-of-all"}))
        self.world.write("upstream.yaml", azure_upstream(self.port))
        plain = "    - matchers: [{prefix: /plain}]\n      routeAction: {single: {upstream: {name: app, namespace: gloo-system}}}\n"
        self.world.write("routes.yaml", virtual_service("web", "".join(route(name) for name in ("open", "own", "other", "admin", "unknown")) + plain))

    def serve(self):
        self.world.start_solder()
        return self.world.start_envoy()

    def key(self, path):
        """The key that the app sees."""
        return self.world.until_status(path, 200, headers={"x-functions-key": "mine"}).echo["headers"].get("x-functions-key")

    def test_each_function_is_called_with_its_key(self):
        self.serve()
        told = self.world.until_status("/own/below?a=1", 200, method="PUT").echo
        self.assertEqual(("PUT", "/api/own?a=1", f"127.0.0.1:{self.port}"), (told["method"], told["path"], told["host"]))
        self.assertEqual([None, ["key-of-own"], ["key-of-all"], ["key-of-all"]], [self.key(path) for path in ("/open", "/own", "/other", "/admin")])
        told = self.world.until_status("/plain/x", 200).echo
        self.assertEqual(("/plain/x", "example.com"), (told["path"], told["host"]))

    def test_a_function_that_is_not_there_or_has_no_key(self):
        self.world.write("secret.yaml", secret({"own": "key-of-own"}))
        self.serve()
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "unknown", "MissingKey", "admin")
        self.assertEqual("unknown function unknown", self.world.until_status("/unknown", 500).text)
        self.assertEqual("no key present for Azure function", self.world.until_status("/admin", 500).text)
        self.assertEqual(["key-of-own"], self.key("/own"))

    def test_a_key_rotates_without_a_failed_request(self):
        self.serve()
        self.assertEqual(["key-of-own"], self.key("/own"))
        with self.world.load("web.test/own", rate=500) as figures:
            for i in range(20):
                self.world.write("secret.yaml", secret({"own": f"key-{i}", "_master": "key-of-all"}))
                until(f"key-{i} is used", lambda i=i: self.key("/own") == [f"key-{i}"])
        self.assert_all_ok(figures)

    def test_a_secret_that_is_missing(self):
        self.world.remove("secret.yaml")
        self.serve()
        self.world.until_state("Upstream", "app", "Warning", "SecretNotFound")
        self.world.until_status("/open", 500)
        self.world.write("secret.yaml", secret({"_master": "key-of-all"}))
        self.assertEqual(["key-of-all"], self.key("/own"))

    def test_functions_by_weight(self):
        both = "".join(f"\n          - {{weight: 50, destination: {destination(name)}}}" for name in ("own", "admin"))
        self.world.write("weighted.yaml", virtual_service("weighted", f"""
    - matchers: [{{prefix: /}}]
      routeAction:
        multi:
          destinations:{both}
""", "[weighted.test]"))
        self.serve()
        self.world.until_status("/", 200, host="weighted.test")
        seen = set()
        for _ in range(60):
            told = self.world.get("/", host="weighted.test").echo
            seen.add((told["path"], told["headers"]["x-functions-key"][0]))
        self.assertEqual({("/api/own", "key-of-own"), ("/api/admin", "key-of-all")}, seen)

    def test_keys_are_nowhere_to_be_read(self):
        envoy = self.serve()
        self.assertEqual(["key-of-own"], self.key("/own"))
        for text in (admin(envoy.admin_port, "/config_dump").text, admin(self.world.admin_port, "/snapshot").text, admin(self.world.admin_port, "/status").text, self.world.solder.log.read_text(),
                     envoy.log.read_text(), self.world.solder_output("translate", "--plugin-dir", BUILD / "lib/solder/plugins", self.world.manifests)):
            self.assertNotIn("key-of-", text)
            self.assertGreater(len(text), 50)


if __name__ == "__main__":
    unittest.main()
