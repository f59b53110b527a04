#!/usr/bin/env python3
"""What one changed route costs a real Envoy in each layout of a large listener: docs/layouts.md.

Usage: layouts.py [--build DIR] [--worlds SERVICES,ROUTES ...] [--layouts NAME ...] [--changes N]

For each world, one after the other: `solder serve` in each layout, a stock Envoy with two workers beside it, and
 load_s        Envoy's start until the last service answers
 seen_ms       a file saved until a request over a kept connection sees the change: median, p99 (or the slowest)
 envoy_cpu_ms  of all of Envoy's threads for one change, nobody asking
 bytes         sent to Envoy for one change
 stall_ms      the slowest of 1,000 requests a second to another domain while things change
 request_us    Envoy's CPU for a request by a domain of its own, in another case, and by a wildcard domain
Prints a JSON line each. The build needs bin/solder, bin/solder-load and the plugins.
"""
import argparse
import glob
import http.client
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE)]
from harness import processes, results, world  # noqa: E402
from run import envoy_binary  # noqa: E402

HTTP_PORT = 18080
ADMIN_PORT = 18081
LAYOUTS = {"one route configuration": ("--scoped-routes-above", "never"), "scopes": (), "virtual hosts on demand": ("--virtual-hosts-on-demand",)}


def direct(prefix, body):
    return f"    - matchers:\n      - prefix: {prefix}\n      directResponseAction:\n        status: 200\n        body: {body}\n"


def service(index, routes, mark):
    listed = direct("/probe", f"mark-{mark}") + "".join(world.route(i, 0, "1.000s") for i in range(routes - 1))
    return world.head("gateway.solo.io/v1", "VirtualService", f"service-{index}") + f"  virtualHost:\n    domains:\n    - service-{index}.example.com\n    routes:\n{listed}"


def plain_service(name, domain):
    return world.head("gateway.solo.io/v1", "VirtualService", name) + f"  virtualHost:\n    domains:\n    - '{domain}'\n    routes:\n" + direct("/", "here")


class Manifests:
    """The files of a world; a saved change is a rename."""

    def __init__(self, directory, services, routes):
        self.directory, self.services, self.routes, self.mark = directory, services, routes, 0
        self.manifests = directory / "manifests"
        self.manifests.mkdir()
        (self.manifests / "upstream.yaml").write_text(world.upstream(0))
        (self.manifests / "gateway.yaml").write_text(world.gateway("gateway", HTTP_PORT))
        (self.manifests / "load.yaml").write_text(plain_service("load", "load.test") + "---\n" + plain_service("wild", "*.wild.test"))
        for index in range(services):
            (self.manifests / f"service-{index}.yaml").write_text(service(index, routes, 0))

    def stage(self):
        """The next change, ready to be saved: its service and mark, and what saves it."""
        self.mark += 1
        index = self.mark * 7919 % self.services
        staged = self.directory / "staged.yaml"
        staged.write_text(service(index, self.routes, self.mark))
        return index, f"mark-{self.mark}", lambda: staged.rename(self.manifests / f"service-{index}.yaml")


class Envoy(processes.Child):
    def __init__(self, build, solder, directory):
        text = subprocess.run([build / "bin/solder", "bootstrap", "--xds-address", solder.address, "--admin-address", f"127.0.0.1:{ADMIN_PORT}"], capture_output=True, text=True, check=True).stdout
        (directory / "envoy.yaml").write_text(text)
        super().__init__("envoy", [envoy_binary(), "-c", directory / "envoy.yaml", "--disable-hot-restart", "--concurrency", "2", "--log-level", "warn"], directory / "envoy.log")

    def cpu_us(self):
        """Of all threads, finer than ticks."""
        return sum(int(pathlib.Path(path).read_text().split()[0]) for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat")) / 1000


class Client:
    """One kept connection."""

    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=60)

    def get(self, host, path="/probe"):
        try:
            self.connection.request("GET", path, headers={"host": host})
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()  # the next request connects anew
            raise


def until(attempt, seconds=600):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if attempt():
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
    raise processes.Failed("not in time")


