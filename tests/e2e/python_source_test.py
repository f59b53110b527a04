"""A source of objects in Python: Secrets of a key server reach Envoy, follow what the server has, and stay while it is away; in Solder's process and in one of the plugin's own;
a file that is replaced while a request is under way; what became of its objects is told to it."""
import json
import pathlib
import unittest

import certificates
from harness import get_json, request, until
from manifests import prefix_route, ssl_config, virtual_service
from plugin_world import PluginCase
from python_discovery_test import Registry

EXAMPLE = (pathlib.Path(__file__).resolve().parents[2] / "examples/plugins/python/keyring.py").read_text()
STATUS = '''
    def status(self, ref, status):
        print(f"told {ref.name} {status['state'] if status else 'nothing'}")
'''


class PythonSource(PluginCase):
    def setUp(self):
        super().setUp()
        self.keys = Registry()  # answers with whatever `entries` is
        self.addCleanup(self.keys.end)
        self.put(EXAMPLE.encode(), "keyring.py")
        self.world.write("a.yaml", virtual_service("a", prefix_route("/", "one"), "[a.test]", ssl=ssl_config("a", "a.test")))
        self.settings = self.world.directory / "solder.yaml"

    def has(self, **pairs):
        self.keys.entries = [{"name": name, "certificate": pair.certificate, "key": pair.key} for name, pair in pairs.items()]

    def serve(self, isolation="in_process"):
        config = {"pluginConfig": {"keyring": {"url": self.keys.url, "every": "0.3s"}}, "pluginIsolation": {"plugins": {"keyring": isolation}}}
        self.settings.write_text(json.dumps(config))
        self.world.start_solder("--plugin-dir", self.plugins, "--config", self.settings)
        self.world.start_envoy()

    def until_secure(self, pair):
        def attempt():
            answer = request(self.world.https_port, "/", host="a.test", sni="a.test")
            assert (answer.status, answer.peer_certificate) == (200, pair.der), answer
            return True
        until("a.test answers with its certificate", attempt)

    def until_source(self, *words):
        self.world.until_state("ConfigSource", "keyring", "Warning", *words, namespace="")

    def test_a_key_server(self):
        self.a_key_server("in_process")

    def test_a_key_server_by_processes(self):
        self.a_key_server("process")

    def a_key_server(self, isolation):
        first, second = certificates.make("a.test"), certificates.make("a.test")
        self.has(a=first)
        self.serve(isolation)
        self.until_secure(first)
        self.has(a=second)
        self.until_secure(second)
        # Away, or talking nonsense: named, and what was known serves on.
        self.keys.entries = 503
        self.until_source("KeyServerFailed", "it answers 503")
        self.keys.entries = [{"name": "a"}]
        self.until_source("KeyServerFailed", "certificate")
        self.until_secure(second)
        # Replaced while a request is under way: the new one asks for itself.
        self.keys.slow = True
        before = self.keys.asked
        until("it is asked", lambda: self.keys.asked > before)
        self.put(EXAMPLE.replace("1.0.0", "2.0.0").replace("@solder.source\nclass Keyring:\n", "@solder.source\nclass Keyring:" + STATUS).encode(), "keyring.py")
        until("2.0.0 runs", lambda: ["2.0.0"] == [each["version"] for each in get_json(self.world.admin_port, "/plugins")["plugins"] if each["name"] == "keyring" and each["state"] == "loaded"])
        self.has(a=first)
        self.keys.slow = False
        self.until_secure(first)
        until("it is told", lambda: "told a Accepted" in self.world.solder.log.read_text())
        # One that is not there any more is missed by who names it, and its last good version stays.
        self.has(other=second)
        self.world.until_state("VirtualService", "a", "Rejected", "a")
        self.assertNotIn(first.key.splitlines()[1], json.dumps(get_json(self.world.admin_port, "/snapshot")), "no key is shown")


if __name__ == "__main__":
    unittest.main(verbosity=2)
