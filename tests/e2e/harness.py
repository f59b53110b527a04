"""What every end-to-end test stands on: the built solder, real Envoys, backends and a load client, on free ports.

A test is a unittest case that makes a World, writes manifests into it, starts what it needs and asks questions through
Envoy. Nothing sleeps for a fixed time: until() polls for what is expected and fails with what it last saw.
SOLDER_BUILD names the build directory; SOLDER_KEEP=1 keeps the world's directory.
"""
import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("SOLDER_BUILD", ROOT / "build")).resolve()
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/tools/servers")]
from go_programs import NotToBeHad  # noqa: E402
from run import envoy_binary  # noqa: E402

ENVOY = envoy_binary()
SECONDS = 300  # nothing that is right takes as long: machines that do much else besides stand still for minutes
# Outside of the range from which the kernel gives ports to clients, so that nobody else is given a chosen one by chance.
_next_port = 20000 + os.getpid() * 37 % 10000
_claims = []  # what other tests see of the ports that this one was given: abstract sockets, which end with the process


def free_port():
    """A port on which nobody listens and that no other test that runs has been given."""
    global _next_port
    while True:
        _next_port = 20000 + (_next_port + 1) % 10000
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", _next_port))
                claim.bind(f"\0solder-test-port-{_next_port}")
                _claims.append(claim)
                return _next_port
            except OSError:
                claim.close()


def until(what, attempt, seconds=SECONDS):
    """The first true value that attempt() gives. It may also fail with an assertion or an OSError until then."""
    end = time.monotonic() + seconds
    while True:
        last = None
        try:
            last = attempt()
            if last:
                return last
        except (AssertionError, OSError, http.client.HTTPException) as problem:
            last = problem
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s; last seen: {last!r}")
        time.sleep(0.02)


class Answer:
    def __init__(self, response, peer_certificate=None):
        self.status = response.status
        self.headers = {}
        for key, value in response.getheaders():
            self.headers[key.lower()] = f"{self.headers[key.lower()]},{value}" if key.lower() in self.headers else value
        self.text = response.read().decode(errors="replace")
        self.peer_certificate = peer_certificate  # DER

    @property
    def echo(self):
        """What the backend saw."""
        return json.loads(self.text)

    @property
    def backend(self):
        return self.headers.get("x-backend")

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.text[:300]}>"


def request(port, path="/", host="example.com", headers=None, method="GET", body=None, sni=None, client_certificate=None):
    """One request on a connection of its own; with `sni`, over TLS."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    peer = None
    try:
        if sni is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if client_certificate:
                context.load_cert_chain(*client_certificate)
            connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10), server_hostname=sni or None)
            peer = connection.sock.getpeercert(True)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", host)
        for key, value in (headers or {}).items():
            connection.putheader(key, value)
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        return Answer(connection.getresponse(), peer)
    finally:
        connection.close()


def admin(port, path):
    """A page of Solder's or Envoy's admin server; Solder's wants to be asked by a local name."""
    return request(port, path, host="localhost")


def get_json(port, path):
    return json.loads(admin(port, path).text)


