"""The programs that take part, as child processes: Solder, the peers, and the clients that all of them serve.

Every child ends with this process, whatever happens to it. Servers listen on ports that the kernel chooses.
"""
import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
START_SECONDS = 300
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_libc = ctypes.CDLL(None)


class Failed(Exception):
    """A program did not do what it should; the text says which and what it said last."""


class Child:
    def __init__(self, name, command, log, stdin=subprocess.DEVNULL, stdout=None):
        """What it writes goes to a log, made anew, but for the streams that are asked for."""
        self.name, self.log = name, pathlib.Path(log)
        with self.log.open("wb") as out:
            self.process = subprocess.Popen([str(part) for part in command], stdin=stdin, stdout=stdout or out, stderr=out, start_new_session=True,
                                            preexec_fn=lambda: _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        for how, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 20)):
            if self.process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)

    def failed(self, what):
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
        return Failed(f"{self.name}: {what}" + (f"; its log ends with\n{tail}" if tail else ""))

    def answer(self, seconds):
        """The next line of its output, as JSON."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise self.failed(f"no answer within {seconds} s")
        line = self.process.stdout.readline()
        if not line:
            raise self.failed("it ended")
        return json.loads(line)

    def cpu_ms(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * TICK_MS

    def memory_mb(self):
        """What it holds now and held at most."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return tuple(int(re.search(rf"{key}:\s+(\d+) kB", text).group(1)) / 1024 for key in ("VmRSS", "VmHWM"))

    def settle(self, seconds=30):
        """Waits until it has nothing more to do."""
        end, before = time.monotonic() + seconds, self.cpu_ms()
        while time.monotonic() < end:
            time.sleep(0.15)
            now = self.cpu_ms()
            if now - before <= TICK_MS:
                return
            before = now


class Solder(Child):
    def __init__(self, build, world, *flags):
        # On disk, as a server's state is, wherever the world lies.
        self.state = tempfile.mkdtemp(prefix="solder-bench-state-")
        super().__init__("solder", [build / "bin/solder", "serve", "--config-dir", world.manifests, "--plugin-dir", build / "lib/solder/plugins", "--plugin-dir",
                                    build / "bench/plugins", "--xds-address", "127.0.0.1:0", "--admin-address", "127.0.0.1:0", "--state-dir", self.state, *flags],
                         world.directory / "solder.log")
        try:
            self.address, self.admin_port = self._addresses()
            self._wait_until("ready", lambda: self.page("/readyz")[0] == 200)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        super().stop()
        shutil.rmtree(self.state, ignore_errors=True)

    def _addresses(self):
        found = self._wait_until("listening", lambda: re.search(r"xDS on \S+ \(port (\d+)\), admin pages on \S+ \(port (\d+)\)", self.log.read_text(errors="replace")))
        return f"127.0.0.1:{found.group(1)}", int(found.group(2))

    def _wait_until(self, what, attempt):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise self.failed(f"it ended with {self.process.returncode}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if found := attempt():
                    return found
            time.sleep(0.02)
        raise self.failed(f"not {what} within {START_SECONDS} s")

    def page(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=10)
        try:
            connection.request("GET", path, headers={"host": "localhost"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


class Peer(Child):
    def __init__(self, build, world, cache):
        super().__init__(f"go-control-plane ({cache})", [build / "bench/peers/xds-server", "--manifests", world.manifests, "--cache", cache],
                         world.directory / f"{cache}.log", stdout=subprocess.PIPE)
        try:
            self.address = f"127.0.0.1:{self.answer(START_SECONDS)['port']}"
        except BaseException:
            self.stop()
            raise


class Clients(Child):
    def __init__(self, build, world):
        super().__init__("xds-clients", [build / "bench/peers/xds-clients"], world.directory / "clients.log", stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def do(self, command, seconds=180, **arguments):
        line = json.dumps({"do": command, "seconds": seconds, **arguments}) + "\n"
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.failed("it ended") from None
        answer = self.answer(seconds + 30)
        if "error" in answer:
            raise self.failed(answer["error"])
        return answer


def run_json(command, seconds=900):
    """The one JSON object that a program prints."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds, preexec_fn=lambda: _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    if result.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {result.returncode}: {result.stderr[-1000:]}")
    try:
        return json.loads(result.stdout)
    except json.JSONDecodeError:
        raise Failed(f"{' '.join(map(str, command))}: no JSON: {result.stdout[:1000]}") from None
