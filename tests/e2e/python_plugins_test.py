"""Plugins in Python, dropped in, replaced, broken, rolled back and taken away while Envoy serves traffic.

SOLDER_RELOADS=200 is how often a file is replaced.
"""
import os
import pathlib
import re
import shutil
import subprocess
import time
import unittest

from harness import BUILD, get_json, until
from manifests import to, virtual_service
from plugin_world import PluginCase

RELOADS = int(os.environ.get("SOLDER_RELOADS", "200"))
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/plugins/python"
CLOSED = "    - {matchers: [{prefix: /}], options: {maintenance: {text: back at noon}}, routeAction: {%s}}"


class PythonPlugins(PluginCase):
    def setUp(self):
        super().setUp()
        self.world.write("plain.yaml", virtual_service("plain", "    - {matchers: [{prefix: /}], routeAction: {%s}}" % to("one")))

    def start(self):
        self.world.start_solder("--plugin-dir", self.plugins)
        self.world.start_envoy()
        self.world.until_status("/", 200)

    def drop(self, text, name):
        self.put(text.encode(), f"{name}.py")

    def plugin(self, name):
        """(state, version) of the one that runs, and (reason, message) of a file NAME.py that is refused."""
        running, refused = None, ("", "")
        for entry in get_json(self.world.admin_port, "/plugins")["plugins"]:
            if entry["state"] == "refused" and entry["file"].endswith(f"/{name}.py"):
                refused = entry["reason"], entry["message"]
            elif entry["state"] != "refused" and entry["name"] == name:
                running = entry["state"], entry["version"]
        return running, refused

    def until_refused(self, name, reason, words):
        def attempt():
            _, (found, message) = self.plugin(name)
            assert found == reason and re.search(words, message), (found, message)
            return True
        until(f"{name}.py is refused: {reason} {words}", attempt)

    def until_runs(self, name, version):
        """Envoys may have what a plugin gives a moment before the list of plugins says so."""
        def attempt():
            running, _ = self.plugin(name)
            assert running == ("loaded", version), running
            return True
        until(f"{name} {version} is loaded", attempt)

    def run_cli(self, *arguments):
        return subprocess.run([BUILD / "bin/solder", "plugin", *map(str, arguments), "--admin-address", f"127.0.0.1:{self.world.admin_port}"],
                              capture_output=True, text=True, timeout=120)

    def test_an_option_comes_changes_breaks_and_goes_under_traffic(self):
        world = self.world
        world.write("closed.yaml", virtual_service("closed", CLOSED % to("one"), domains="[closed.example.com]"))
        self.start()
        world.until_state("VirtualService", "closed", "Rejected", "maintenance")
        text = (EXAMPLES / "maintenance.py").read_text()
        file = self.plugins / "maintenance.py"
        with world.load("example.com/", rate=300) as figures:
            begin = time.monotonic()
            self.drop(text, "maintenance")
            world.until_state("VirtualService", "closed", "Accepted")
            print(f"from the drop to the accepted option: {(time.monotonic() - begin) * 1000:.0f} ms", flush=True)
            answer = world.until_status("/", 503, host="closed.example.com")
            self.assertEqual("back at noon", answer.text)
            # Another content.
            self.drop(text.replace("503", "429").replace('"1.0.0"', '"2.0.0"'), "maintenance")
            world.until_status("/", 429, host="closed.example.com")
            self.until_runs("maintenance", "2.0.0")
            # What is wrong with a content is told with its line, and the one before runs on.
            self.drop(text.replace("value = item.value", "value = = item.value"), "maintenance")
            self.until_refused("maintenance", "BadFile", rf"{file}:\d+: SyntaxError: invalid syntax: value = = item.value")
            self.drop(text.replace("value = item.value", "value = item.valeu"), "maintenance")
            self.until_refused("maintenance", "WouldReject", rf"{file}:\d+: AttributeError: 'Option' object has no attribute 'valeu'")
            self.drop(text.replace("value = item.value", "import os; os.abort()"), "maintenance")
            self.until_refused("maintenance", "PreflightFailed", "Aborted")
            self.assertEqual(("loaded", "2.0.0"), self.plugin("maintenance")[0])
            world.until_status("/", 429, host="closed.example.com")
            # Back, by hand.
            done = self.run_cli("rollback", "maintenance")
            self.assertEqual(0, done.returncode, done)
            world.until_status("/", 503, host="closed.example.com")
            # And away: what it last gave stays.
            file.unlink()
            world.until_state("VirtualService", "closed", "Warning", "PluginGone", "maintenance")
            world.until_status("/", 503, host="closed.example.com")
        self.assert_all_ok(figures)
        world.solder.end()
        world.start_solder("--plugin-dir", self.plugins)
        world.until_state("VirtualService", "closed", "Warning", "PluginGone", "maintenance")

    def test_an_exception_is_the_report_of_its_object(self):
        world = self.world
        self.start()
        text = (EXAMPLES / "maintenance.py").read_text()
        self.drop(text.replace("value = item.value", "value = item.value; print('closing', value); 1 // len(value['text'][1:])"), "maintenance")
        world.write("closed.yaml", virtual_service("closed", CLOSED % to("one"), domains="[closed.example.com]"))
        world.write("bad.yaml", virtual_service("bad", (CLOSED % to("one")).replace("back at noon", "x"), domains="[bad.example.com]"))
        report = world.until_state("VirtualService", "bad", "Warning", "PluginThrew", "maintenance.py:")
        self.assertIn("ZeroDivisionError", str(report))
        world.until_state("VirtualService", "closed", "Accepted")
        world.until_status("/", 503, host="closed.example.com")
        self.assertIn("[maintenance] closing {'text': 'back at noon'}", world.solder.tail(1000))

    def test_a_state_that_is_not_taken(self):
        self.start()
        keeps = "import solder\nsolder.plugin(version='1.0.0')\n@solder.option('route', 'keeps', schema=True)\ndef f(item, out):\n    pass\n@solder.save\ndef save():\n    return 1\n@solder.restore\ndef restore(version, state):\n    "
        self.drop(keeps + "pass\n", "keeps")
        self.until_runs("keeps", "1.0.0")
        self.drop((keeps + "raise ValueError(f'{version} knew {state}, which is too little')\n").replace("1.0.0", "2.0.0"), "keeps")
        # Why, in its own words with file and line.
        self.until_refused("keeps", "PreflightFailed", r"restore failed .*keeps\.py:11: ValueError: 1\.0\.0 knew 1, which is too little")
        self.until_runs("keeps", "1.0.0")

    def test_an_upstream_type(self):
        world = self.world
        ports = world.start_backend("b"), world.start_backend("c")
        members = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
        pool = "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: pool, namespace: gloo-system}\nspec: {pool: {members: [%s]%s}}\n"
        world.write("pool.yaml", pool % (members, ""))
        world.write("pools.yaml", virtual_service("pools", "    - {matchers: [{prefix: /}], routeAction: {%s}}" % to("pool"), domains="[pool.example.com]"))
        self.start()
        self.drop((EXAMPLES / "pool.py").read_text(), "pool")
        world.until_state("Upstream", "pool", "Accepted")
        world.until_status("/", 200, host="pool.example.com")
        answered = {world.get("/", host="pool.example.com").backend for _ in range(20)}
        self.assertEqual({"b", "c"}, answered)
        # One header, one member.
        world.write("pool.yaml", pool % (members, ", sticky: x-user"))
        def sticky():
            seen = {user: {world.get("/", host="pool.example.com", headers={"x-user": user}).backend for _ in range(10)} for user in "pqrstuvw"}
            assert all(len(each) == 1 for each in seen.values()) and len(set.union(*seen.values())) == 2, seen
            return True
        until("each user has one member", sticky)
        # What the plugin finds wrong is said at its place, and what was right serves on.
        world.write("pool.yaml", pool % (members + ', "nowhere"', ""))
        report = world.until_state("Upstream", "pool", "Warning", "BadMember")
        self.assertIn("spec.pool.members[2]", str(report))
        world.until_status("/", 200, host="pool.example.com")

    def test_install_and_remove(self):
        world = self.world
        world.write("closed.yaml", virtual_service("closed", CLOSED % to("one"), domains="[closed.example.com]"))
        self.start()
        source = world.directory / "maintenance.py"
        source.write_text("import solder\nsolder.nothing()\n")
        bad = self.run_cli("install", source, "--plugin-dir", self.plugins)
        self.assertEqual(1, bad.returncode)
        self.assertIn(f"{source}:2: AttributeError", bad.stderr)
        shutil.copy(EXAMPLES / "maintenance.py", source)
        good = self.run_cli("install", source, "--plugin-dir", self.plugins)
        self.assertEqual((0, True), (good.returncode, "plugin maintenance 1.0.0 runs" in good.stdout), good)
        world.until_status("/", 503, host="closed.example.com")
        gone = subprocess.run([BUILD / "bin/solder", "plugin", "remove", "maintenance", "--plugin-dir", self.plugins], capture_output=True, text=True, timeout=120)
        self.assertEqual(0, gone.returncode, gone)
        world.until_state("VirtualService", "closed", "Warning", "PluginGone")

    def test_many_reloads_grow_nothing(self):
        world = self.world
        world.write("closed.yaml", virtual_service("closed", CLOSED % to("one"), domains="[closed.example.com]"))
        text = (EXAMPLES / "maintenance.py").read_text()
        self.drop(text, "maintenance")
        self.start()
        world.until_status("/", 503, host="closed.example.com")
        reload_times, middle = [], None
        with world.load("example.com/", rate=300) as figures:
            for number in range(RELOADS):
                begin = time.monotonic()
                self.drop(text + f"# {number}\n", "maintenance")
                until(f"reload {number}", lambda number=number: self.reloads() == number + 1, 90)
                reload_times.append((time.monotonic() - begin) * 1000)
                if number == RELOADS // 2:
                    middle = self.figures()
        self.assert_all_ok(figures)
        after = self.figures()
        reload_times.sort()
        print(f"{RELOADS} reloads: {reload_times[len(reload_times) // 2]:.0f} ms each (median); mappings, files, KB: {middle} in the middle, {after} at the end", flush=True)
        self.assertLessEqual(after[0], middle[0] + 8, "mappings")
        self.assertLessEqual(after[1], middle[1] + 4, "open files")
        self.assertLessEqual(after[2], middle[2] + 4096, "memory, KB")

    def reloads(self):
        events = get_json(self.world.admin_port, "/plugins/history?plugin=maintenance")["events"]
        return sum(event["event"] == "reloaded" for event in events)

    def figures(self):
        pid = self.world.solder.process.pid
        with open(f"/proc/{pid}/maps") as maps:
            mapped = len(maps.readlines())
        # What is written, in memory or swapped out: pages of files come and go as the machine needs memory.
        with open(f"/proc/{pid}/status") as status:
            kilobytes = sum(int(each) for each in re.findall(r"(?:RssAnon|VmSwap):\s+(\d+)", status.read()))
        return mapped, len(os.listdir(f"/proc/{pid}/fd")), kilobytes


if __name__ == "__main__":
    unittest.main(verbosity=2)
