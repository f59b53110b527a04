"""`make run`'s script: it serves, it says what to try, Ctrl-C leaves nothing behind, and what it finds wrong it says."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from harness import BUILD, ROOT, request, until
from run import PORTS, is_free  # harness puts tools/ on the path


def base_with_free_ports():
    for base in range(8100, 9000, 7):  # all of them below the ports that harness.free_port() gives
        if all(is_free(base + offset, False) for offset in PORTS.values()):
            return base
    raise AssertionError("no free ports")


class MakeRun(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="solder-run-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.base = base_with_free_ports()

    def start(self):
        self.output = self.directory / "output"
        with self.output.open("wb") as out:
            process = subprocess.Popen([sys.executable, ROOT / "tools/run.py", "--port-base", str(self.base), "--build", BUILD, "--directory", self.directory / "run"],
                                       stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(self.kill, process)

        def ready():
            assert process.poll() is None, self.output.read_text()
            return "Ctrl-C stops everything" in self.output.read_text()
        until("make run is ready", ready, 90)
        return process

    @staticmethod
    def kill(process):
        if process.poll() is None:
            process.kill()
        process.wait()

    def port(self, use):
        return self.base + PORTS[use]

    def left_processes(self):
        """Those whose command line names this test's directory."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.directory) in command and int(entry.name) != os.getpid():
                found.append(command)
        return found

    def test_serves_follows_an_edit_and_leaves_nothing(self):
        process = self.start()
        http = self.port("http")
        self.assertEqual("petstore", request(http, "/pets/1").backend)
        self.assertEqual("petstore-v2", request(http, "/pets/1", headers={"x-version": "v2"}).backend)
        self.assertEqual(200, request(http, "/flaky").status)
        self.assertEqual(504, request(http, "/slow?seconds=3").status)
        until("HTTPS answers", lambda: request(self.port("https"), "/", host="secure.localhost", sni="secure.localhost").backend == "petstore-v2")
        # Every command that it prints works.
        printed = self.output.read_text().split("Try, in another terminal:")[1].split("Ctrl-C")[0]
        commands = [line.strip() for line in printed.splitlines() if line.strip()]
        self.assertEqual(3, len(commands), printed)
        for command in commands:
            result = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
            self.assertEqual(0, result.returncode, f"{command}\n{result.stdout}{result.stderr}")
        until("the edit is served", lambda: "changed" in request(http, "/hello").text)
        process.send_signal(signal.SIGINT)
        self.assertEqual(0, process.wait(30))
        self.assertEqual([], self.left_processes())
        self.assertTrue(all(is_free(self.base + offset, False) for offset in PORTS.values()))
        # The second start keeps what the user edited.
        process = self.start()
        self.assertIn("changed", request(http, "/hello").text)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(0, process.wait(30))

    def test_a_taken_port_is_named_with_its_owner_and_nothing_starts(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", self.port("xds")))
            taken.listen()
            result = subprocess.run([sys.executable, ROOT / "tools/run.py", "--port-base", str(self.base), "--build", BUILD, "--directory", self.directory / "run"],
                                    capture_output=True, text=True, timeout=180)
        self.assertEqual(1, result.returncode)
        self.assertIn(f"Port {self.port('xds')} (xds) is taken by", result.stderr)
        self.assertIn(f"(pid {os.getpid()})", result.stderr)
        self.assertIn("PORT_BASE", result.stderr)
        self.assertFalse((self.directory / "run").exists())

    def test_a_part_that_dies_is_named_and_the_rest_is_stopped(self):
        process = self.start()
        solder = next(int(entry.name) for entry in pathlib.Path("/proc").glob("[0-9]*") if self.is_solder(entry))
        os.kill(solder, signal.SIGKILL)
        self.assertEqual(1, process.wait(30))
        self.assertRegex(self.output.read_text(), re.compile(r"solder was killed by signal 9\. The end of .*solder\.log"))
        self.assertEqual([], self.left_processes())

    def test_killed_outright_it_takes_its_children_with_it(self):
        process = self.start()
        process.kill()
        process.wait()
        until("all are gone", lambda: not self.left_processes())

    def is_solder(self, entry):
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return arguments[0].endswith(b"/solder") and any(str(self.directory).encode() in argument for argument in arguments)


if __name__ == "__main__":
    unittest.main()
