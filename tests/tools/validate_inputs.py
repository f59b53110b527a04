#!/usr/bin/env python3
"""Translates every input below a directory to a static bootstrap and asks a real Envoy whether it takes it.

validate_inputs.py --solder build/bin/solder --envoy ENVOY DIRECTORY    an input is a file input.yaml, in any depth

Inputs in which an object is Rejected are counted apart: what they leave over is validated too, but only reported. A crash or a
hang of solder is a failure wherever it happens. Exits with 1 if an input without a Rejected object is refused.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

SECONDS = 60


def run(command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=SECONDS)


def examine(arguments, path):
    """(rejected, problem) of one input."""
    plugins = ["--plugin-dir", arguments.plugin_dir] if arguments.plugin_dir else []
    try:
        plain = run([arguments.solder, "translate", *plugins, "-o", "json", path])
        if plain.returncode != 0:
            return False, f"translate exits {plain.returncode}: {plain.stderr.strip()[-300:]}"
        rejected = any(report["state"] == "Rejected" for report in json.loads(plain.stdout)["reports"])
        static = run([arguments.solder, "translate", *plugins, "--static", path])
        if static.returncode != 0:
            return False, f"translate --static exits {static.returncode}: {static.stderr.strip()[-300:]}"
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(static.stdout)
            file.flush()
            envoy = run([arguments.envoy, "--mode", "validate", "-l", "error", "-c", file.name])
        return rejected, "" if envoy.returncode == 0 else "Envoy: " + (envoy.stderr.strip().splitlines() or ["?"])[-1][-400:]
    except subprocess.TimeoutExpired:
        return False, f"no answer in {SECONDS} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--solder", required=True)
    parser.add_argument("--plugin-dir")
    parser.add_argument("--envoy", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("directory", type=pathlib.Path)
    arguments = parser.parse_args()
    paths = sorted(arguments.directory.rglob("input.yaml"))
    clean = refused = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for path, (rejected, problem) in zip(paths, pool.map(lambda each: examine(arguments, each), paths)):
            clean += not rejected
            refused += bool(problem) and not rejected
            if problem:
                print(f"{path.parent.name}{' (has Rejected objects)' if rejected else ''}: {problem}", flush=True)
    print(f"{len(paths)} inputs; {clean} without a Rejected object, of which {clean - refused} pass")
    return 1 if refused or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
