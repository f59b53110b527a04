"""Several Envoys: roles that get different worlds, and both kinds of xDS stream."""
import unittest

from harness import Case, admin, free_port, request, until
from manifests import gateways, prefix_route, upstream, virtual_service


class Fleet(Case):
    def test_each_role_gets_its_own_listeners(self):
        world = self.world
        inner_port, inner_tls_port = free_port(), free_port()
        world.write("gateways.yaml", gateways(world.http_port, world.https_port) + "---" + gateways(inner_port, inner_tls_port, "inner", "inner-proxy"))
        world.write("one.yaml", upstream("one", world.start_backend("one")))
        world.write("routes.yaml", virtual_service("routes", prefix_route("/", "one")))
        world.start_solder()
        outer = world.start_envoy("outer")
        inner = world.start_envoy("inner", "gloo-system~inner-proxy")
        stranger = world.start_envoy("stranger", "gloo-system~nobody")
        world.until_status("/", 200)
        until("the inner proxy answers", lambda: request(inner_port).status == 200)
        for envoy, listeners in ((outer, 1), (inner, 1), (stranger, 0)):
            self.assertEqual(listeners, envoy.stats("listener_manager.total_listeners_active")["listener_manager.total_listeners_active"], envoy.name)

    def test_a_state_of_the_world_client_sees_what_a_delta_client_sees(self):
        world = self.world
        other_port, other_tls_port = free_port(), free_port()
        # One port can be bound once, so the second client has a gateway of its own for the same routes.
        world.write("gateways.yaml", gateways(world.http_port, world.https_port) + "---" + gateways(other_port, other_tls_port, "other", "other-proxy"))
        for name in ("one", "two"):
            world.write(f"{name}.yaml", upstream(name, world.start_backend(name)))
        world.write("routes.yaml", virtual_service("routes", prefix_route("/", "one")))
        world.start_solder()
        world.start_envoy("delta")
        sotw = world.start_envoy("sotw", "gloo-system~other-proxy", sotw=True)
        for target in ("one", "two", "one"):
            world.write("routes.yaml", virtual_service("routes", prefix_route("/", target)))
            for port in (world.http_port, other_port):
                until(f"port {port} goes to {target}", lambda port=port, target=target: request(port).backend == target)
        world.remove("two.yaml")
        until("the cluster is gone", lambda: "two_gloo-system" not in admin(sotw.admin_port, "/clusters").text)
        self.assertEqual(200, request(other_port).status)
        self.assertEqual({}, {name: value for name, value in sotw.stats("update_rejected").items() if value})


if __name__ == "__main__":
    unittest.main()
