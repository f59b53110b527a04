#!/usr/bin/env python3
"""`make run`: Solder on a copy of the sample manifests, a real Envoy and the sample backend, until Ctrl-C.

Usage: run.py [--port-base 8080] [--build build]

All ports are offsets from the base (PORTS). What it needs goes to run/ (run-PORT_BASE/ for another base): the manifests, made
once and then the user's, logs, state. Everything that it starts is in a process group of its own, which it ends; if
it is killed itself, the kernel ends them. Tested by tests/e2e/make_run_test.py.
"""
import argparse
import base64
import ctypes
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFAULT_BASE = 8080
PORTS = {"http": 0, "https": 363, "petstore": 1, "petstore-v2": 2, "solder admin": 1011, "xds": 1897, "envoy admin": 10920}
PR_SET_PDEATHSIG = 1
START_SECONDS = 60


class Problem(Exception):
    """Something that the user should know, in full sentences."""


class Child:
    """A process that run.py started, with its log."""

    def __init__(self, name, command, directory, environment=None):
        self.name = name
        self.log = directory / "logs" / f"{name}.log"
        self.log.parent.mkdir(exist_ok=True)
        libc = ctypes.CDLL(None)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                                            env={**os.environ, **(environment or {})}, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def check(self):
        code = self.process.poll()
        if code is not None:
            tail = "\n".join("  " + line for line in self.log.read_text(errors="replace").splitlines()[-15:])
            how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
            raise Problem(f"{self.name} {how}. The end of {shown(self.log)}:\n{tail}")

    def stop(self, patience):
        for stop_signal, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, stop_signal)
                self.process.wait(seconds)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


def shown(path):
    """The path as a person in this directory would type it."""
    try:
        return str(path.relative_to(pathlib.Path.cwd()))
    except ValueError:
        return str(path)


def owner_of(port):
    """"name (pid 12)" of the process that listens on the port, or None where that cannot be seen."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = pathlib.Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        inodes |= {f"socket:[{row.split()[9]}]" for row in rows if row.split()[3] == "0A" and int(row.split()[1].split(":")[1], 16) == port}
    for folder in pathlib.Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(entry) in inodes for entry in folder.iterdir()):
                return f"{(folder.parent / 'comm').read_text().strip()} (pid {folder.parent.name})"
        except OSError:
            continue
    return None


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
        return True
    except OSError:
        return False


def is_free(port, ipv6):
    family, address = (socket.AF_INET6, "::") if ipv6 else (socket.AF_INET, "0.0.0.0")
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ipv6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def check_ports(ports, base, ipv6):
    if not 1 <= base <= 65535 - max(PORTS.values()):
        raise Problem(f"PORT_BASE={base}: a number from 1 to {65535 - max(PORTS.values())} is needed, all ports lie within {max(PORTS.values())} of it.")
    taken = [(port, use) for use, port in ports.items() if not is_free(port, ipv6)]
    if taken:
        lines = [f"Port {port} ({use}) is taken by {owner_of(port) or 'another process'}." for port, use in taken]
        raise Problem("\n".join(lines) + f"\nNothing was started. PORT_BASE moves all ports: make run PORT_BASE={base + 1000}")


def gateways(ports, address):
    text = "# The two gateways that Solder would make by itself, moved to this run's address and ports.\n"
    for name, port, ssl in (("gateway-proxy", ports["http"], "false"), ("gateway-proxy-ssl", ports["https"], "true")):
        text += f"""---
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata:
  name: {name}
  namespace: gloo-system
spec:
  bindAddress: '{address}'
  bindPort: {port}
  ssl: {ssl}
  proxyNames: [gateway-proxy]
  httpGateway: {{}}
"""
    return text


def certificate_secret(directory):
    key, certificate = directory / "secure.key", directory / "secure.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365", "-subj", "/CN=secure.localhost",
                    "-addext", "subjectAltName=DNS:secure.localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    key.chmod(0o600)
    return f"""# Made by `make run` for this machine only.
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata:
  name: secure-cert
  namespace: gloo-system
data:
  tls.crt: {base64.b64encode(certificate.read_bytes()).decode()}
  tls.key: {base64.b64encode(key.read_bytes()).decode()}
"""


def make_manifests(directory, ports, base, ipv6):
    """The user's copy of the samples; what stands there already stays as it is."""
    manifests = directory / "manifests"
    if manifests.exists():
        return manifests
    staging = directory / ".manifests"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    for source in sorted((ROOT / "examples/manifests").glob("*.yaml")):
        text = source.read_text()
        for use in ("petstore", "petstore-v2"):
            text = text.replace(f"port: {DEFAULT_BASE + PORTS[use]}\n", f"port: {ports[use]}\n")
        (staging / source.name).write_text(text)
    secret = staging / "certificate.yaml"
    secret.touch(mode=0o600)
    secret.write_text(certificate_secret(directory))
    if base != DEFAULT_BASE or not ipv6:
        (staging / "gateways.yaml").write_text(gateways(ports, "::" if ipv6 else "0.0.0.0"))
    staging.rename(manifests)
    return manifests


