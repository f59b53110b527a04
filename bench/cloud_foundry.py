#!/usr/bin/env python3
"""What Solder makes of a large Cloud Foundry: the Cloud Controller of the end-to-end tests with many apps, an Upstream for each.

Usage: cloud_foundry.py [--apps N] [--instances N] [--changes N] [--requests N]

first_s     from Solder's start until the instances of all apps are known (each app with an internal route, reached by its containers, so one request for each)
requests    that were made until then, and in each listing afterwards
change_s    from an app that is scaled until its endpoints are known: median and slowest; the lists are read every second here
Prints a JSON line. Solder and the Cloud Controller, a program in Python, share the machine.
"""
import argparse
import json
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/e2e"))

import harness  # noqa: E402


def platform(world, apps):
    port, dns = harness.free_port(), harness.free_port()
    process = harness.Process("platform", [sys.executable, harness.HERE / "cloud_foundry_server.py", port, dns], world.directory / "platform.log")
    world.start(process, lambda: "listening" in process.tail())
    put(port, apps)
    return port


def put(port, apps):
    assert harness.request(port, "/test/world", method="PUT", body=json.dumps({"shop/prod": {"apps": apps}}).encode()).status == 200


def app(i, instances, version=0):
    web = [{"ip": f"10.{i >> 8}.{i & 255}.{k + 1}"} for k in range(instances)]
    return {"web": web, "routes": {f"app-{i}.apps.internal": 8080}, "updated_at": f"2024-05-01T08:00:{version:02}Z"}


def found(world):
    """How many instances each upstream has, by what stands in the state directory."""
    return {path.name.split(".")[0]: path.read_text().count("address") for path in (world.directory / "state/discovered").rglob("*.yaml")}


def run(world, count, instances, changes, requests):
    harness.SECONDS = 600
    apps = {f"app-{i}": app(i, instances) for i in range(count)}
    port = platform(world, apps)
    credentials = world.directory / "credentials.json"
    credentials.write_text(json.dumps({"username": "reader", "password": "pass word&1"}))
    foundation = {"name": "cf", "api": f"http://127.0.0.1:{port}", "credentialsFile": str(credentials), "listEverySeconds": 1, "requestsPerMinute": requests}
    for i in range(count):
        spec = {"app": f"app-{i}", "reach": "CONTAINER"}
        world.write(f"app-{i}.yaml", f"apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {{name: app-{i}, namespace: gloo-system}}\nspec: {{cloudFoundry: {json.dumps(spec)}}}\n")
    settings = world.directory / "solder.yaml"
    settings.write_text(json.dumps({"pluginConfig": {"cloud_foundry": {"foundations": [foundation]}}}))
    begin = time.monotonic()
    world.start_solder("--config", settings)
    while sum(found(world).values()) < count * instances:
        time.sleep(0.1)
    first = time.monotonic() - begin
    seen = harness.get_json(port, "/test/seen")["requests"]
    times = []
    for k in range(changes):
        which = k * 7919 % count
        apps[f"app-{which}"] = app(which, instances + 1, k % 60 + 1)
        put(port, apps)
        before = time.monotonic()
        while found(world).get(f"app-{which}", 0) != instances + 1:
            assert time.monotonic() < before + 300, "a change was not found"
            time.sleep(0.02)
        times.append(time.monotonic() - before)
    return {"apps": count, "first_s": round(first, 2), "requests": seen, "change_s": {"median": round(statistics.median(times), 2), "slowest": round(max(times), 2)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--apps", 1000), ("--instances", 2), ("--changes", 20), ("--requests", 100000)):
        parser.add_argument(name, type=int, default=default)
    options = parser.parse_args()
    world = harness.World()
    try:
        print(json.dumps(run(world, options.apps, options.instances, options.changes, options.requests)), flush=True)
    finally:
        world.close()


if __name__ == "__main__":
    main()
