"""Automatic mTLS through a real Envoy: pods of the mesh are spoken to with the certificate that the agent gives, all others in plain."""
import json
import sys
import unittest

import certificates
from harness import HERE, Case, Envoy, Process, admin, free_port, until
from kubernetes_api_test import endpoint_slice, service, to_service
from manifests import gateways


def settings(**options):
    return {"apiVersion": "gloo.solo.io/v1", "kind": "Settings", "metadata": {"name": "default", "namespace": "gloo-system"}, "spec": {"gloo": {"istioOptions": options}}}


class AutoMtls(Case):
    def files(self, pair):
        paths = [self.world.directory / f"mesh.{end}" for end in ("crt", "key")]
        for path, text in zip(paths, (pair.certificate, pair.key)):
            path.write_text(text)
        return [*paths, paths[0]]

    def put(self, *objects):
        for each in objects:
            self.world.write(f"{each['kind']}-{each['metadata']['name']}.json", json.dumps(each))

    def pod(self, name, port, **labels):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "labels": labels}, "status": {"phase": "Running", "podIP": "127.0.0.1"}}
        slices = endpoint_slice("127.0.0.1", port, name=name)
        slices[0]["endpoints"][0]["targetRef"] = {"kind": "Pod", "namespace": "shop", "name": name}
        self.put(pod, *slices)

    def answers(self):
        return {answer.backend if answer.status == 200 else "none" for answer in (self.world.get() for _ in range(12))}

    def test_pods_of_the_mesh_and_others(self):
        world = self.world
        files = self.files(certificates.make("cart.shop"))
        agent = free_port()
        world.start(process := Process("agent", [sys.executable, HERE / "mesh_agent.py", agent, *files], world.directory / "agent.log"), lambda: "listening" in process.tail())
        inside, outside = world.start_backend("inside", *files), world.start_backend("outside")
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("routes.yaml", to_service())
        self.put(service(), settings(enableIntegration=True, enableAutoMtls=True))
        self.pod("inside", inside, **{"security.istio.io/tlsMode": "istio"})
        self.pod("outside", outside)
        world.start_solder()
        envoy = Envoy(world, "envoy", "gloo-system~gateway-proxy", False, ["--mesh-agent", f"127.0.0.1:{agent}"])
        world.start(envoy, lambda: admin(envoy.admin_port, "/ready").text.startswith("LIVE"))
        until("both answer", lambda: self.answers() == {"inside", "outside"})
        self.assertGreater(sum(envoy.stats("cluster.kube-svc_shop-cart-80_shop.ssl.handshake").values()), 0)
        self.assertNotIn("PRIVATE KEY", world.solder.log.read_text())
        # A pod that joins the mesh is a change of endpoints alone.
        received = envoy.resources_received()
        self.pod("joined", self.world.start_backend("joined", *files), **{"security.istio.io/tlsMode": "istio"})
        until("it answers", lambda: self.answers() == {"inside", "joined", "outside"})
        moved = {name for name, value in envoy.resources_received().items() if value != received.get(name, 0)}
        self.assertEqual({"cluster.kube-svc_shop-cart-80_shop.update_success"}, moved)
        # Switched off for all, it is as if there were no mesh.
        self.put(settings(enableIntegration=True, enableAutoMtls=False))
        until("all are spoken to in plain", lambda: self.answers() == {"outside", "none"})


if __name__ == "__main__":
    unittest.main()
