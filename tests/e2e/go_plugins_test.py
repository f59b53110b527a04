"""Plugins in Go under traffic: the example's filter, a replacement that takes over the state, one that is bad, and processes that end."""
import os
import pathlib
import signal
import sys
import tempfile
import time
import unittest

from harness import BUILD, admin, get_json, until
from manifests import to, virtual_service
from plugin_world import PluginCase

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import go_plugins  # noqa: E402
import python_discovery_test  # noqa: E402

SOLDER = BUILD / "bin/solder"
ALLOWED = """    - {matchers: [{prefix: /office}], options: {allowFrom: [%s]}, routeAction: {%s}}
    - {matchers: [{prefix: /}], routeAction: {%s}}"""
TRIAL = "    - {matchers: [{prefix: /trial}], options: {trial: %s, prefixRewrite: /%s}, routeAction: {%s}}"
FOUND = """
apiVersion: v1
kind: Secret
metadata: {name: catalog, namespace: gloo-system}
stringData: {token: of-the-catalog}
---
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: found, namespace: gloo-system}
spec: {catalog: {url: "%s", every: 1s, token: {name: catalog, namespace: gloo-system}}}
"""


@unittest.skipUnless(go_plugins.HERE, "there is no Go")
class GoPlugins(PluginCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.built = pathlib.Path(directory.name)
        cls.allow_from = go_plugins.build(SOLDER, go_plugins.ALLOW_FROM, cls.built / "allow_from.plugin").read_bytes()
        cls.trial = go_plugins.build_trial(SOLDER, cls.built / "trial.plugin").read_bytes()

    def plugin(self, name):
        for plugin in get_json(self.world.admin_port, "/plugins")["plugins"]:
            if plugin["name"] == name and plugin["state"] != "refused":
                return plugin
        return None

    def until_plugin(self, name, **expected):
        def attempt():
            plugin = self.plugin(name)
            assert plugin is not None and {key: plugin.get(key) for key in expected} == expected, plugin
            return plugin
        return until(f"{name} is {expected}", attempt)

    def write_trial(self, value, path):
        self.world.write("trial.yaml", virtual_service("trial", TRIAL % (value, path, to("one")), domains="[trial.test]"))

    def until_path(self, path):
        def attempt():
            answer = self.world.get("/trial", host="trial.test")
            assert answer.status == 200 and answer.echo["path"] == path, answer
            return True
        until(f"/trial arrives as {path}", attempt)

    def test_the_example_filters_requests(self):
        world = self.world
        world.write("office.yaml", virtual_service("office", ALLOWED % ("10.0.0.0/8", to("one"), to("one"))))
        world.start_solder("--plugin-dir", self.plugins)
        world.start_envoy()
        # The key is nobody's yet; the file is dropped into the directory of the Solder that runs.
        world.until_state("VirtualService", "office", "Rejected", "the field allowFrom is not known")
        self.put(self.allow_from, "allow_from.plugin", 0o755)
        world.until_state("VirtualService", "office", "Accepted")
        world.until_status("/office", 403)
        self.assertEqual(200, world.get("/").status)
        world.write("office.yaml", virtual_service("office", ALLOWED % ("10.0.0.0/8, 127.0.0.1", to("one"), to("one"))))
        world.until_status("/office", 200)
        # What is wrong is said at its place, and the route keeps letting in whom it did.
        world.write("office.yaml", virtual_service("office", ALLOWED % ("10.0.0.0/8, ten", to("one"), to("one"))))
        until("the report names the entry", lambda: self.reported("office", "this is no network and no address"))
        self.assertEqual(200, world.get("/").status)

    def reported(self, name, words):
        report = self.world.report("VirtualService", name)
        assert words in str(report), report
        return True

    def test_replacements_and_ends(self):
        world = self.world
        self.put(self.trial, "trial.plugin", 0o755)
        self.write_trial("state", "start")
        config = world.directory / "solder.yaml"
        config.write_text("pluginIsolation: {plugins: {trial: in_process}}\n")
        world.start_solder("--plugin-dir", self.plugins, "--config", config)
        world.start_envoy()
        self.until_path("/start")
        running = self.until_plugin("trial", state="loaded", version="1.0.0")
        self.assertEqual("process", running["isolation"]["mode"])
        self.assertIn("whatever pluginIsolation says", str(running["warnings"]))
        first = running["isolation"]["pid"]
        # A newer version, with the state of the one before.
        newer = go_plugins.build_trial(SOLDER, self.built / "newer.plugin", version="2.0.0").read_bytes()
        self.put(newer, "trial.plugin", 0o755)
        second = self.until_plugin("trial", state="loaded", version="2.0.0")["isolation"]["pid"]
        self.assertNotEqual(first, second)
        until("the state is there", lambda: '"state+"' in admin(world.admin_port, "/snapshot").text)
        # One that ends at once is refused, and the one that runs goes on.
        self.put(go_plugins.build_trial(SOLDER, self.built / "bad.plugin", "crash", version="3.0.0").read_bytes(), "trial.plugin", 0o755)
        until("it is refused", lambda: self.refused("trial", "PreflightFailed", "main.go:"))
        self.assertEqual(second, self.plugin("trial")["isolation"]["pid"])
        # Back to the file that is right; killed, it comes again.
        self.put(newer, "trial.plugin", 0o755)
        os.kill(self.until_plugin("trial", state="loaded", version="2.0.0")["isolation"]["pid"], signal.SIGKILL)
        self.write_trial("two", "after")
        self.until_path("/after")
        # What it ends in is kept from it; everything else goes on.
        self.write_trial("exit", "never")
        until("the object says so", lambda: self.reported("trial", "it ended its process with exit code 7"))
        self.until_path("/after")
        self.write_trial("three", "mended")
        self.until_path("/mended")
        self.until_plugin("trial", state="loaded")

    def test_a_discovery_works_by_itself(self):
        world = self.world
        registry = python_discovery_test.Registry()
        self.addCleanup(registry.end)
        ports = {name: world.start_backend(name) for name in ("first", "second")}

        def know(name):
            registry.entries = [{"name": name, "address": "127.0.0.1", "port": ports[name]}, {"name": "odd", "address": "odd.test", "port": 1}]

        def answered_by(name):
            answer = world.get("/", host="found.test")
            assert answer.status == 200 and answer.backend == name, answer
            return True

        know("first")
        world.write("found.yaml", FOUND % registry.url)
        world.write("routes.yaml", virtual_service("found", "    - {matchers: [{prefix: /}], routeAction: {%s}}" % to("found"), domains="[found.test]"))
        self.put(go_plugins.build(SOLDER, go_plugins.CATALOG, self.built / "catalog.plugin").read_bytes(), "catalog.plugin", 0o755)
        world.start_solder("--plugin-dir", self.plugins)
        world.start_envoy()
        until("what it found is served", lambda: answered_by("first"))
        self.assertEqual("Bearer of-the-catalog", registry.authorization)
        world.until_state("Upstream", "found", "Warning", "BadEntry", "odd.test")
        # Its timers have it ask again; one that is away changes nothing.
        know("second")
        until("what it found later is served", lambda: answered_by("second"))
        registry.entries = 503
        world.until_state("Upstream", "found", "Warning", "CatalogFailed", "it answers with 503")
        answered_by("second")
        # Its instance has a process of its own; killed, another one begins anew and is told all.
        isolation = self.until_plugin("catalog", state="loaded")["isolation"]
        instance = isolation["morePids"][0]
        self.assertNotEqual(isolation["pid"], instance)
        os.kill(instance, signal.SIGKILL)
        know("first")
        until("another process asks", lambda: answered_by("first"))
        # An Upstream that goes is not asked for any more.
        world.remove("routes.yaml")
        world.remove("found.yaml")
        until("nobody asks", lambda: self.quiet(registry))

    def quiet(self, registry):
        before = registry.asked
        time.sleep(1.5)  # longer than the time between two requests
        return registry.asked == before

    def refused(self, name, reason, words):
        plugins = [plugin for plugin in get_json(self.world.admin_port, "/plugins")["plugins"] if plugin["name"] == name and plugin["state"] == "refused"]
        assert plugins and plugins[0]["reason"] == reason and words in plugins[0]["message"], plugins
        return True


if __name__ == "__main__":
    unittest.main(verbosity=2)
