"""Plugins in processes of their own, with real Envoys: shipped ones unchanged, killed, stopped and hostile ones.

SOLDER_KILLS=1000 is how often a process is killed while its objects are edited.
"""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

from harness import BUILD, Case, get_json, until
from manifests import gateways, to, upstream, virtual_service

KILLS = int(os.environ.get("SOLDER_KILLS", "50"))
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/plugins/python"
SHIPPED = BUILD / "lib/solder/plugins"
BUILT = BUILD / "tests/plugin/plugins"
PLAIN = "    - {matchers: [{prefix: /plain}], options: {headerManipulation: {responseHeadersToAdd: [{header: {key: x-plain, value: %s}}]}}, routeAction: {%s}}"
TIMED = "    - {matchers: [{prefix: /timed}], options: {prefixRewrite: /%s}, routeAction: {%s}}"
CLOSED = "    - {matchers: [{prefix: /closed}], options: {maintenance: {text: %s}}, routeAction: {%s}}"
HOSTILE = "    - {matchers: [{prefix: /hostile}], options: {hostile: %s, prefixRewrite: /%s}, routeAction: {%s}}"


class Isolation(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        self.plugins = world.directory / "plugins"
        shutil.copytree(SHIPPED, self.plugins)
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstream.yaml", upstream("one", world.start_backend("a")))
        self.write_plain("first")
        self.write_timed("first")

    def write_plain(self, value):
        self.world.write("plain.yaml", virtual_service("plain", PLAIN % (value, to("one")), domains="[plain.test]"))

    def write_timed(self, value):
        self.world.write("timed.yaml", virtual_service("timed", TIMED % (value, to("one")), domains="[timed.test]"))

    def write_hostile(self, value, path="start"):
        self.world.write("hostile.yaml", virtual_service("hostile", HOSTILE % (value, path, to("one")), domains="[hostile.test]"))

    def start(self, isolation):
        config = self.world.directory / "solder.yaml"
        config.write_text(f"pluginIsolation: {isolation}\n")
        self.world.start_solder("--plugin-dir", self.plugins, "--config", config)
        self.world.start_envoy()

    def isolation(self, name):
        for plugin in get_json(self.world.admin_port, "/plugins")["plugins"]:
            if plugin["name"] == name and plugin["state"] != "refused":
                return {**plugin["isolation"], "state": plugin["state"]}
        return None

    def until_plain(self, value):
        def attempt():
            answer = self.world.get("/plain", host="plain.test")
            assert answer.status == 200 and answer.headers.get("x-plain") == value, answer
            return True
        until(f"/plain has {value}", attempt)

    def until_path(self, host, path, expected):
        def attempt():
            answer = self.world.get(path, host=host)
            assert answer.status == 200 and answer.echo["path"] == expected, answer
            return True
        until(f"{host}{path} arrives as {expected}", attempt)

    def test_shipped_plugins_work_the_same(self):
        self.start("{plugins: {routing: process, headers: process, static: process}}")
        for name in ("routing", "headers", "static"):
            self.assertEqual(("process", "loaded"), (self.isolation(name)["mode"], self.isolation(name)["state"]))
        self.assertEqual("in_process", self.isolation("cors")["mode"])
        self.until_plain("first")
        self.until_path("timed.test", "/timed", "/first")
        self.write_timed("second")
        self.until_path("timed.test", "/timed", "/second")
        self.world.until_state("VirtualService", "timed", "Accepted")

    def test_killed_again_and_again_while_objects_are_edited(self):
        world = self.world
        self.start("{plugins: {routing: process, static: process}}")
        self.until_path("timed.test", "/timed", "/first")
        chance = random.Random(6)
        memory, killed = [], set()

        def another():
            pid = (self.isolation("routing") or {}).get("pid")
            return pid if pid and pid not in killed else None

        for number in range(KILLS):
            pid = until("there is another process", another)
            if number % 3 == 0:
                self.write_timed(f"edit-{number}")
            time.sleep(chance.random() * 0.03)
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
            if number % (KILLS // 10) == 0:
                memory.append(self.resident())
        self.write_timed("last")
        self.until_path("timed.test", "/timed", "/last")
        world.until_state("VirtualService", "timed", "Accepted")
        self.until_plain("first")
        figures = self.isolation("routing")
        print(f"{KILLS} kills: {figures['deaths']} processes ended; memory of Solder {memory[1] // 1024} → {self.resident() // 1024} MB", flush=True)
        self.assertEqual("loaded", figures["state"])
        self.assertEqual(figures["deaths"], KILLS)
        self.assertLess(self.resident() - memory[1], 24 * 1024, memory)

    def resident(self):
        with open(f"/proc/{self.world.solder.process.pid}/status") as status:
            return int(next(line.split()[1] for line in status if line.startswith("VmRSS")))

    def test_one_that_is_stopped_holds_up_nobody(self):
        world = self.world
        self.start("{plugins: {routing: process}}")
        self.until_path("timed.test", "/timed", "/first")
        stopped = self.isolation("routing")["pid"]
        os.kill(stopped, signal.SIGSTOP)
        self.write_timed("second")
        self.write_plain("second")
        self.until_plain("second")
        # Its version before is served until it answers: nothing is ever missing or wrong.
        seen = ""
        while seen != "/second":
            answer = world.get("/timed", host="timed.test")
            self.assertEqual(200, answer.status, answer)
            seen = answer.echo["path"]
            self.assertIn(seen, ("/first", "/second"))
        world.until_state("VirtualService", "timed", "Accepted")
        # What the new process gave is served before the history says that it came.
        events = until("the history tells of both", lambda: self.told("routing", ["degraded", "recovered"]))
        until("it has another process", lambda: self.isolation("routing")["pid"] != stopped)
        self.assertIn("did not come back in time while in a call", next(event["message"] for event in events if event["event"] == "degraded"))

    def told(self, name, expected):
        events = self.events(name)
        kinds = [event["event"] for event in events if event["event"] != "loaded"]
        assert kinds == expected, kinds
        return events

    def events(self, name):
        return get_json(self.world.admin_port, f"/plugins/history?plugin={name}")["events"]

    def test_a_hostile_one_harms_itself_alone(self):
        world = self.world
        shutil.copy(BUILT / "hostile.so", self.plugins / "hostile.so")
        self.write_hostile("good")
        self.start("{}")
        self.assertEqual("process", self.isolation("hostile")["mode"], "its manifest says so")
        self.until_path("hostile.test", "/hostile", "/start")
        for number, value in enumerate(("crash", "gigabyte", "memory")):
            self.write_hostile(value, f"bad-{number}")
            world.until_state("VirtualService", "hostile", "Warning", "PluginUnavailable")
            self.assertEqual("/start", world.get("/hostile", host="hostile.test").echo["path"], "its version before is served")
            self.write_plain(f"during-{number}")
            self.until_plain(f"during-{number}")
        self.write_hostile("good", "end")
        self.until_path("hostile.test", "/hostile", "/end")
        world.until_state("VirtualService", "hostile", "Accepted")
        self.assertEqual("loaded", until("it serves again", lambda: self.isolation("hostile")["state"] == "loaded" and self.isolation("hostile"))["state"])

    def test_what_solder_crashed_in_gets_a_process(self):
        world = self.world
        shutil.copy(BUILT / "hostile.so", self.plugins / "hostile.so")
        self.write_hostile("good")
        self.start("{default: in_process}")
        self.until_path("hostile.test", "/hostile", "/start")
        self.assertEqual("in_process", self.isolation("hostile")["mode"])
        self.write_hostile("abort", "bad")
        until("Solder is gone", lambda: not world.solder.alive())
        self.assertEqual("/start", world.get("/hostile", host="hostile.test").echo["path"], "Envoy serves on")
        world.start_solder("--plugin-dir", self.plugins, "--config", world.directory / "solder.yaml")
        world.until_state("VirtualService", "hostile", "Warning", "PluginUnavailable", "Aborted")
        self.assertEqual("process", self.isolation("hostile")["mode"])
        self.assertIn("crashed", [event["event"] for event in self.events("hostile")])
        # The new process remembers nothing: its version before is served as soon as it answers again.
        self.until_path("hostile.test", "/hostile", "/start")
        self.write_hostile("good", "end")
        self.until_path("hostile.test", "/hostile", "/end")

    def test_parked_and_revived_by_hand(self):
        world = self.world
        shutil.copy(BUILT / "hostile.so", self.plugins / "hostile.so")
        self.write_hostile("abort")
        self.start("{}")
        until("it is parked", lambda: self.isolation("hostile")["state"] == "parked", 90)
        self.write_hostile("good")
        world.until_state("VirtualService", "hostile", "Warning", "PluginUnavailable")
        done = self.run_cli("revive", "hostile")
        self.assertEqual((0, True), (done.returncode, "runs in process" in done.stdout), done)
        world.until_state("VirtualService", "hostile", "Accepted")
        self.until_path("hostile.test", "/hostile", "/start")
        until("the history tells of both", lambda: {"parked", "revived"} <= {event["event"] for event in self.events("hostile")})
        self.assertEqual(1, self.run_cli("revive", "routing").returncode, "it runs in Solder's process")

    def test_dropped_and_live(self):
        self.start("{}")
        self.until_plain("first")
        self.write_hostile("good")
        self.world.until_state("VirtualService", "hostile", "Rejected", "hostile")
        begin = time.monotonic()
        staging = self.plugins / ".hostile.new"
        shutil.copy(BUILT / "hostile.so", staging)
        staging.rename(self.plugins / "hostile.so")
        until("its option is live", lambda: self.world.get("/hostile", host="hostile.test").status == 200)
        print(f"from the drop to the option in Envoy: {(time.monotonic() - begin) * 1000:.0f} ms", flush=True)

    def test_a_python_file_with_a_process_of_its_own(self):
        world = self.world
        self.start("{plugins: {maintenance: process, other: process}}")
        self.until_plain("first")
        self.write_closed("back at noon")
        world.until_state("VirtualService", "closed", "Rejected", "maintenance")
        text = (EXAMPLES / "maintenance.py").read_text()
        deadly = text.replace("value = item.value", "value = item.value\n    if value['text'] == 'end': import os; os.abort()")
        self.assertNotEqual(text, deadly)
        begin = time.monotonic()
        self.drop(deadly, "maintenance.py")
        world.until_state("VirtualService", "closed", "Accepted")
        print(f"from the drop of a .py file to the accepted option: {(time.monotonic() - begin) * 1000:.0f} ms", flush=True)
        self.assertEqual("back at noon", world.until_status("/closed", 503, host="closed.test").text)
        self.drop(text.replace('"maintenance"', '"other"'), "other.py")
        until("other runs", lambda: self.isolation("other"))
        one, other, bridge = (self.isolation(name) for name in ("maintenance", "other", "python"))
        self.assertEqual(("process", "process", "in_process"), (one["mode"], other["mode"], bridge["mode"]))
        self.assertNotEqual(one["pid"], other["pid"])
        # It ends itself: its object stays as it was, and everything else goes on.
        self.write_closed("end")
        world.until_state("VirtualService", "closed", "Warning", "PluginUnavailable", "Aborted")
        self.assertEqual("back at noon", world.get("/closed", host="closed.test").text)
        self.write_plain("second")
        self.until_plain("second")
        self.write_closed("back at one")
        world.until_state("VirtualService", "closed", "Accepted")
        until("the new text is served", lambda: world.get("/closed", host="closed.test").text == "back at one")
        self.assertEqual(other["pid"], self.isolation("other")["pid"])

    def write_closed(self, text):
        self.world.write("closed.yaml", virtual_service("closed", CLOSED % (text, to("one")), domains="[closed.test]"))

    def drop(self, text, name):
        staging = self.plugins / f".{name}.new"
        staging.write_text(text)
        staging.chmod(0o644)
        staging.rename(self.plugins / name)

    def test_no_process_outlives_solder(self):
        self.start("{plugins: {routing: process, static: process}}")
        self.until_plain("first")
        pids = [self.isolation(name)["pid"] for name in ("routing", "static")]
        os.kill(pids[0], signal.SIGSTOP)
        self.world.solder.end(signal.SIGKILL)
        until("they are gone", lambda: not any(os.path.exists(f"/proc/{pid}/exe") and os.access(f"/proc/{pid}/exe", os.R_OK) for pid in pids))

    def run_cli(self, *arguments):
        return subprocess.run([BUILD / "bin/solder", "plugin", *map(str, arguments), "--admin-address", f"127.0.0.1:{self.world.admin_port}"],
                              capture_output=True, text=True, timeout=180)


if __name__ == "__main__":
    unittest.main(verbosity=2)
