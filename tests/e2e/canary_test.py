"""The example in Rust under traffic: requests with a header go to another upstream, all others do not."""
import os
import pathlib
import shutil
import subprocess
import unittest

from manifests import to, upstream, virtual_service
from plugin_world import PluginCase

ROUTE = """    - matchers: [{prefix: /}]
      routeAction: {%s}
      options: {canary: {upstreams: {'new': {name: two}}, otherwise: {name: one}}}"""


ROOT, TARGET = pathlib.Path(__file__).resolve().parents[2], pathlib.Path(os.environ["TARGET"])


def build():
    """A copy, since cargo writes a lock file beside the sources; at the place where tests/plugin/rust_test.py builds it too."""
    for folder in ("plugin_api/sdk/rust", "examples/plugins/canary"):
        shutil.copytree(ROOT / folder, TARGET / "sources" / folder, dirs_exist_ok=True)
    subprocess.run([os.environ["CARGO"], "build", "--release", "--offline", "--quiet"], cwd=TARGET / "sources/examples/plugins/canary",
                   check=True, timeout=280, env=os.environ | {"CARGO_TARGET_DIR": str(TARGET)})
    return TARGET / "release/libcanary.so"


class Canary(PluginCase):
    def test_a_header_chooses_the_upstream(self):
        world = self.world
        self.put(build().read_bytes(), "canary.so")
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
