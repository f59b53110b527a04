"""Builds plugins in Go, for tests: a program, packed with its manifest by the solder that is tested."""
import json
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = shutil.which("go") is not None
ALLOW_FROM = ROOT / "examples/plugins/allow_from"
CATALOG = ROOT / "examples/plugins/catalog"
TRIAL = ROOT / "tests/plugin/go/trial"
FINDER = ROOT / "tests/plugin/go/finder"


def go(*arguments, cwd):
    environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -trimpath", "GOPROXY": "off", "GOTOOLCHAIN": "local"}
    done = subprocess.run(["go", *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=280)
    if done.returncode != 0:
        raise AssertionError(f"go {arguments}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def pack(solder, program, manifest, file):
    done = subprocess.run([solder, "plugin", "pack", program, "--manifest", manifest, "-o", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return file


def build(solder, folder, file, mode=""):
    program = file.with_suffix(".program")
    go("build", "-ldflags", f"-X main.mode={mode}", "-o", program, ".", cwd=folder)
    return pack(solder, program, folder / "manifest.json", file)


def trial_manifest(version="1.0.0", **changed):
    schema = {"type": "string", "maxLength": 200, "examples": ["one", "another"]}
    options = {"id": "solder.options/1", "claims": [{"scope": "route", "key": "trial", "schema": schema}]}
    return json.dumps({"manifest_version": 1, "name": "trial", "version": version, "abi": {"major": 1, "minor": 0},
                       "provides": [options, {"id": "solder.state/1"}]} | changed)


def build_trial(solder, file, mode="", **manifest):
    """What it does before any call is `mode`: crash, end, mute, stateless."""
    program = file.with_suffix(f".program-{mode}")
    if not program.exists():
        go("build", "-ldflags", f"-X main.mode={mode}", "-o", program, ".", cwd=TRIAL)
    text = file.with_suffix(".json")
    text.write_text(trial_manifest(**manifest))
    return pack(solder, program, text, file)
