#!/usr/bin/env python3
"""Runs the golden cases: `solder translate` on each cases/<name>/input.yaml must print expected.yaml.

The input holds the whole world. Its first comment lines may say
    # plugins: echo_a echo_b        test plugins to load beside the shipped ones
    # no-validate: REASON           the static output is not expected to pass Envoy's validation
A config.yaml beside it is the server's file of settings.
Each case runs a second time with its documents in another order and must print the same. Unless told otherwise the static
output of every case must pass `envoy --mode validate`. An expected.yaml without an input, and an input without an
expected.yaml, fail. With UPDATE=1 in the environment the expected files are written instead of compared. Without --envoy
each case is translated once and not validated: for a build whose output is the one that another build has tried.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

CASES = pathlib.Path(__file__).parent / "cases"


def header(text, word):
    match = re.search(rf"^# {word}:(.*)$", text, re.MULTILINE)
    return match.group(1).split() if match else []


def translate(args, case_dir, file, plugins, extra, settings=None):
    with tempfile.TemporaryDirectory() as links:
        for name in plugins:
            os.symlink(args.test_plugin_dir / f"{name}.so", pathlib.Path(links) / f"{name}.so")
        settings = settings or pathlib.Path(case_dir) / "config.yaml"
        config = ["--config", str(settings)] if settings.exists() else []
        command = [str(args.solder), "translate", "--plugin-dir", str(args.plugin_dir), "--plugin-dir", links, *config, *extra, file]
        run = subprocess.run(command, cwd=case_dir, capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        raise RuntimeError(f"exit {run.returncode}: {run.stderr.strip()[-2000:]}")
    return run.stdout


def shuffled(text, name):
    """The same documents in another order, padded so that the comment lines stay at the top."""
    documents = re.split(r"^---\n", text, flags=re.MULTILINE)
    random.Random(name).shuffle(documents)
    return "---\n".join(document if document.endswith("\n") else document + "\n" for document in documents)


def without_places(text):
    """Lines and columns move with the documents."""
    return re.sub(r"(input\.yaml):\d+:\d+", r"\1", re.sub(r"^\s*(line|column): \d+\n", "", text, flags=re.MULTILINE))


def diff(name, want, got):
    return "".join(difflib.unified_diff(want.splitlines(True), got.splitlines(True), f"{name}/expected.yaml", "printed"))


def validate(args, case_dir, plugins):
    static = translate(args, case_dir, "input.yaml", plugins, ["--static"])
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(static)
        file.flush()
        run = subprocess.run([str(args.envoy), "--mode", "validate", "-c", file.name, "-l", "error"], capture_output=True,
                             text=True, timeout=120)
    return "" if run.returncode == 0 else "Envoy refuses the static output: " + run.stderr.strip()[-1500:]


def run_case(args, case_dir):
    text = (case_dir / "input.yaml").read_text()
    plugins = header(text, "plugins")
    expected = case_dir / "expected.yaml"
    printed = translate(args, case_dir, "input.yaml", plugins, ["-o", "yaml", "--provenance"])
    if args.update:
        expected.write_text(printed)
    elif not expected.exists():
        return "there is no expected.yaml; make golden UPDATE=1 writes it"
    elif printed != expected.read_text():
        return diff(case_dir.name, expected.read_text(), printed)
    if not args.envoy:
        return ""
    if text.count("\n---\n"):
        with tempfile.TemporaryDirectory() as other:
            (pathlib.Path(other) / "input.yaml").write_text(shuffled(text, case_dir.name))
            again = translate(args, other, "input.yaml", plugins, ["-o", "yaml", "--provenance"], case_dir / "config.yaml")
        if without_places(again) != without_places(printed):
            return "with the documents in another order:\n" + diff(case_dir.name, without_places(printed), without_places(again))
    return "" if header(text, "no-validate") else validate(args, case_dir, plugins)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--solder", "--plugin-dir", "--test-plugin-dir", "--envoy"):
        parser.add_argument(name, type=lambda path: pathlib.Path(path).resolve(), required=name != "--envoy")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    args = parser.parse_args()
    args.update = os.environ.get("UPDATE") == "1"
    cases = sorted(path for path in CASES.iterdir() if args.only in path.name)
    failed = [path.name for path in cases if not (path / "input.yaml").exists()]
    for name in failed:
        print(f"{name}: has no input.yaml")

    def guarded(path):
        try:
            return run_case(args, path)
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            return str(problem)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runnable = [path for path in cases if path.name not in failed]
        for path, problem in zip(runnable, pool.map(guarded, runnable)):
            if problem:
                failed.append(path.name)
                print(f"{path.name}:\n{problem}")
    print(f"{len(cases) - len(failed)} of {len(cases)} golden cases hold")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
