#!/usr/bin/env python3
"""`make bench` and `make bench-quick`: Solder beside go-control-plane on the same generated worlds, in one run.

Usage: run.py [--quick] [--build DIR] [--worlds U,V,R ...] [--scenarios NAME ...] [--rounds N] [--clients N] [--output DIR]

--quick measures one world and prints a JSON line for each scenario; otherwise a table is printed, and a page, a plot and the
lines are written to docs/benchmarks (for a selection: to DIR/bench/results). Progress goes to standard error. The build has
to be there: bin/solder, bin/solder-bench-engine, the plugins, and bench/peers (build_peers.sh). Exit 1 if anything failed.
Tested by tests/bench/bench_test.py.
"""
import argparse
import dataclasses
import json
import pathlib
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from harness import page, plan  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description="Measures Solder beside go-control-plane.")
    parser.add_argument("--quick", action="store_true", help="one world, JSON lines")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build-release", help="build directory")
    parser.add_argument("--worlds", nargs="*", metavar="U,V,R", help="upstreams, virtual services, routes each")
    parser.add_argument("--scenarios", nargs="*", choices=plan.SCENARIOS)
    parser.add_argument("--output", type=pathlib.Path, help="where the page goes")
    for name in ("rounds", "changes", "clients", "fleet-changes", "engine-rounds", "churn-rate", "churn-seconds", "discovered", "scaling-cycles", "scaling-services"):
        parser.add_argument(f"--{name}", type=int)
    return parser.parse_args()


def chosen(given):
    """The plan, and whether it is a selection of the whole."""
    changes = {name: value for name, value in vars(given).items() if value and name not in ("quick", "build", "output")}
    for name in ("worlds", "scenarios"):
        if name in changes:
            changes[name] = tuple(changes[name])
    if "worlds" in changes:
        changes |= {"fleet_worlds": changes["worlds"], "churn_worlds": changes["worlds"]}
    return dataclasses.replace(plan.QUICK if given.quick else plan.FULL, **changes), bool(changes)


def end(*_):
    raise SystemExit(143)


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, end)  # so that children and directories are cleared away
    began = time.monotonic()

    def say(words):
        print(f"[{time.monotonic() - began:6.1f} s] {words}", file=sys.stderr, flush=True)

    build = given.build.resolve()
    for needed in ("bin/solder", "bin/solder-bench-engine", "bench/plugins/bench_endpoints.so", "bench/peers/xds-server", "bench/peers/xds-clients"):
        if not (build / needed).exists():
            sys.exit(f"{build / needed} is not there; `make bench` builds it")
    how, selected = chosen(given)
    results = plan.Run(how, build, say).everything()
    lines = results.lines()
    if given.quick:
        for line in lines:
            print(json.dumps(line), flush=True)
    else:
        output = given.output or (build / "bench/results" if selected else HERE.parent / "docs/benchmarks")
        print(page.table(results))
        page.write(results, output, time.monotonic() - began)
        say(f"written to {output}")
    return 1 if problems(results, lines, say) else 0


def problems(results, lines, say):
    """What makes the whole run fail: a scenario that did not end, or endpoints that moved other configuration."""
    words = [f"{scenario} ({world}): {system.label}: {text}" for scenario, world, system, text in results.failures()]
    words += [f"{line['scenario']} ({line['world']}): {line['solder_cds_lds_rds_bytes']} bytes of CDS, LDS or RDS were sent for changed endpoints"
              for line in lines if line.get("solder_cds_lds_rds_bytes")]
    for text in words:
        say(f"FAILED {text}")
    return words


if __name__ == "__main__":
    sys.exit(main())
