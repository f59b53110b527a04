"""The examples that find things, built as a stranger builds them from what is installed, under traffic: endpoints in a JSON file, upstreams in a directory."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from harness import BUILD, get_json, until
from manifests import prefix_route, virtual_service
from plugin_world import PluginCase

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/plugins"
CMAKE = os.environ.get("CMAKE_COMMAND", "cmake")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr


def setUpModule():
    directory = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(directory.cleanup)
    scratch = pathlib.Path(directory.name)
    run(CMAKE, "--install", BUILD, "--component", "sdk", "--prefix", scratch / "prefix")
    for name in ("endpoints_file", "upstreams_folder"):
        run(CMAKE, "-G", "Ninja", "-B", scratch / name, "-S", EXAMPLES / name, f"-DCMAKE_PREFIX_PATH={scratch / 'prefix'}")
        run(CMAKE, "--build", scratch / name)
        BUILT[name] = scratch / name / f"lib/solder/plugins/{name}.so"


BUILT = {}


class ExamplePlugins(PluginCase):
    def start(self, name, isolated=False, **config):
        world = self.world
        self.put(BUILT[name].read_bytes(), f"{name}.so", 0o755)
        self.found = world.directory / "found"
        self.found.mkdir()
        settings = world.directory / "solder.yaml"
        isolation = {"plugins": {name: "process"}, "readablePaths": [str(self.found)]} if isolated else {}
        settings.write_text(json.dumps({"pluginConfig": {name: {"directory": str(self.found), **config}}, "pluginIsolation": isolation}))
        world.write("routes.yaml", virtual_service("web", prefix_route("/", "found")))
        world.start_solder("--plugin-dir", self.plugins, "--config", settings, ready=False)
        world.start_envoy()

    def until_backend(self, name):
        def attempt():
            answer = self.world.get("/")
            assert answer.status == 200 and answer.backend == name, answer
            return True
        until(f"/ is answered by {name}", attempt)

    def isolation(self, name):
        return next(plugin["isolation"] for plugin in get_json(self.world.admin_port, "/plugins")["plugins"] if plugin["name"] == name)

    def kill_what_works_by_itself(self, name):
        """Another one comes, and knows nothing of what this one knew."""
        pid, = until("there is a process", lambda: self.isolation(name)["morePids"])
        os.kill(pid, signal.SIGKILL)
        until("there is another process", lambda: self.isolation(name)["morePids"] not in ([], [pid]))

    def write(self, name, text):
        staging = self.found / f".{name}"
        staging.write_text(text)
        staging.rename(self.found / name)

    def test_the_kit(self):
        for name, file in BUILT.items():
            with self.subTest(name):
                cases = EXAMPLES / name / "testdata"
                run(BUILD / "bin/solder", "plugin", "check", file, *(["--testdata", cases] if cases.is_dir() else []))

    def test_endpoints_in_a_file(self):
        self.endpoints_in_a_file(isolated=False)

    def test_endpoints_in_a_file_by_processes(self):
        self.endpoints_in_a_file(isolated=True)

    def endpoints_in_a_file(self, isolated):
        world = self.world
        ports = {name: world.start_backend(name) for name in ("first", "second")}
        world.write("found.yaml", """
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: found, namespace: gloo-system}
spec: {endpointsFile: {file: shop.json}}
""")
        self.start("endpoints_file", isolated)
        world.until_state("Upstream", "found", "Warning", "BadEndpointsFile")
        for name in ports:
            self.write("shop.json", json.dumps([{"name": "one", "address": "127.0.0.1", "port": ports[name]}]))
            self.until_backend(name)
        world.until_state("Upstream", "found", "Accepted")
        # What others break is said, and what was found before stays.
        self.write("shop.json", json.dumps([{"name": "one", "address": "127.0.0.1", "port": "none"}]))
        world.until_state("Upstream", "found", "Warning", "an entry that is no endpoint", "spec.endpointsFile.file")
        self.until_backend("second")
        if not isolated:
            return
        self.assertEqual("process", self.isolation("endpoints_file")["mode"])
        self.kill_what_works_by_itself("endpoints_file")
        self.until_backend("second")
        self.write("shop.json", json.dumps([{"name": "one", "address": "127.0.0.1", "port": ports["first"]}]))
        self.until_backend("first")
        world.until_state("Upstream", "found", "Accepted")

    def test_upstreams_in_a_directory(self):
        self.upstreams_in_a_directory(isolated=False)

    def test_upstreams_in_a_directory_by_processes(self):
        self.upstreams_in_a_directory(isolated=True)

    def upstreams_in_a_directory(self, isolated):
        world = self.world
        ports = {name: world.start_backend(name) for name in ("first", "second")}
        self.start("upstreams_folder", isolated)
        for name in ports:
            self.write("found", f"127.0.0.1:{ports[name]}\n")
            self.until_backend(name)
        self.write("found", f"127.0.0.1:{ports['second']}\nnowhere\n")
        world.until_state("ConfigSource", "upstreams_folder", "Warning", "a line is no host:port", namespace="")
        self.until_backend("second")
        if isolated:
            self.kill_what_works_by_itself("upstreams_folder")
            self.until_backend("second")
        # What goes while nobody looks is found gone by who looks next.
        (self.found / "found").unlink()
        world.until_state("VirtualService", "web", "Warning", "found")


if __name__ == "__main__":
    unittest.main(verbosity=2)
