"""What is done to a system, once; bench/run.py repeats it in rounds. Each function gives a Sample.

Times are those of the clients (bench/peers): from the rename that saves a file to the arrival of the resource.
"""
import dataclasses
import statistics
import time

from harness.processes import Clients, run_json
from harness.world import ROLE


# Between two changes: each is an event of its own and no burst, for whose events servers may wait.
PAUSE_SECONDS = 0.05


@dataclasses.dataclass
class Sample:
    times: list  # milliseconds
    cpu_ms: float | None = None  # of the server, for each change
    memory_mb: float | None = None  # of the server, afterwards
    peak_mb: float | None = None
    bytes: dict | None = None  # to one client for one change, by type of resource
    p99_ms: float | None = None  # where only the clients saw all times
    extra: dict = dataclasses.field(default_factory=dict)


def one_client(build, world, system, work):
    """`work(server, clients)` with one client that holds the world as an Envoy does."""
    with system.start(build, world) as server, Clients(build, world) as clients:
        clients.do("connect", address=server.address, kind=system.stream, role=ROLE, clients=1, seconds=300)
        server.settle()
        return work(server, clients)


def change_repeatedly(server, clients, world, count, size):
    """Changes one route after another; the first, which finds cold caches, does not count."""
    clients.do("change", change=world.next_change())
    server.settle()
    before, answers = server.cpu_ms(), []
    for _ in range(count):
        time.sleep(PAUSE_SECONDS)
        answers.append(clients.do("change", change=world.next_change()))
    server.settle()
    memory, peak = server.memory_mb()
    received = {kind: total / size for kind, total in answers[-1]["bytes"].items()}
    return Sample([answer["last_ms"] for answer in answers], (server.cpu_ms() - before) / count, memory, peak, received)


def one_route_changed(build, world, system, changes):
    return one_client(build, world, system, lambda server, clients: change_repeatedly(server, clients, world, changes, 1))


def fleet(build, world, system, size, changes):
    """Many clients connect at once, then routes change: (connect storm, fan-out)."""
    with system.start(build, world) as server, Clients(build, world) as clients:
        server.settle()
        before = server.cpu_ms()
        connected = clients.do("connect", address=server.address, kind=system.stream, role=ROLE, clients=size, routes=world.route_configurations, seconds=300)
        server.settle()
        memory, peak = server.memory_mb()
        storm = Sample([connected["last_ms"]], server.cpu_ms() - before, memory, peak, {kind: total / size for kind, total in connected["bytes"].items()})
        return storm, change_repeatedly(server, clients, world, changes, size)


CONFIGURATION = ("Cluster", "Listener", "RouteConfiguration", "ScopedRouteConfiguration")


def endpoint_churn(build, world, system, rate, seconds):
    def work(server, clients):
        before = server.cpu_ms()
        churned = clients.do("churn", churn=world.churn(rate, seconds), seconds=seconds + 120)
        server.settle()
        memory, peak = server.memory_mb()
        expected = int(rate * seconds)
        if churned["events"] != expected:
            raise server.failed(f"{churned['events']} of {expected} events arrived")
        other = sum(churned["bytes"].get(kind, 0) for kind in CONFIGURATION)
        return Sample([churned["p50_ms"]], (server.cpu_ms() - before) / expected, memory, peak, churned["bytes"], churned["p99_ms"],
                      {"events": expected, "changes_per_second": round(churned["rate"], 1), "cds_lds_rds_bytes": other})
    return one_client(build, world, system, work)


def memory_after_scaling(build, world, system, cycles, services):
    """Adds so many virtual services and takes them away again, in cycles: memory before, at most, and after each."""
    def work(server, clients):
        arrived(server, clients, world)
        before, after, largest = server.memory_mb()[0], [], 0.0
        more = range(world.shape.virtual_services, services)
        for _ in range(cycles):
            world.write_services(more)
            arrived(server, clients, world)
            largest = max(largest, server.memory_mb()[0])
            world.remove_services(more)
            arrived(server, clients, world)
            after.append(server.memory_mb()[0])
        return {"start_mb": round(before, 1), "largest_mb": round(largest, 1), "after_mb": [round(each, 1) for each in after]}
    return one_client(build, world, system, work)


def arrived(server, clients, world):
    """Everything that was saved so far is served: files are read in order, so that a last change tells."""
    server.settle(120)
    clients.do("change", change=world.next_change())
    server.settle(120)


def engine(build, scenario, shape, rounds):
    """Translation alone, in one process: bench/engine."""
    found = run_json([build / "bin/solder-bench-engine", "--plugin-dir", build / "lib/solder/plugins", scenario, shape, rounds])
    return Sample(found["times_ms"], peak_mb=found["max_rss_mb"])


def cold_floor(build, world, rounds):
    """What go-control-plane's user spends on the same objects: messages built and put into a linear cache, nothing checked."""
    found = run_json([build / "bench/peers/xds-server", "--manifests", world.manifests, "--cache", "linear", "--cold", rounds])
    return statistics.median(found["ms"])


# Worlds that lean to one side: what is changed in them, and (upstreams, virtual services, routes each).
SHAPES = (("one virtual service with 50,000 routes, one of them changed", "one_route_changed", "100,1,50000"),
          ("50,000 virtual services with one route, one of them changed", "one_route_changed", "100,50000,1"),
          ("one virtual service that delegates to 1,000 tables with 100 routes, one of them changed", "delegated_route_changed", "1,1000,100"),
          ("one upstream that 100,000 routes use, changed", "one_upstream_changed", "1,1000,100"))


def other_shapes(build, shapes, rounds):
    """Milliseconds from the changed object to the snapshot, medians, in one process."""
    return {f"{words}, ms": round(statistics.median(engine(build, scenario, shape, rounds).times), 2) for words, scenario, shape in shapes}


def plugin_boundary(build):
    """Nanoseconds a route: called directly, and through the host."""
    return run_json([build / "bin/solder-bench-engine", "--plugin-dir", build / "lib/solder/plugins", "plugin_boundary", "0,1,64", 2000])
