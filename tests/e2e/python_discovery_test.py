"""Discovery in Python under traffic: a registry that is asked by a coroutine, its endpoints that change, a registry that is away, a file that is replaced while a
request is under way."""
import http.server
import json
import pathlib
import threading
import time
import unittest

from harness import get_json, until
from manifests import prefix_route, virtual_service
from plugin_world import PluginCase

EXAMPLE = (pathlib.Path(__file__).resolve().parents[2] / "examples/plugins/python/registry.py").read_text()


class Registry:
    """What the plugin asks. `entries`: what it answers with, or a status."""

    def __init__(self):
        self.entries, self.asked, self.slow, self.authorization = [], 0, False, None
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked += 1
                registry.authorization = self.headers.get("authorization")
                while registry.slow:
                    time.sleep(0.01)
                status = registry.entries if isinstance(registry.entries, int) else 200
                body = json.dumps(registry.entries).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def end(self):
        self.slow = False
        self.server.shutdown()
        self.server.server_close()


class PythonDiscovery(PluginCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry()
        self.addCleanup(self.registry.end)
        world = self.world
        self.ports = {name: world.start_backend(name) for name in ("first", "second")}
        self.put(EXAMPLE.encode(), "registry.py")
        world.write("found.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: found, namespace: gloo-system}}
spec: {{registry: {{url: "{self.registry.url}", every: 1s}}}}
""")
        world.write("routes.yaml", virtual_service("web", prefix_route("/", "found")))

    def know(self, *names):
        self.registry.entries = [{"name": name, "address": "127.0.0.1", "port": self.ports[name]} for name in names]

    def until_backend(self, name):
        def attempt():
            answer = self.world.get("/")
            assert answer.status == 200 and answer.backend == name, answer
            return True
        until(f"/ is answered by {name}", attempt)

    def until_version(self, version):
        def attempt():
            versions = [each["version"] for each in get_json(self.world.admin_port, "/plugins")["plugins"] if each["name"] == "registry" and each["state"] == "loaded"]
            assert versions == [version], versions
            return True
        until(f"registry {version} runs", attempt)

    def until_asked_again(self):
        before = self.registry.asked
        until("it is asked again", lambda: self.registry.asked > before)

    def test_a_registry(self):
        self.a_registry()

    def test_a_registry_by_processes(self):
        settings = self.world.directory / "solder.yaml"
        settings.write_text("pluginIsolation: {plugins: {registry: process}}\n")
        self.a_registry("--config", settings)
        isolation = next(each["isolation"] for each in get_json(self.world.admin_port, "/plugins")["plugins"] if each["name"] == "registry")
        self.assertEqual("process", isolation["mode"])

    def a_registry(self, *arguments):
        world, registry = self.world, self.registry
        self.know("first")
        world.start_solder("--plugin-dir", self.plugins, *arguments)
        world.start_envoy()
        self.until_backend("first")
        self.know("second")
        self.until_backend("second")
        world.until_state("Upstream", "found", "Accepted")
        registry.entries = 503
        world.until_state("Upstream", "found", "Warning", "the registry answers 503", "RegistryFailed")
        self.until_backend("second")
        # One that fails by an exception is named with its line, and goes on later.
        self.put(EXAMPLE.replace("        while True:", "        if found.value['every'] == '2s': raise KeyError('odd')\n        while True:").replace("1.0.0", "1.1.0").encode(),
                 "registry.py")
        self.until_version("1.1.0")
        self.until_asked_again()
        world.edit("found.yaml", "1s", "2s")
        world.until_state("Upstream", "found", "Warning", "registry.py", "KeyError", "odd")
        world.edit("found.yaml", "2s", "1s")
        self.know("first")
        self.until_backend("first")
        # Replaced while a request is under way: nothing of the old one comes back, and the new one asks for itself.
        registry.slow = True
        self.until_asked_again()
        self.put(EXAMPLE.replace("1.0.0", "2.0.0").encode(), "registry.py")
        self.until_version("2.0.0")
        registry.slow = False
        self.know("second")
        self.until_backend("second")
        world.until_state("Upstream", "found", "Accepted")
        # An upstream that goes is not asked for any more.
        world.remove("found.yaml")
        until("nobody asks", lambda: self.quiet())

    def quiet(self):
        before = self.registry.asked
        time.sleep(1.5)  # longer than the time between two requests
        return self.registry.asked == before


if __name__ == "__main__":
    unittest.main(verbosity=2)
