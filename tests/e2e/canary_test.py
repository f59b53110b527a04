"""The example in Rust under traffic: requests with a header go to another upstream, all others do not."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from manifests import to, upstream, virtual_service
from plugin_world import PluginCase

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/plugins/canary"
ROUTE = """    - matchers: [{prefix: /}]
      routeAction: {%s}
      options: {canary: {upstreams: {'new': {name: two}}, otherwise: {name: one}}}"""


class Canary(PluginCase):
    def test_a_header_chooses_the_upstream(self):
        world = self.world
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "examples/plugins/canary"
            shutil.copytree(EXAMPLE, folder)
            shutil.copytree(EXAMPLE.parents[2] / "plugin_api/sdk/rust", pathlib.Path(scratch) / "plugin_api/sdk/rust")
            subprocess.run([os.environ["CARGO"], "build", "--release", "--offline", "--quiet"], cwd=folder, check=True, timeout=280,
                           env=os.environ | {"CARGO_TARGET_DIR": os.environ["TARGET"]})
            self.put((pathlib.Path(os.environ["TARGET"]) / "release/libcanary.so").read_bytes(), "canary.so")
        world.write("canary.yaml", virtual_service("canary", ROUTE % to("one")))
        world.write("two.yaml", upstream("two", world.start_backend("b")))
        world.start_solder("--plugin-dir", self.plugins)
        world.start_envoy()
        self.assertEqual("a", world.until_status("/", 200).backend)
        self.assertEqual("b", world.get("/", headers={"x-canary": "new"}).backend)
        self.assertEqual("a", world.get("/", headers={"x-canary": "old"}).backend)
        # The upstream goes: the route says so, and what worked goes on.
        world.remove("two.yaml")
        world.until_state("VirtualService", "canary", "Warning", "there is no Upstream gloo-system/two")


if __name__ == "__main__":
    unittest.main(verbosity=2)
