#!/usr/bin/env python3
"""`solder serve` as a process: what is in its way, when it is ready, what its pages say, how it ends.

SOLDER names the program. Ports are the kernel's choice; nothing sleeps for a fixed time.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

SOLDER = os.environ["SOLDER"]
SECONDS = 60

UPSTREAM = """apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: backend, namespace: gloo-system}
spec: {static: {hosts: [{addr: 127.0.0.1, port: 9000}]}}
"""


class Server:
    def __init__(self, directory, arguments=None, **changed):
        self.log = directory / "log"
        if arguments is None:
            options = {"config_dir": directory / "manifests", "state_dir": directory / "state", "xds_address": "127.0.0.1:0", "admin_address": "127.0.0.1:0", **changed}
            arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([SOLDER, "serve", *map(str, arguments)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=directory)

    def text(self):
        return self.log.read_text()

    def until(self, what, attempt):
        end = time.monotonic() + SECONDS
        while True:
            try:
                if found := attempt():
                    return found
            except (OSError, urllib.error.URLError):
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"not {what}; exit {self.process.poll()}; the log:\n{self.text()}")
            time.sleep(0.02)

    def admin_port(self):
        found = re.search(r"admin pages on \S+ \(port (\d+)\)", self.text())
        return int(found.group(1)) if found else None

    def page(self, path):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{self.admin_port()}{path}", timeout=10) as answer:
            return answer.read().decode()

    def ready(self):
        self.until("listening", self.admin_port)
        self.until("ready", lambda: self.page("/readyz") or True)
        return self

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(SECONDS)


class ServeTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        (self.directory / "manifests").mkdir()

    def serve(self, **how):
        server = Server(self.directory, **how)
        self.addCleanup(server.process.wait)
        self.addCleanup(server.process.kill)
        return server

    def refused(self, **changed):
        """Runs a server that cannot start and gives its exit code and words."""
        server = self.serve(**changed)
        return server.process.wait(SECONDS), server.text()

    def test_pages(self):
        (self.directory / "manifests/upstream.yaml").write_text(UPSTREAM)
        server = self.serve().ready()
        self.assertEqual(200, urllib.request.urlopen(f"http://127.0.0.1:{server.admin_port()}/healthz").status)
        status = json.loads(server.page("/status"))
        self.assertTrue(status["ready"])
        self.assertIn(("Upstream", "backend", "Accepted"), [(each["kind"], each["name"], each["state"]) for each in status["reports"]])
        self.assertEqual([], status["nodes"])
        snapshot = json.loads(server.page("/snapshot"))
        self.assertEqual("backend_gloo-system", snapshot["roles"]["gloo-system~gateway-proxy"]["clusters"][0]["name"])
        metrics = server.page("/metrics")
        for name in ("solder_translations_total 1", "solder_translation_seconds_count 1", 'solder_objects{kind="Upstream",state="Accepted"} 1', "solder_xds_streams 0",
                     "solder_xds_nacks_total 0", 'solder_plugin_loaded{plugin="static"', "process_resident_memory_bytes ", "process_start_time_seconds "):
            self.assertIn(name, metrics)
        self.assertEqual(0, server.end())
        self.assertTrue((self.directory / "state/status/Upstream/gloo-system/backend.yaml").exists())

    def test_get_reads_the_server_and_its_files(self):
        (self.directory / "manifests/upstream.yaml").write_text(UPSTREAM)
        server = self.serve().ready()
        for arguments in (["--admin-address", f"127.0.0.1:{server.admin_port()}"], ["--state-dir", self.directory / "state"]):
            shown = server.until("shown", lambda: [line for line in subprocess.run([SOLDER, "get", "upstreams", *map(str, arguments)], capture_output=True, text=True).stdout.splitlines()
                                                   if line.split() == ["Upstream", "gloo-system", "backend", "Accepted"]])
            self.assertEqual(1, len(shown))

    def test_problems_are_said_once_when_they_come_and_once_when_they_go(self):
        server = self.serve().ready()
        manifest = self.directory / "manifests/upstream.yaml"
        manifest.write_text(UPSTREAM.replace("hosts", "hots"))
        server.until("said", lambda: "hots" in server.text())
        manifest.write_text(UPSTREAM)
        server.until("gone", lambda: re.search(r"gone: .*hots", server.text()))
        self.assertEqual(0, server.end(signal.SIGINT))

    def test_a_missing_directory_is_waited_for(self):
        (self.directory / "manifests").rmdir()
        server = self.serve()
        server.until("warned", lambda: "manifests is not there" in server.text())
        (self.directory / "manifests").mkdir()
        (self.directory / "manifests/upstream.yaml").write_text(UPSTREAM)
        server.ready()
        server.until("read", lambda: "backend" in server.page("/status"))

    def test_a_state_directory_belongs_to_one_server(self):
        self.serve().ready()
        code, words = self.refused()
        self.assertEqual(3, code)
        self.assertRegex(words, r"state directory \S+/state: it is in use by the solder with process id \d+")

    def test_what_is_in_the_way(self):
        (self.directory / "file").write_text("")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for changed, words in (({"xds_address": f"127.0.0.1:{port}"}, f"cannot listen on 127.0.0.1:{port}"),
                                   ({"admin_address": f"127.0.0.1:{port}"}, f"127.0.0.1:{port}"),
                                   ({"state_dir": self.directory / "file/state"}, "it cannot be made")):
                code, text = self.refused(**changed)
                self.assertEqual(3, code, text)
                self.assertIn(words, text)

    def test_a_configuration_file(self):
        (self.directory / "solder.yaml").write_text("configDir: manifests\nstateDir: state\nxdsAddress: 127.0.0.1:0\nadminAddress: nowhere:1\nlogLevel: debug\n")
        server = self.serve(arguments=["--config", "solder.yaml", "--admin-address", "127.0.0.1:0"]).ready()
        self.assertTrue((self.directory / "state/lock").exists())
        self.assertEqual(0, server.end())
        (self.directory / "solder.yaml").write_text("stateDir: state\nxdsAdress: 127.0.0.1:0\n")
        wrong = subprocess.run([SOLDER, "serve", "--config", "solder.yaml"], capture_output=True, text=True, cwd=self.directory)
        self.assertEqual((2, "solder: solder.yaml:2: xdsAdress: unknown key; did you mean xdsAddress?\n"), (wrong.returncode, wrong.stderr))

    def test_a_supervisor_may_say_it_twice(self):
        server = self.serve().ready()
        for _ in range(3):
            server.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, server.process.wait(SECONDS))

    def test_a_second_ctrl_c_ends_at_once(self):
        server = self.serve().ready()
        server.process.send_signal(signal.SIGINT)
        server.process.send_signal(signal.SIGINT)
        self.assertIn(server.process.wait(SECONDS), (0, -signal.SIGINT))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
