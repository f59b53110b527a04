"""The results for people: a table for the terminal, a page and the lines for docs/benchmarks."""
import json
import os
import pathlib
import platform
import re
import subprocess
import time

from harness.plot import plot
from harness.results import rounded

COLUMNS = ("system", "median ms", "p99 (or slowest) ms", "against Solder", "server CPU ms", "memory MB", "bytes a client")
TITLES = {
    "cold_translation": "cold_translation: objects in memory to a snapshot, in one process",
    "one_route_changed_engine": "one_route_changed_engine: one virtual service changed to a new snapshot, in one process",
    "one_route_changed": "one_route_changed: file saved to received by a delta client",
    "fanout_delta": "fanout_delta: file saved to received by the last of the delta clients",
    "fanout_sotw": "fanout_sotw: the same with state-of-the-world clients",
    "connect_storm": "connect_storm: delta clients connecting at once, until the last has everything",
    "connect_storm_sotw": "connect_storm_sotw: the same with state-of-the-world clients",
    "endpoint_churn": "endpoint_churn: endpoint saved to received by a delta client",
}


def number(value):
    if value is None:
        return "–"
    value = rounded(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def rows(systems):
    ours = next((figures.median_ms for system, figures in systems.items() if not system.is_peer), None)
    for system, figures in systems.items():
        ratio = f"{figures.median_ms / ours:.2f}×" if system.is_peer and ours else ""
        yield (system.label, number(figures.median_ms), number(figures.p99_ms) if figures.p99_ms else f"({number(figures.slowest_ms)})", ratio, number(figures.cpu_ms),
               number(figures.memory_mb or figures.peak_mb), number(figures.bytes))


def sections(results):
    """(title, notes, rows) of each scenario and world."""
    for (scenario, world), systems in results.figures().items():
        notes = [results.notes[scenario]] if scenario in results.notes else []
        notes += [results.reasons[(scenario, world)]] if (scenario, world) in results.reasons else []
        notes += sorted({f"{key}: {value}" for figures in systems.values() for key, value in figures.extra.items()})
        yield f"{TITLES.get(scenario, scenario)}, world ({world})", notes, list(rows(systems))


def table(results):
    out = []
    for title, notes, lines in sections(results):
        widths = [max(len(row[i]) for row in [COLUMNS, *lines]) for i in range(len(COLUMNS))]
        out.append(title)
        out += [f"  {note}" for note in notes]
        out += ["  " + "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))) for row in [COLUMNS, *lines]]
        out.append("")
    out += [f"{name}: {json.dumps(figures)}" for name, figures in results.alone.items()]
    return "\n".join(out)


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return f"{os.cpu_count()} cores ({cpu.group(1) if cpu else platform.machine()}), {int(memory.group(1)) / 2**20:.0f} GB, Linux {platform.release()}"


def commit():
    found = subprocess.run(["git", "-C", pathlib.Path(__file__).parent, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def markdown(results, seconds):
    out = ["# Results of the last run", "",
           f"Made by `make bench` on {time.strftime('%Y-%m-%d')}, commit {commit()}, in {seconds / 60:.0f} minutes, on {machine()}; "
           f"load at the end {os.getloadavg()[1]:.1f}. [What is measured, and how](README.md).", "",
           "CPU is the server's for each change (for connecting: for all of it), memory its resident memory afterwards.", "",
           "![Medians, Solder beside go-control-plane](results.svg)", ""]
    for title, notes, lines in sections(results):
        out += [f"## {title}", ""] + [f"{note[0].upper()}{note[1:]}.\n" for note in notes]
        out += ["| " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * (len(COLUMNS) - 1)] + ["| " + " | ".join(row) + " |" for row in lines] + [""]
    for name, figures in results.alone.items():
        out += [f"## {name}", "", "| | |", "|---|---|"] + [f"| {key} | {value} |" for key, value in figures.items()] + [""]
    for scenario, world, system, words in results.failures():
        out += [f"Failed: {scenario} ({world}), {system.label}: {words.splitlines()[0]}", ""]
    return "\n".join(out)


def write(results, directory, seconds):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.md").write_text(markdown(results, seconds))
    (directory / "results.svg").write_text(plot(results))
    (directory / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in results.lines()))