def answered(url):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(what, url, children):
    end = time.monotonic() + START_SECONDS
    while not answered(url):
        for child in children:
            child.check()
        if time.monotonic() > end:
            logs = ", ".join(shown(child.log) for child in children)
            raise Problem(f"{what}: no answer from {url} within {START_SECONDS} s. Logs: {logs}")
        time.sleep(0.1)


def envoy_binary():
    """The Envoy of the release that the build was made for; fetched where it is not there yet."""
    version = re.search(r"SOLDER_ENVOY_VERSION ([0-9.]+)", (ROOT / "cmake/EnvoyMessages.cmake").read_text()).group(1)
    cache = os.environ.get("SOLDER_CACHE_DIR") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "solder")
    subprocess.run([ROOT / "cmake/tools/fetch_envoy.sh", version, cache], check=True)
    return pathlib.Path(cache) / f"envoy-{version}/envoy"


def start(build, directory, manifests, ports, children):
    """Starts everything in order and returns when a request through Envoy was answered; `children` grows on the way."""
    def child(name, command, environment=None):
        children.append(Child(name, command, directory, environment))

    solder, xds, admin = build / "bin/solder", f"127.0.0.1:{ports['xds']}", f"127.0.0.1:{ports['solder admin']}"
    envoy = envoy_binary()
    child("backend", [sys.executable, ROOT / "examples/backend/backend.py", *(f"{name}={ports[name]}" for name in ("petstore", "petstore-v2"))])
    child("solder", [solder, "serve", "--config-dir", manifests, "--plugin-dir", build / "lib/solder/plugins", "--xds-address", xds,
                     "--admin-address", admin, "--state-dir", directory / "state"])
    wait_for("Solder", f"http://{admin}/readyz", children)
    bootstrap = subprocess.run([solder, "bootstrap", "--xds-address", xds, "--admin-address", f"127.0.0.1:{ports['envoy admin']}",
                                "--role", "gloo-system~gateway-proxy"], check=True, capture_output=True).stdout
    (directory / "envoy.yaml").write_bytes(bootstrap)
    child("envoy", [envoy, "-c", directory / "envoy.yaml", "--disable-hot-restart", "--concurrency", "2", "--log-level", "warning"],
          {"ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(build / "lib/solder/envoy")})
    wait_for("Envoy", f"http://127.0.0.1:{ports['http']}/", children)


def describe(build, directory, manifests, ports):
    http, solder = f"http://127.0.0.1:{ports['http']}", shown(build / "bin/solder")
    print(f"""
Solder is serving.
  HTTP           {http}/
  HTTPS          https://secure.localhost:{ports['https']}/
  manifests      {shown(manifests)}/     (edit, add or delete: Envoy follows at once)
  statuses       {shown(directory)}/state/status/
  Solder admin   http://127.0.0.1:{ports['solder admin']}/status  /snapshot  /metrics
  Envoy admin    http://127.0.0.1:{ports['envoy admin']}/
  logs           {shown(directory)}/logs/

Try, in another terminal:
  curl -H 'x-version: v2' {http}/pets/1
  sed -i 's/hello from Solder/changed/' {shown(manifests)}/petstore.yaml; curl {http}/hello
  {solder} get --admin-address 127.0.0.1:{ports['solder admin']}

Ctrl-C stops everything.""", flush=True)


class Stopped(Exception):
    """Somebody asked us to end."""


def on_signal(*_):
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port-base", type=int, default=DEFAULT_BASE)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--directory", type=pathlib.Path, help="instead of run/ or run-PORT_BASE/")
    arguments = parser.parse_args()
    base = arguments.port_base
    directory = (arguments.directory or ROOT / ("run" if base == DEFAULT_BASE else f"run-{base}")).resolve()
    ports = {use: base + offset for use, offset in PORTS.items()}
    children = []
    try:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, on_signal)
        ipv6 = has_ipv6()
        check_ports(ports, base, ipv6)
        directory.mkdir(parents=True, exist_ok=True)
        manifests = make_manifests(directory, ports, base, ipv6)
        start(arguments.build.resolve(), directory, manifests, ports, children)
        describe(arguments.build.resolve(), directory, manifests, ports)
        while True:
            for child in children:
                child.check()
            time.sleep(0.2)
    except Stopped:
        print("\nStopping ...", flush=True)
        return 0
    except Problem as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    finally:
        for child in reversed(children):
            child.stop(patience=10)


if __name__ == "__main__":
    sys.exit(main())