class Process:
    """A child in a session of its own; ends with this process, whatever happens to it."""

    def __init__(self, name, command, log, environment=None):
        self.name, self.log, self.command = name, log, [str(part) for part in command]
        libc = ctypes.CDLL(None)
        with log.open("ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                                            env={**os.environ, **(environment or {})}, preexec_fn=lambda: libc.prctl(1, signal.SIGKILL))

    def alive(self):
        return self.process.poll() is None

    def end(self, how=signal.SIGTERM, seconds=SECONDS):
        """Sends the signal and gives the exit code."""
        if self.alive():
            os.killpg(self.process.pid, how)
        return self.process.wait(seconds)

    @contextlib.contextmanager
    def stopped(self):
        """In it no thread of the process runs: the signal alone does not say so, on a busy machine some run on for 20 ms."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def tail(self, lines=30):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Envoy(Process):
    def __init__(self, world, name, role, sotw, flags=()):
        self.admin_port = free_port()
        bootstrap = world.solder_output("bootstrap", "--xds-address", f"127.0.0.1:{world.xds_port}", "--admin-address", f"127.0.0.1:{self.admin_port}", "--role", role,
                                        "--node-id", name, *(["--sotw"] if sotw else []), *flags)
        path = world.directory / f"{name}.yaml"
        path.write_text(bootstrap)
        super().__init__(name, [ENVOY, "-c", path, "--disable-hot-restart", "--concurrency", "2", "--log-level", "info"], world.directory / f"{name}.log",
                         {"ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(BUILD / "lib/solder/envoy")})

    def stats(self, pattern):
        found = get_json(self.admin_port, f"/stats?format=json&filter={pattern}")["stats"]
        return {each["name"]: each["value"] for each in found if "name" in each}

    def resources_received(self):
        """How often each kind of configuration was taken over: what must not move when nothing changed."""
        return {name: value for name, value in self.stats("(update_success|config_reload|lds.update_attempt|cds.update_attempt)$").items() if "update_attempt" not in name}


class World:
    """A directory with manifests, and everything that was started on it."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="solder-e2e-"))
        self.manifests = self.directory / "manifests"
        self.manifests.mkdir()
        self.xds_port, self.admin_port, self.http_port, self.https_port = (free_port() for _ in range(4))
        self.processes = []
        self.solder = None

    def close(self, failed=False):
        for process in reversed(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                if process.alive():
                    process.end(signal.SIGKILL)
        if failed:
            for process in self.processes:
                print(f"---- end of {process.name}'s log\n{process.tail()}", file=sys.stderr)
        if os.environ.get("SOLDER_KEEP"):
            print(f"kept {self.directory}", file=sys.stderr)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def write(self, name, text):
        """As a careful editor saves: beside, then renamed over."""
        target = self.manifests / name
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = target.with_name(f".{target.name}.new")
        staging.write_text(text)
        staging.rename(target)

    def edit(self, name, old, new):
        text = (self.manifests / name).read_text()
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new))

    def remove(self, name):
        (self.manifests / name).unlink()

    def start(self, process, ready):
        self.processes.append(process)

        def attempt():
            if not process.alive():
                raise RuntimeError(f"{process.name} ended with {process.process.returncode}:\n{process.tail()}")
            return ready()
        until(f"{process.name} is ready", attempt)
        return process

    def start_backend(self, name, *tls_files, at=None):
        """`at`: HOST:PORT or the path of a Unix domain socket, in place of a free port of 127.0.0.1."""
        port = at or free_port()
        process = Process(name, [sys.executable, HERE / "backend.py", name, port, *tls_files], self.directory / f"{name}.log")
        self.start(process, lambda: "listening" in process.tail())
        return port

    def solder_output(self, *arguments):
        result = subprocess.run([BUILD / "bin/solder", *arguments], capture_output=True, text=True, timeout=SECONDS)
        assert result.returncode == 0, f"solder {' '.join(arguments)}: exit {result.returncode}\n{result.stderr}"
        return result.stdout

    def start_solder(self, *flags, ready=True, environment=None):
        """`ready`: waits until it is; else only until its pages are there."""
        plugins = [] if "--plugin-dir" in flags else ["--plugin-dir", BUILD / "lib/solder/plugins"]
        command = [BUILD / "bin/solder", "serve", "--config-dir", self.manifests, *plugins, "--xds-address", f"127.0.0.1:{self.xds_port}",
                   "--admin-address", f"127.0.0.1:{self.admin_port}", "--state-dir", self.directory / "state", *flags]
        self.solder = Process("solder", command, self.directory / "solder.log", environment)
        return self.start(self.solder, lambda: admin(self.admin_port, "/readyz").status == 200 or not ready)

    def start_envoy(self, name="envoy", role="gloo-system~gateway-proxy", sotw=False):
        envoy = Envoy(self, name, role, sotw)
        return self.start(envoy, lambda: admin(envoy.admin_port, "/ready").text.startswith("LIVE"))

    def get(self, path="/", **how):
        return request(self.http_port, path, **how)

    def until_status(self, path, status, **how):
        """Polls until a request is answered with the status, and gives that answer."""
        def attempt():
            answer = self.get(path, **how)
            assert answer.status == status, answer
            return answer
        return until(f"{path} answers {status}", attempt)

    def report(self, kind, name, namespace="gloo-system"):
        """What Solder says about an object, or None: {kind,namespace,name,state,errors,warnings}."""
        for each in get_json(self.admin_port, "/status")["reports"]:
            if (each["kind"], each["namespace"], each["name"]) == (kind, namespace, name):
                return each
        return None

    def until_state(self, kind, name, state, *words, namespace="gloo-system"):
        """Polls until the object has the state and its report holds the words, and gives the report."""
        def attempt():
            report = self.report(kind, name, namespace)
            text = json.dumps(report)
            assert report and report["state"] == state and all(word in text for word in words), report
            return report
        return until(f"{kind} {namespace}/{name} is {state} with {words}", attempt)

    def metric(self, name):
        """The sum of a counter over its labels."""
        lines = admin(self.admin_port, "/metrics").text.splitlines()
        values = [float(line.rsplit(" ", 1)[1]) for line in lines if line.split("{")[0].split(" ")[0] == name]
        assert values, f"no metric {name}"
        return sum(values)

    @contextlib.contextmanager
    def load(self, *targets, rate=2000, connections=20):
        """Requests to HOST/PATH targets while the block runs, and for a second at least, so that there are enough to tell
        something; the yielded dictionary holds the figures afterwards."""
        figures = {}
        begin = time.monotonic()
        process = subprocess.Popen([BUILD / "bin/solder-load", "--address", f"127.0.0.1:{self.http_port}", "--rate", str(rate), "--connections", str(connections),
                                    "--seconds", "600", *targets], stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            yield figures
            time.sleep(max(0.0, begin + 1 - time.monotonic()))
        finally:
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=SECONDS)
            figures.update(json.loads(out))
            print(f"load: {out.strip()}", file=sys.stderr)


def need_or_skip(programs):
    """Has a server's programs built (tests/tools/servers); where they are not to be had, the test is skipped with the reason."""
    try:
        programs.need()
    except NotToBeHad as why:
        raise unittest.SkipTest(str(why)) from why


class Case(unittest.TestCase):
    """A test with a World of its own."""

    def setUp(self):
        self.world = World()
        self.addCleanup(self.end)

    def end(self):
        result = self._outcome.result
        failed = any(getattr(test, "test_case", test) is self for test, _ in [*result.failures, *result.errors])
        self.world.close(failed)

    def assert_all_ok(self, figures, *targets):
        for target in targets or figures["targets"]:
            self.assertEqual(["200"], list(figures["targets"][target]), figures)
            self.assertGreater(figures["targets"][target]["200"], 100, figures)
        self.assertEqual(0, figures["connect_failures"], figures)
