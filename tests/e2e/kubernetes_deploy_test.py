"""deploy/: what is there is taken by a real API server, its rights are enough for Solder and no more, and a real Envoy takes its bootstrap."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

import kube_server
from harness import ENVOY, ROOT, Case, Process, admin, free_port, need_or_skip, until
from kube_server import ADMIN, Kubernetes
from manifests import ssl_config, virtual_service

DEPLOY = ROOT / "deploy/kubernetes"


class Deploy(Case):
    @classmethod
    def setUpClass(cls):
        need_or_skip(kube_server.PROGRAMS)
        cls.directory = tempfile.TemporaryDirectory(prefix="solder-kube-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.kube = Kubernetes(pathlib.Path(cls.directory.name))
        cls.addClassCleanup(cls.kube.stop)
        cls.admin = cls.kube.kubeconfig("admin", user={"token": ADMIN})

    def kubectl(self, *arguments, text=None):
        done = subprocess.run([self.kube.programs / "kubectl", "--kubeconfig", self.admin, *arguments], input=text, capture_output=True, text=True, check=False, timeout=180)
        self.assertEqual(0, done.returncode, f"{arguments}: {done.stderr}")
        return done.stdout

    def rendered(self, name):
        text = self.kubectl("kustomize", str(DEPLOY / name))
        return text, {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}

    def test_the_server_takes_all_of_it(self):
        for name in ("base", "validation", "autoscaling"):
            text, things = self.rendered(name)
            if name == "base":  # a dry run makes no namespace for what comes after it
                self.kube.add_namespaces("gloo-system")
            self.kubectl("apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-", text=text)
            self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=text)
            for kind, wanted in (("Deployment", {"solder", "gateway-proxy"}), ("PodDisruptionBudget", {"solder", "gateway-proxy"}), ("NetworkPolicy", {"solder", "gateway-proxy"})):
                self.assertEqual(wanted, {each for is_kind, each in things if is_kind == kind})
            # Selectors find the pods that they are for, and ports have names that the pods know.
            pods = {key[1]: each["spec"]["template"] for key, each in things.items() if key[0] == "Deployment"}
            for (kind, service), each in things.items():
                if kind != "Service":
                    continue
                chosen = [pod for pod in pods.values() if each["spec"]["selector"].items() <= pod["metadata"]["labels"].items()]
                self.assertEqual(1, len(chosen), service)
                names = {port["name"] for container in chosen[0]["spec"]["containers"] for port in container["ports"]}
                self.assertLessEqual({port["targetPort"] for port in each["spec"]["ports"]}, names, service)
            for pod in pods.values():
                for container in pod["spec"]["containers"]:
                    self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"])
                    self.assertTrue(pod["spec"]["securityContext"]["runAsNonRoot"])
        self.assertIn(("HorizontalPodAutoscaler", "gateway-proxy"), things)
        self.assertIn("validationAddress", (DEPLOY / "validation/settings.yaml").read_text())

    def test_its_rights_are_enough_and_no_more(self):
        world = self.world
        self.kube.add_namespaces("gloo-system")
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=self.rendered("base")[0])
        self.kube.add_definitions()
        # As the pod would be: by a token of its service account.
        (world.directory / "token").write_text(self.kubectl("create", "token", "solder", "-n", "gloo-system").strip())
        settings = yaml.safe_load((DEPLOY / "base/settings.yaml").read_text())
        settings["pluginConfig"]["kubernetes"]["watch"] = {"kubeconfig": str(self.kube.kubeconfig("pod", user={"tokenFile": str(world.directory / "token")}))}
        for own in ("configDir", "stateDir", "xdsAddress", "adminAddress"):
            self.assertIn(own, settings)
            del settings[own]
        (world.directory / "solder.yaml").write_text(json.dumps(settings))
        world.start_solder("--config", world.directory / "solder.yaml")
        self.kube.apply(virtual_service("routes", "    - {matchers: [{prefix: /}], directResponseAction: {status: 201}}"))
        until("the status is written", lambda: (self.kube.get("gateway.solo.io/v1", "VirtualService", "routes").get("status") or {}).get("statuses"))
        # A mistake, so that something is shared.
        self.kube.apply(virtual_service("routes", "    - {matchers: [{prefix: /}], directResponseAction: {status: 201}}", ssl=ssl_config("nothing")))
        secrets = self.kube.path("v1", "Secret", "gloo-system")
        until("its last good version is shared", lambda: [each for each in self.kube.must("GET", secrets)["items"] if each["type"] == "solder.io/shared"])
        self.assertIsNone(world.report("ConfigSource", "kubernetes", ""), "some right is missing")
        token = (world.directory / "token").read_text()
        for method, path in (("DELETE", self.kube.path("gateway.solo.io/v1", "VirtualService", "gloo-system", "routes")), ("POST", self.kube.path("v1", "Secret", "default")),
                             ("POST", self.kube.path("v1", "Pod", "gloo-system")), ("GET", self.kube.path("rbac.authorization.k8s.io/v1", "ClusterRole"))):
            body = {"metadata": {"name": "x"}} if method == "POST" else None
            self.assertEqual(403, self.kube.ask(method, path, body, token=token)[0], path)

    def test_envoy_takes_its_bootstrap(self):
        """And answers for probes and metrics as Gloo's does."""
        text = (DEPLOY / "base/envoy.yaml").read_text()
        ours, printed = yaml.safe_load(text), yaml.safe_load(self.world.solder_output("bootstrap", "--xds-address", "solder.gloo-system.svc.cluster.local:9977", "--admin-address", "127.0.0.1:19000"))
        for name in ("admin", "dynamic_resources", "layered_runtime", "overload_manager"):
            self.assertEqual(printed[name], ours[name], name)
        self.assertIn(printed["static_resources"]["clusters"][0], ours["static_resources"]["clusters"])
        self.assertEqual(printed["node"]["metadata"], ours["node"]["metadata"])
        self.world.start_solder()
        port, admin_port = free_port(), free_port()
        path = self.world.directory / "envoy.yaml"
        text = text.replace("solder.gloo-system.svc.cluster.local, port_value: 9977", f"127.0.0.1, port_value: {self.world.xds_port}").replace("19000", str(admin_port))
        path.write_text(re.sub(r"0.0.0.0, port_value: 8081", f"127.0.0.1, port_value: {port}", text))
        _, things = self.rendered("base")
        arguments = things["Deployment", "gateway-proxy"]["spec"]["template"]["spec"]["containers"][0]["args"]
        arguments = [{"/etc/envoy/envoy.yaml": str(path)}.get(each, each).replace("$(POD_NAME).$(POD_NAMESPACE)", "pod-1.gloo-system") for each in arguments]
        envoy = Process("gateway-proxy", [ENVOY, *arguments], self.world.directory / "envoy.log")
        self.world.start(envoy, lambda: admin(port, "/ready").status == 200)
        self.assertIn("envoy_server_live", admin(port, "/metrics").text)
        until("Solder knows it by its pod", lambda: "pod-1.gloo-system" in admin(self.world.admin_port, "/status").text)


if __name__ == "__main__":
    unittest.main()
