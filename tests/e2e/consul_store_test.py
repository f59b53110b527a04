"""`solder apply`, `delete` and `get --stored` on a real Consul and on files: what they write is served."""
import json
import subprocess
import unittest

from consul_kv_test import SERVICE, OnConsul, answer
from harness import BUILD
from manifests import gateways


class Store(OnConsul):
    def solder(self, *arguments, code=0, text=None):
        done = subprocess.run([BUILD / "bin/solder", *arguments, "--plugin-dir", BUILD / "lib/solder/plugins", "--seconds", "20"], capture_output=True, text=True, timeout=180, input=text, check=False)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_on_consul(self):
        self.start_consul()
        self.start()
        self.world.start_envoy()
        config = ("--config", str(self.world.directory / "solder.yaml"))
        said = self.solder("apply", "-f", "-", *config, text=gateways(self.world.http_port, self.world.https_port) + "---" + answer(201) + "---" + answer(200, "stays.test", "stays"))
        self.assertIn("VirtualService gloo-system/routes written to consul", said)
        self.world.until_status("/", 201)
        self.until_written("Accepted")
        self.solder("apply", "-f", "-", *config, text=answer(202))
        self.world.until_status("/", 202)
        self.assertIn("status: 202", self.solder("get", "virtualservice", "routes", "--stored", "-o", "yaml", *config))
        self.assertEqual(4, len(json.loads(self.solder("get", "--stored", "-o", "json", *config))))
        # What is too large, and what does not belong there, is said; nothing else is touched.
        large = answer(203).replace("namespace: gloo-system}", "namespace: gloo-system, annotations: {x: " + "y" * 600000 + "}}")
        said = self.solder("apply", "-f", "-", *config, code=1, text=large)
        self.assertIn("more than Consul takes for one key", said)
        self.assertIn("Gloo's own kinds", self.solder("apply", "-f", "-", *config, code=1, text="{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: gloo-system}, stringData: {a: b}}"))
        self.assertEqual(202, self.world.get().status)
        self.assertIn("removed from consul", self.solder("delete", "virtualservices", "routes", *config))
        self.world.until_status("/", 404)
        self.assertIsNone(self.consul.get(f"{SERVICE}/routes"))
        self.assertIn("is not at the key", self.solder("delete", "virtualservice", "gloo-system/routes", *config, code=1))

    def test_a_right_that_is_missing_and_a_consul_that_is_away(self):
        self.start_consul(acl=True)
        token = self.world.directory / "token"
        token.write_text(self.consul.token('key_prefix "gloo/" { policy = "read" }'))
        config = self.world.directory / "store.yaml"
        config.write_text(json.dumps({"pluginConfig": {"consul": {"address": self.consul.url, "kvSource": {}, "tokenFile": str(token)}}}))
        self.solder("get", "--stored", "--config", str(config))
        self.assertIsNone(self.consul.get("solder/gloo/leader"), "who only reads took part in who leads")
        said = self.solder("apply", "-f", "-", "--config", str(config), code=1, text=answer(201))
        self.assertIn('key_prefix "gloo/" { policy = "write" }', said)
        self.consul.stop()
        self.assertIn("does not answer", self.solder("apply", "-f", "-", "--config", str(config), code=1, text=answer(201)))

    def test_on_files(self):
        where = ("--config-dir", str(self.world.manifests))
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))
        self.world.write("stays.yaml", answer(200, "stays.test", "stays"))  # a Gateway without virtual services has no port
        self.world.start_solder()
        self.world.start_envoy()
        self.solder("apply", "-f", "-", *where, text=answer(201))
        self.world.until_status("/", 201)
        self.assertTrue((self.world.manifests / "VirtualService/gloo-system/routes.yaml").exists())
        self.solder("apply", "-f", "-", *where, text=answer(202))
        self.world.until_status("/", 202)
        self.assertIn("VirtualService gloo-system/routes", self.solder("get", "--stored", *where))
        self.solder("delete", "virtualservice", "routes", *where)
        self.world.until_status("/", 404)
        self.assertIn("did you mean", self.solder("delete", "virtualservise", "x", *where, code=2))


if __name__ == "__main__":
    unittest.main()
