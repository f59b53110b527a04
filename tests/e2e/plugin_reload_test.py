"""Plugins dropped in, replaced, broken, rolled back and taken away while Envoys serve traffic.

SOLDER_RELOADS=200 is how often a plugin is replaced under load.
"""
import os
import shutil
import subprocess
import time
import unittest

from harness import BUILD, admin, free_port, get_json, until
from manifests import to, virtual_service
from plugin_world import SHIPPED, PluginCase

RELOADS = int(os.environ.get("SOLDER_RELOADS", "200"))
GENERATIONS = BUILD / "tests/plugin/plugins"
ROUTES = 1000
# What changes about a route is its stat prefix, which the plugin "swap" sets for whoever asks.
SWAP = "    - {matchers: [{prefix: /swap}], options: {swap: {}}, routeAction: {%s}}"


class PluginReload(PluginCase):
    def start(self, routes):
        self.world.write("routes.yaml", virtual_service("routes", "\n".join(routes)))
        self.world.start_solder("--plugin-dir", self.plugins)
        self.world.start_envoy()

    def start_solder_only(self, *flags):
        self.world.start_solder("--plugin-dir", self.plugins, *flags)

    def drop(self, built, name, more=b""):
        self.put(built.read_bytes() + more, f"{name}.so", 0o755)

    def plugin(self, name):
        """(state, version) of the one that runs, and the reason of one that is refused."""
        running, reason, message = None, "", ""
        for entry in get_json(self.world.admin_port, "/plugins")["plugins"]:
            if entry["name"] != name:
                continue
            if entry["state"] == "refused":
                reason, message = entry["reason"], entry["message"]
            else:
                running = (entry["state"], entry["version"])
        return running, reason, message

    def until_plugin(self, name, state, version, reason=""):
        def attempt():
            running, found, message = self.plugin(name)
            assert running == (state, version) and found == reason, (running, found, message)
            return message or True
        return until(f"plugin {name} {version} {state} {reason}", attempt)

    def stat_prefix(self):
        text = admin(self.world.admin_port, "/snapshot").text
        return [word for word in ("one", "two") if f'"statPrefix": "{word}"' in text]

    def history(self, name):
        return get_json(self.world.admin_port, f"/plugins/history?plugin={name}")["events"]

    def run_cli(self, *arguments):
        return subprocess.run([BUILD / "bin/solder", "plugin", *map(str, arguments)], capture_output=True, text=True, timeout=180)

    def admin_flags(self):
        return "--admin-address", f"127.0.0.1:{self.world.admin_port}"

    def test_from_nothing_to_a_version_and_back(self):
        world = self.world
        self.start([SWAP % to("one")])
        world.until_state("VirtualService", "routes", "Rejected", "swap")
        begin = time.monotonic()
        self.drop(GENERATIONS / "swap_1.so", "swap")
        until("the option is live", lambda: self.stat_prefix() == ["one"])
        print(f"from the drop to the option: {(time.monotonic() - begin) * 1000:.0f} ms", flush=True)
        world.until_state("VirtualService", "routes", "Accepted")
        world.until_status("/swap", 200)
        # Replaced: what it changes can be read.
        self.drop(GENERATIONS / "swap_2.so", "swap")
        self.until_plugin("swap", "loaded", "2.0.0")
        self.assertEqual(["two"], self.stat_prefix())
        last = self.history("swap")[-1]
        self.assertEqual(("reloaded", "2.0.0"), (last["event"], last["version"]))
        self.assertTrue(any("one → two" in line for line in last["diff"]), last)
        # Bad versions: the old one runs on and the reason is told.
        for bad, reason in (("swap_crash_open", "PreflightFailed"), ("swap_crash_call", "PreflightFailed"), ("swap_strict", "WouldReject"), ("bad_no_manifest", "NoManifest")):
            self.drop(GENERATIONS / f"{bad}.so", "swap")
            name = "swap" if reason != "NoManifest" else ""
            until(f"{bad} is refused", lambda reason=reason, name=name: self.plugin(name)[1] == reason)
            self.assertEqual(("loaded", "2.0.0"), self.plugin("swap")[0])
            self.assertEqual(["two"], self.stat_prefix())
            world.until_state("VirtualService", "routes", "Accepted")
        # Back, by hand; the file that is in the way is not taken again.
        self.drop(GENERATIONS / "swap_1.so", "swap")
        self.until_plugin("swap", "loaded", "1.0.0")
        done = self.run_cli("rollback", "swap", *self.admin_flags())
        self.assertEqual(0, done.returncode, done)
        self.assertEqual(("loaded", "2.0.0"), self.plugin("swap")[0])
        self.assertEqual("RolledBack", self.plugin("swap")[1])
        # The command lists what runs, which is not what the directory has.
        done = self.run_cli("list", *self.admin_flags())
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^swap +2\.0\.0 +loaded +")
        self.assertRegex(done.stdout, r"(?m)^swap +- +refused +- +RolledBack +swap\.so")
        self.assertNotIn("RolledBack", self.run_cli("list", "--plugin-dir", self.plugins).stdout)
        nobody = self.run_cli("list", "--admin-address", f"127.0.0.1:{free_port()}")
        self.assertEqual((3, ""), (nobody.returncode, nobody.stdout))
        self.assertIn("--plugin-dir lists files without one", nobody.stderr)
        self.assertEqual(["two"], self.stat_prefix())
        shown = self.run_cli("history", "swap", *self.admin_flags()).stdout
        for word in ("loaded", "reloaded", "refused", "rolled_back", "WouldReject", "one → two"):
            self.assertIn(word, shown)

    def test_taken_away_and_back(self):
        world = self.world
        self.drop(GENERATIONS / "swap_1.so", "swap")
        self.start([SWAP % to("one"), "    - {matchers: [{prefix: /plain}], routeAction: {%s}}" % to("one")])
        world.until_state("VirtualService", "routes", "Accepted")
        (self.plugins / "swap.so").unlink()
        world.until_state("VirtualService", "routes", "Warning", "PluginGone", "swap")
        self.assertEqual(["one"], self.stat_prefix())
        world.until_status("/swap", 200)
        # Over a restart, too.
        world.solder.end()
        self.start_solder_only()
        world.until_state("VirtualService", "routes", "Warning", "PluginGone")
        self.assertRegex(self.run_cli("list", *self.admin_flags()).stdout, r"(?m)^swap +1\.0\.0 +gone\* ")
        self.assertEqual(["one"], self.stat_prefix())
        # An edit of what uses it is an error; of something else not.
        world.edit("routes.yaml", "/plain", "/other")
        world.until_status("/other", 200)
        world.until_state("VirtualService", "routes", "Warning", "PluginGone")
        world.edit("routes.yaml", "swap: {}", "swap: {}, timeout: 5s")
        world.until_state("VirtualService", "routes", "Warning", "PluginGone", "RouteLeftOut")
        self.drop(GENERATIONS / "swap_2.so", "swap")
        world.until_state("VirtualService", "routes", "Accepted")
        self.assertEqual(["two"], self.stat_prefix())

    def test_an_upstream_type_that_is_taken_away_goes_on(self):
        world = self.world
        self.start(["    - {matchers: [{prefix: /}], routeAction: {%s}}" % to("one")])
        world.until_status("/", 200)
        with world.load("example.com/", rate=500) as figures:
            (self.plugins / "static.so").unlink()
            world.until_state("Upstream", "one", "Warning", "PluginGone")
            time.sleep(0.5)
            shutil.copy(SHIPPED / "static.so", self.plugins / "static.so")
            world.until_state("Upstream", "one", "Accepted")
            time.sleep(0.5)
        self.assert_all_ok(figures)

    def test_many_reloads_under_load_lose_nothing(self):
        world = self.world
        routes = [f"    - {{matchers: [{{prefix: /path-{number}}}], options: {{timeout: {number + 1}s}}, routeAction: {{{to('one')}}}}}" for number in range(ROUTES)]
        self.start(routes)
        world.until_status(f"/path-{ROUTES - 1}", 200)
        bytes_before = world.metric("solder_xds_bytes_sent_total")
        streams_before = world.metric("solder_xds_streams_total")
        figures_of = self.figures()
        with world.load("example.com/path-1", "example.com/path-7", rate=2000) as figures:
            for number in range(RELOADS):
                more = f"generation {number}".encode()
                self.drop(SHIPPED / "routing.so", "routing", more)
                until(f"reload {number}", lambda number=number: self.reloads("routing") == number + 1, 90)
        self.assert_all_ok(figures)
        self.assertEqual(bytes_before, world.metric("solder_xds_bytes_sent_total"), "equal output sends nothing")
        self.assertEqual(streams_before, world.metric("solder_xds_streams_total"), "no stream was dropped")
        events = [event for event in self.history("routing") if event["event"] == "reloaded"]
        self.assertEqual([], [event for event in events if not 0 < event["pauseCpuMs"] <= event["pauseMs"] + 0.1])
        pauses = sorted(event["pauseMs"] for event in events)
        print(f"{RELOADS} reloads with {ROUTES} routes: translation stood still for {pauses[len(pauses) // 2]:.1f} ms (median), {pauses[-1]:.1f} ms (most)", flush=True)
        until("older generations are gone", lambda: self.figures()[0] <= figures_of[0] + 2)
        after = self.figures()
        print(f"mappings of plugins, files, memory: {figures_of} → {after}", flush=True)
        self.assertLessEqual(after[1], figures_of[1] + 4, "open files")

    def reloads(self, name):
        return sum(event["event"] == "reloaded" for event in self.history(name))

    def figures(self):
        pid = self.world.solder.process.pid
        with open(f"/proc/{pid}/maps") as maps:
            mapped = {line.split()[-1] for line in maps if "/plugins/routing-" in line}
        files = len(os.listdir(f"/proc/{pid}/fd"))
        with open(f"/proc/{pid}/statm") as memory:
            return len(mapped), files, int(memory.read().split()[1]) * 4096

    def test_install_and_remove(self):
        world = self.world
        self.start([SWAP % to("one")])
        where = ("--plugin-dir", self.plugins)
        bad = self.run_cli("install", GENERATIONS / "swap_crash_open.so", *where, *self.admin_flags())
        self.assertEqual(1, bad.returncode)
        self.assertIn("Aborted while being opened", bad.stderr)
        good = self.run_cli("install", GENERATIONS / "swap_1.so", *where, *self.admin_flags())
        self.assertEqual((0, True), (good.returncode, "plugin swap 1.0.0 runs" in good.stdout), good)
        world.until_state("VirtualService", "routes", "Accepted")
        # One that claims what another has is told so, and has the rest.
        thief = world.directory / "thief.py"
        thief.write_text("import solder\n@solder.option('route', 'timeout', schema=True)\n@solder.option('route', 'mine', schema=True)\ndef f(item, out):\n    pass\n")
        partly = self.run_cli("install", thief, *where, *self.admin_flags())
        self.assertEqual(0, partly.returncode, partly)
        words = "route:timeout belongs to plugin routing, whose name comes first; keyOwners in Solder's configuration may choose [KeyClaimed]"
        self.assertIn(f"but not all of it: {words}", partly.stdout)
        self.assertEqual(1, world.solder.log.read_text().count(f"plugin thief: {words}"))
        gone = self.run_cli("remove", "swap", *where)
        self.assertEqual(0, gone.returncode, gone)
        world.until_state("VirtualService", "routes", "Warning", "PluginGone")
        forgotten = self.run_cli("forget", "swap", *self.admin_flags())
        self.assertEqual(0, forgotten.returncode, forgotten)
        world.until_state("VirtualService", "routes", "Rejected", "swap")

    def test_only_what_is_trusted_runs(self):
        world = self.world
        key, public = world.directory / "key.pem", world.directory / "release.pem"
        run = lambda *command: subprocess.run(list(map(str, command)), check=True, capture_output=True)
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key)
        run("openssl", "pkey", "-in", key, "-pubout", "-out", public)
        sign = lambda file: run("openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", file, "-out", f"{file}.sig")
        for plugin in self.plugins.glob("*.so"):
            sign(plugin)
        (world.directory / "solder.yaml").write_text(f"pluginTrust: {{keys: [{public}]}}\n")
        world.write("routes.yaml", virtual_service("routes", SWAP % to("one")))
        self.start_solder_only("--config", world.directory / "solder.yaml")
        self.drop(GENERATIONS / "swap_1.so", "swap")
        until("it is refused", lambda: self.plugin("swap")[1] == "NotTrusted")
        sign(self.plugins / "swap.so")
        self.until_plugin("swap", "loaded", "1.0.0")
        self.assertEqual("key release.pem", self.history("swap")[-1]["trustedBy"])
        self.drop(GENERATIONS / "swap_2.so", "swap")
        until("the signature is of another content", lambda: self.plugin("swap")[1] == "BadSignature")
        self.assertEqual(("loaded", "1.0.0"), self.plugin("swap")[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
