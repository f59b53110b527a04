#!/usr/bin/env python3
"""What plugins cost that come, are replaced and end while Solder serves.

Usage: plugins.py [--build DIR] [--only NAME] [--reloads N] [--every SECONDS] [--rate N] [--drops N] [--kills N] [--rounds N] [--languages cpp,c,python]

reload  for a shipped plugin in C++, the example in C and the one in Python: N replacements of its file, one each so many seconds, under requests through a stock Envoy
        with 1,000 routes: requests that failed, streams and bytes sent meanwhile, `pause_ms` for which translation stood still (median, most, how many of more than 5 ms; of processor time the most), and what
        Solder has more at the end than after the first ten: mappings of the plugin, open files, memory
drop    from the rename of the file into the plugin directory until Envoy answers with its option, for C in Solder's process and in one of its own, and for Python in both: median, slowest
kills   a plugin's process ended at random while its objects are edited (tests/e2e/isolation_test.py): that run's own line
cost    an option's call, 64 routes in a batch, microseconds a route: in C, by a direct call of a plugin's function (`timeout`), by Solder in its process and in one of the plugin's own
        (`solder-bench-engine`), in Python (`solder plugin bench`), and by a gRPC hook that is called for each route (bench/peers/cmd/route-hook), in turn, with how many times the others' cost that is
Prints a JSON line each. Solder, Envoy and the load share the machine.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "tests/e2e")]

import harness  # noqa: E402
from manifests import gateways, to, upstream, virtual_service  # noqa: E402

ROUTES = 1000
BATCH = 64
PATHS = "    - {matchers: [{prefix: /path-%d}], options: {timeout: %ds}, routeAction: {%s}}"
CLOSED = "    - {matchers: [{prefix: /closed}], options: {maintenance: %s}, routeAction: {%s}}"
EXAMPLES = ROOT / "examples/plugins"
VALUES = {"c": "back", "python": "{text: back}"}


class Plugins:
    """A world whose plugin directory is written to. Files of examples are built with what stands beside this one."""

    def __init__(self, build):
        self.world = harness.World()
        self.directory = self.world.directory / "plugins"
        shutil.copytree(build / "lib/solder/plugins", self.directory)
        library = self.world.directory / "maintenance.so"
        subprocess.run(["gcc", "-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-I", ROOT / "plugin_api/include", EXAMPLES / "maintenance/maintenance.c", "-o", library], check=True)
        self.files = {"cpp": ("routing", "routing.so", build / "lib/solder/plugins/routing.so"), "c": ("maintenance", "maintenance.so", library),
                      "python": ("maintenance", "maintenance.py", EXAMPLES / "python/maintenance.py")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.world.close()

    def start(self, language, mode="in_process", closed=True):
        world, name = self.world, self.files[language][0]
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstream.yaml", upstream("one", world.start_backend("a")))
        routes = [PATHS % (number, number + 1, to("one")) for number in range(ROUTES)]
        if closed:
            world.write("closed.yaml", virtual_service("closed", CLOSED % (VALUES.get(language, "back"), to("one")), domains="[closed.test]"))
        world.write("routes.yaml", virtual_service("routes", "\n".join(routes)))
        settings = world.directory / "solder.yaml"
        settings.write_text(f"pluginIsolation: {{plugins: {{{name}: {mode}}}}}\n")
        world.start_solder("--plugin-dir", self.directory, "--config", settings)
        world.start_envoy()
        world.until_status(f"/path-{ROUTES - 1}", 200)

    def put(self, language, more=b""):
        _, file, source = self.files[language]
        staging = self.directory / f".{file}"
        staging.write_bytes(source.read_bytes() + more)
        staging.chmod(0o755)
        staging.rename(self.directory / file)

    def reloads(self, language):
        name = self.files[language][0]
        events = harness.get_json(self.world.admin_port, f"/plugins/history?plugin={name}")["events"]
        return [event for event in events if event["event"] == "reloaded"]

    def held(self, language):
        pid = self.world.solder.process.pid
        with open(f"/proc/{pid}/maps") as maps:
            mapped = {line.split()[-1] for line in maps if f"/plugins/{self.files[language][0]}-" in line}
        with open(f"/proc/{pid}/statm") as memory:
            return {"mappings": len(mapped), "files": len(os.listdir(f"/proc/{pid}/fd")), "memory_mb": round(int(memory.read().split()[1]) * 4096 / 2**20, 1)}


def reload(build, language, count, every, rate):
    mark = b"\n# generation %d\n" if language == "python" else b"generation %d"
    with Plugins(build) as plugins:
        world = plugins.world
        plugins.put(language)
        plugins.start(language, closed=language != "cpp")
        if language != "cpp":
            world.until_status("/closed", 503, host="closed.test")
        streams, sent = world.metric("solder_xds_streams_total"), world.metric("solder_xds_bytes_sent_total")
        first = None
        with world.load("example.com/path-1", "example.com/path-7", rate=rate) as load:
            for number in range(count):
                due = time.monotonic() + every
                plugins.put(language, mark % number)
                harness.until(f"reload {number}", lambda number=number: len(plugins.reloads(language)) > number, 60)
                if number == min(9, count // 2):
                    first = plugins.held(language)
                time.sleep(max(0.0, due - time.monotonic()))
        harness.until("older generations are gone", lambda: plugins.held(language)["mappings"] <= first["mappings"] + 2, 60)
        pauses = sorted(event["pauseMs"] for event in plugins.reloads(language))
        at_work = max(event["pauseCpuMs"] for event in plugins.reloads(language))
        answers = [number for target in load["targets"].values() for number in target.items()]
        last = plugins.held(language)
        return {"scenario": "reload", "plugin": language, "reloads": count, "requests": sum(number for _, number in answers),
                "failed": sum(number for status, number in answers if status != "200") + load["connect_failures"],
                "streams_more": world.metric("solder_xds_streams_total") - streams, "bytes_sent": world.metric("solder_xds_bytes_sent_total") - sent,
                "pause_ms": {"median": round(statistics.median(pauses), 2), "most": round(pauses[-1], 2), "over_5": sum(pause > 5 for pause in pauses), "most_cpu": round(at_work, 2)},
                "grown": {key: round(last[key] - first[key], 1) for key in last}}


def drop(build, language, mode, count):
    times = []
    with Plugins(build) as plugins:
        world = plugins.world
        plugins.start(language, mode)
        for number in range(count):
            plugins.put(language, b"\n# %d\n" % number if language == "python" else b"%d" % number)
            begin = time.monotonic()
            while world.get("/closed", host="closed.test").status != 503:
                assert time.monotonic() < begin + 60, "the option is not live"
            times.append((time.monotonic() - begin) * 1000)
            take_away(plugins, language)
    return {"scenario": "drop", "plugin": language, "mode": mode, "drops": count, "live_ms": {"median": round(statistics.median(times)), "slowest": round(max(times))}}


def take_away(plugins, language):
    """With all that it gave: what it last gave would stay."""
    world, (name, file, _) = plugins.world, plugins.files[language]
    (plugins.directory / file).unlink()
    harness.until("it is gone", lambda: ["gone"] == [entry["state"] for entry in harness.get_json(world.admin_port, "/plugins")["plugins"] if entry["name"] == name])
    done = subprocess.run([harness.BUILD / "bin/solder", "plugin", "forget", name, "--admin-address", f"127.0.0.1:{world.admin_port}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    harness.until("its option is gone", lambda: world.get("/closed", host="closed.test").status != 503)


def kills(build, count):
    done = subprocess.run([sys.executable, ROOT / "tests/e2e/isolation_test.py", "Isolation.test_killed_again_and_again_while_objects_are_edited"], capture_output=True, text=True,
                          env={**os.environ, "SOLDER_BUILD": str(build), "SOLDER_KILLS": str(count)})
    line = next((line for line in (done.stdout + done.stderr).splitlines() if " kills: " in line), done.stderr[-300:])
    return {"scenario": "kills", "passed": done.returncode == 0, "words": line.partition("... ")[2] or line}


def cost(build, rounds):
    times = {}
    with Plugins(build) as plugins, tempfile.TemporaryDirectory() as peers:
        subprocess.run([HERE / "build_peers.sh", peers], check=True)
        for _ in range(rounds):  # in turn, so that a busy moment of the machine is nobody's alone
            for language in ("c", "python"):
                done = subprocess.run([build / "bin/solder", "plugin", "bench", plugins.files[language][2]], capture_output=True, text=True, check=True)
                row = next(line.split() for line in done.stdout.splitlines() if line.startswith("options") and line.split()[3] == "64")
                times.setdefault(language, []).append(float(row[-2]))
            done = subprocess.run([build / "bin/solder-bench-engine", "--plugin-dir", build / "lib/solder/plugins", "plugin_boundary", f"0,1,{BATCH}", "2000"],
                                  capture_output=True, text=True, check=True)
            boundary = json.loads(done.stdout)
            for name in ("direct", "hosted", "isolated"):
                times.setdefault(name, []).append(boundary[f"{name}_ns"] / 1000)
            times.setdefault("grpc_hook", []).append(hook(pathlib.Path(peers) / "route-hook"))
    medians = {name: round(statistics.median(values), 2) for name, values in times.items()}
    yield {"scenario": "cost", "us_per_route": medians, "grpc_hook_is_times": {name: round(medians["grpc_hook"] / value, 1) for name, value in medians.items() if value > 0 and name != "grpc_hook"}}


def hook(program):
    with subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        port = server.stdout.readline().strip()
        done = subprocess.run([program, "call", port, str(ROUTES)], capture_output=True, text=True, check=True)
        server.stdin.close()
    return float(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--only", choices=("reload", "drop", "kills", "cost"))
    for name, value in (("reloads", 166), ("rate", 5000), ("drops", 20), ("kills", 1000), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--every", type=float, default=3.6)
    parser.add_argument("--languages", default="cpp,c,python", help="whose plugins are reloaded")
    given = parser.parse_args()
    harness.BUILD = build = given.build.resolve()

    def results():
        if given.only in (None, "reload"):
            for language in given.languages.split(","):
                yield reload(build, language, given.reloads, given.every, given.rate)
        if given.only in (None, "drop"):
            for language, mode in (("c", "in_process"), ("c", "process"), ("python", "in_process"), ("python", "process")):
                yield drop(build, language, mode, given.drops)
        if given.only in (None, "kills"):
            yield kills(build, given.kills)
        if given.only in (None, "cost"):
            yield from cost(build, given.rounds)

    for line in results():
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
