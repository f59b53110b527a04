"""A world whose plugin directory is the test's own, for plugins that come and go while Solder serves."""
import shutil

from harness import BUILD, Case
from manifests import gateways, upstream

SHIPPED = BUILD / "lib/solder/plugins"


class PluginCase(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        self.plugins = world.directory / "plugins"
        shutil.copytree(SHIPPED, self.plugins)
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstream.yaml", upstream("one", world.start_backend("a")))

    def put(self, content, file, mode=0o644):
        """As editors and installers do it: beside, then renamed over."""
        staging = self.plugins / f".{file}.new"
        staging.write_bytes(content)
        staging.chmod(mode)
        staging.rename(self.plugins / file)
