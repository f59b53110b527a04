#!/usr/bin/env python3
"""The Rust crate: its own tests, the example built by cargo without a network, the kit on it, panics that stay inside, and a
configuration that Envoy takes.

SOLDER names the program, ENVOY Envoy's, CARGO cargo, TARGET where it may build."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOLDER, TARGET = pathlib.Path(os.environ["SOLDER"]).resolve(), pathlib.Path(os.environ["TARGET"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/plugins/canary"
SHIPPED = SOLDER.parents[1] / "lib/solder/plugins"

WORLD = """
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: %s, namespace: ns}
spec: {static: {hosts: [{addr: 127.0.0.1, port: 1}]}}
---
"""
ROUTE = """
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: vs, namespace: ns}
spec:
  virtualHost:
    domains: ['*']
    routes:
      - matchers: [{prefix: /}]
        routeAction: {single: {upstream: {name: old, namespace: ns}}}
        options: {canary: {upstreams: {'yes': {name: new}}, otherwise: {name: old}}}
"""

PANICS = """
use solder::json::Value;
use solder::{Host, OptionInput, Options, Out, Plugin, Problem, State};
struct Panics;
impl Plugin for Panics {
    fn create(_: Host, config: &Value) -> Result<Self, Problem> {
        if !config.get("fail").is_null() { panic!("no configuration") }
        Ok(Panics)
    }
}
impl Options for Panics {
    fn options(&self, input: &OptionInput, out: &mut Out) {
        if input.value().as_str() == Some("panic") { panic!("at {}", input.key()) }
        out.fragment("route", &solder::json!({"statPrefix": "fine"}));
    }
}
impl State for Panics {
    fn save(&self) -> Vec<u8> { b"state".to_vec() }
    fn restore(&mut self, _: &str, state: &[u8]) -> Result<(), Problem> {
        if state != b"state" { panic!("odd") }
        Ok(())
    }
}
impl Drop for Panics { fn drop(&mut self) { panic!("at the end") } }
solder::plugin! { plugin: Panics, name: "panics", version: "1.0.0", manifest: MANIFEST_TEXT, capabilities: [options, state] }
"""
PANICS_MANIFEST = {"manifest_version": 1, "name": "panics", "version": "1.0.0", "abi": {"major": 1, "minor": 0},
                   "provides": [{"id": "solder.options/1", "claims": [{"scope": "route", "key": "panics", "schema": {
                       "type": "string", "enum": ["fine"]}}]}, {"id": "solder.state/1"}], "unload": "never"}


def run(*command, cwd, environment=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=os.environ | (environment or {}), capture_output=True, text=True,
                          timeout=280)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Rust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.scratch = pathlib.Path(directory.name)
        # A copy, since cargo writes a lock file beside the sources; always at one place, so that what was built stays built.
        cls.sources = TARGET / "sources"
        for folder in ("plugin_api/sdk/rust", "examples/plugins/canary", "tests/abi"):
            shutil.copytree(ROOT / folder, cls.sources / folder, dirs_exist_ok=True)
        cls.plugins = cls.scratch / "plugins"
        cls.plugins.mkdir()
        cls.canary = cls.build(cls.sources / "examples/plugins/canary", "canary")

    @classmethod
    def cargo(cls, *arguments, cwd):
        return run(os.environ["CARGO"], *arguments, "--offline", cwd=cwd, environment={"CARGO_TARGET_DIR": str(TARGET)})

    @classmethod
    def build(cls, folder, name):
        cls.cargo("build", "--release", cwd=folder)
        file = cls.plugins / f"{name}.so"
        shutil.copy(TARGET / f"release/lib{name}.so", file)
        file.chmod(0o755)
        return file

    def check(self, file, *arguments):
        return subprocess.run([SOLDER, "plugin", "check", file, *map(str, arguments)], capture_output=True, text=True, timeout=120)

    def test_its_own_tests(self):
        self.assertNotIn("warning", self.cargo("test", "--tests", cwd=self.sources / "plugin_api/sdk/rust"))

    def test_the_example_passes_the_kit(self):
        done = self.check(self.canary, "--testdata", EXAMPLE / "testdata")
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertRegex(done.stdout, r"ok \d+ - golden: [^#]*\n")

    def test_envoy_takes_what_it_gives(self):
        world = self.scratch / "world.yaml"
        world.write_text(WORLD % "old" + WORLD % "new" + ROUTE)
        text = run(SOLDER, "translate", "--static", "--plugin-dir", SHIPPED, "--plugin-dir", self.plugins, world, cwd=self.scratch)
        self.assertIn("cluster: new_ns", text)
        (self.scratch / "envoy.yaml").write_text(text)
        run(os.environ["ENVOY"], "--mode", "validate", "-c", self.scratch / "envoy.yaml", cwd=self.scratch)

    def test_an_upstream_that_is_not_there_is_a_problem(self):
        world = self.scratch / "missing.yaml"
        world.write_text(WORLD % "old" + ROUTE)
        done = subprocess.run([SOLDER, "check", "--plugin-dir", SHIPPED, "--plugin-dir", self.plugins, world], capture_output=True, text=True, timeout=60)
        self.assertIn("1 Warning", done.stdout)
        self.assertRegex(done.stdout, r"options\.canary\.upstreams\.yes: there is no Upstream ns/new")

    def test_panics_stay_inside(self):
        folder = self.sources / "examples/plugins/panics"
        (folder / "src").mkdir(parents=True, exist_ok=True)
        cargo = (EXAMPLE / "Cargo.toml").read_text().replace("canary", "panics")
        (folder / "Cargo.toml").write_text(cargo)
        (folder / "src/lib.rs").write_text(PANICS.replace("MANIFEST_TEXT", json.dumps(json.dumps(PANICS_MANIFEST))))
        file = self.build(folder, "panics")
        config = self.scratch / "config.json"
        config.write_text('{"fail": true}')
        refused = self.check(file, "--config", config)
        self.assertIn("create returned status 3: the plugin panicked: no configuration", refused.stdout)
        self.assertEqual(0, self.check(file).returncode, self.check(file).stdout)
        # The schema lets nothing else through; the same with one that does.
        text = (folder / "src/lib.rs").read_text().replace('[\\"fine\\"]', '[\\"fine\\", \\"panic\\"]')
        (folder / "src/lib.rs").write_text(text)
        done = self.check(self.build(folder, "panics"), "--only", "odd-values")
        self.assertIn("PluginThrew: the plugin panicked: at panics", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
