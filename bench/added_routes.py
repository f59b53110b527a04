#!/usr/bin/env python3
"""How long a new route takes until a real Envoy answers by it: docs/layouts.md.

Usage: added_routes.py [--build DIR] [--routes N] [--churn N] [--changes-per-second N] [--scoped-routes-above N|never]

Routes are added one by one, each a virtual service with a domain of its own, saved as a file and then asked for over a
kept connection until it answers. With --churn that many others are there before, and change all the time meanwhile, one
after the other. Two hosts that were there from the start are asked 500 times a second each.
Prints a JSON line: milliseconds from the saved file to the answer (median, p99, slowest; the median of each 500 that were
added), and what the others answered.
The build needs bin/solder, bin/solder-load and the plugins.
"""
import argparse
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE)]
from harness import processes, results, world  # noqa: E402
from layouts import HTTP_PORT, Client, Envoy, direct, plain_service, until  # noqa: E402

OLD_HOSTS = ("old-0.test", "old-1.test")


def added(number):
    return world.head("gateway.solo.io/v1", "VirtualService", f"added-{number}") + f"  virtualHost:\n    domains:\n    - added-{number}.test\n    routes:\n" + direct("/", f"added-{number}")


class Manifests:
    def __init__(self, directory, churning):
        self.directory, self.churning, self.changes = directory, churning, 0
        self.manifests = directory / "manifests"
        self.manifests.mkdir()
        (self.manifests / "upstream.yaml").write_text(world.upstream(0))
        (self.manifests / "gateway.yaml").write_text(world.gateway("gateway", HTTP_PORT))
        (self.manifests / "old.yaml").write_text("---\n".join(plain_service(host.split(".")[0], host) for host in OLD_HOSTS))
        for index in range(churning):
            (self.manifests / f"churn-{index}.yaml").write_text(self.churned(index, 0))

    @staticmethod
    def churned(index, mark):
        return (world.head("gateway.solo.io/v1", "VirtualService", f"churn-{index}") + f"  virtualHost:\n    domains:\n    - churn-{index}.test\n    routes:\n"
                + world.route(0, 0, f"{1 + mark % 9}.000s"))

    def save(self, name, text):
        staged = self.directory / f"{name}.staged"
        staged.write_text(text)
        staged.rename(self.manifests / name)

    def churn(self, per_second, ended):
        while not ended.wait(1 / per_second):
            self.changes += 1
            index = self.changes * 7919 % self.churning
            self.save(f"churn-{index}.yaml", self.churned(index, self.changes))


def add_one_by_one(files, count):
    client, times = Client(), []
    for number in range(count):
        text, wanted = added(number), f"added-{number}"
        began = time.monotonic()
        files.save(f"added-{number}.yaml", text)
        until(lambda wanted=wanted, number=number: client.get(f"added-{number}.test", "/") == (200, wanted) or time.sleep(0.0005))
        times.append((time.monotonic() - began) * 1000)
    return times


def measure(given, directory):
    files = Manifests(directory, given.churn)
    shape = type("Shape", (), {"manifests": files.manifests, "directory": directory})
    build = given.build.resolve()
    limit = ("--scoped-routes-above", given.scoped_routes_above) if given.scoped_routes_above else ()
    with processes.Solder(build, shape, *limit) as solder, Envoy(build, solder, directory) as envoy:
        until(lambda: Client().get(OLD_HOSTS[0], "/")[0] == 200)
        targets = [f"{host}/" for host in OLD_HOSTS]
        load = subprocess.Popen([build / "bin/solder-load", "--address", f"127.0.0.1:{HTTP_PORT}", "--rate", "1000", "--connections", "4", "--seconds", "3600", *targets], stdout=subprocess.PIPE, text=True)
        ended = threading.Event()
        churning = threading.Thread(target=files.churn, args=(given.changes_per_second, ended))
        if given.churn:
            churning.start()
        try:
            times = add_one_by_one(files, given.routes)
        finally:
            ended.set()
            if given.churn:
                churning.join()
            load.send_signal(signal.SIGTERM)
            figures = json.loads(load.communicate(timeout=60)[0])
        print(json.dumps({"routes": given.routes, "churn": given.churn, "changes": files.changes, "scoped_routes_above": given.scoped_routes_above,
                          "median_ms": round(statistics.median(times), 2), "p99_ms": round(results.percentile(times, 0.99), 2), "slowest_ms": round(max(times), 2),
                          "median_ms_of_each_500": [round(statistics.median(times[at:at + 500]), 1) for at in range(0, len(times), 500)],
                          "others": figures["targets"], "others_slowest_ms": figures["slowest_ms"], "envoy_memory_mb": round(envoy.memory_mb()[0])}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build-release")
    parser.add_argument("--routes", type=int, default=3000)
    parser.add_argument("--churn", type=int, default=0)
    parser.add_argument("--changes-per-second", type=int, default=100)
    parser.add_argument("--scoped-routes-above", help="Solder's own limit where nothing is said")
    given = parser.parse_args()
    with world.directory() as directory:
        measure(given, directory)


if __name__ == "__main__":
    main()