def seen(files, changes):
    client, times = Client(), []
    for _ in range(changes):
        index, mark, save = files.stage()
        host = f"service-{index}.example.com"
        client.get(host)
        time.sleep(0.05)
        began = time.monotonic()
        save()
        until(lambda: client.get(host)[1] == mark)
        times.append((time.monotonic() - began) * 1000)
    return times


def cost_of_changes(solder, envoy, files, changes):
    """Envoy's CPU and the bytes on the wire for one change, beside what an idle Envoy uses."""
    def metric(name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in solder.page("/metrics")[1].splitlines() if line.startswith(name))
    envoy.settle()
    began, before = time.monotonic(), envoy.cpu_us()
    time.sleep(1)
    idle = (envoy.cpu_us() - before) / (time.monotonic() - began)
    sent, began, before = metric("solder_xds_bytes_sent_total"), time.monotonic(), envoy.cpu_us()
    for _ in range(changes):
        files.stage()[2]()
        time.sleep(0.2)
    envoy.settle(120)
    cpu = envoy.cpu_us() - before - idle * (time.monotonic() - began)
    return cpu / changes / 1000, (metric("solder_xds_bytes_sent_total") - sent) / changes


def stall(build, files, changes):
    command = [build / "bin/solder-load", "--address", f"127.0.0.1:{HTTP_PORT}", "--rate", "1000", "--connections", "4", "--seconds", "600", "load.test/"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    for _ in range(changes):
        files.stage()[2]()
        time.sleep(0.2)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    figures = json.loads(process.communicate(timeout=60)[0])
    assert list(figures["targets"]["load.test/"]) == ["200"], figures
    return figures["slowest_ms"]


def request_cost(envoy, count=5000, rounds=3):
    client, out = Client(), {}
    for name, host in {"own": "service-1.example.com", "other_case": "Service-1.example.com", "wildcard": "a.wild.test"}.items():
        samples = []
        for _ in range(rounds):
            before = envoy.cpu_us()
            for _ in range(count):
                client.get(host)
            samples.append((envoy.cpu_us() - before) / count)
        out[name] = round(min(samples), 1)
    return out


def measure(build, directory, layout, services, routes, changes):
    files = Manifests(directory, services, routes)
    shape = type("Shape", (), {"manifests": files.manifests, "directory": directory})
    with processes.Solder(build, shape, *LAYOUTS[layout]) as solder:
        began = time.monotonic()
        with Envoy(build, solder, directory) as envoy:
            client = Client()
            until(lambda: client.get(f"service-{services - 1}.example.com")[0] == 200)
            load = time.monotonic() - began
            # On demand, an Envoy that holds them all: what it costs where no domain is idle.
            for index in range(services):
                client.get(f"service-{index}.example.com")
            times = seen(files, changes)
            cpu, size = cost_of_changes(solder, envoy, files, min(changes, 20))
            line = {"services": services, "routes": routes, "layout": layout, "load_s": round(load, 2), "seen_ms": round(statistics.median(times), 2),
                    "seen_p99_ms": round(results.percentile(times, 0.99), 2), "envoy_cpu_ms": round(cpu, 2), "bytes": round(size), "stall_ms": stall(build, files, min(changes, 20)),
                    "request_us": request_cost(envoy), "envoy_memory_mb": round(envoy.memory_mb()[0])}
            print(json.dumps(line), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build-release")
    parser.add_argument("--worlds", nargs="*", default=["1000,10", "1000,100", "10000,100"], metavar="SERVICES,ROUTES")
    parser.add_argument("--layouts", nargs="*", default=list(LAYOUTS), choices=LAYOUTS, help="that on demand takes minutes to load more than 10,000 routes")
    parser.add_argument("--changes", type=int, default=100)
    given = parser.parse_args()
    for shape in given.worlds:
        services, routes = (int(part) for part in shape.split(","))
        for layout in given.layouts:
            changes = given.changes if layout == "scopes" else max(2, min(given.changes, 1_000_000 // (services * routes)))
            with world.directory() as directory:
                measure(given.build.resolve(), directory, layout, services, routes, changes)


if __name__ == "__main__":
    main()
