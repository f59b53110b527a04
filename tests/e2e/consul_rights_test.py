"""Who may read and write what in a real Consul: tokens that rotate and wrong ones, parts that may not be read, authorities. What may be read is served, and what is
missing is named with its policy."""
import unittest

from consul_kv_test import OnConsul, answer
from consul_server import ROOT_TOKEN
from harness import admin, until


class Rights(OnConsul):
    POLICY = """
key_prefix "gloo/" { policy = "read" }
key_prefix "gloo/status/" { policy = "write" }
key_prefix "solder/gloo/" { policy = "write" }
session_prefix "" { policy = "write" }
"""

    def test_a_token_rotates_and_a_wrong_one_is_named(self):
        self.start_consul(acl=True, tls=True)
        self.prepare()
        files = {name: str(self.consul.directory / file) for name, file in (("caFile", "ca.crt"), ("certFile", "client.crt"), ("keyFile", "client.key"))}
        token = self.world.directory / "token"
        token.write_text(self.consul.token(self.POLICY))
        self.start(tokenFile=str(token), consistencyMode="ConsistentMode", **files)
        self.world.start_envoy()
        self.world.until_status("/", 201)
        self.until_written("Accepted")
        good = token.read_text()
        token.write_text("99999999-0000-0000-0000-000000000000")
        self.consul.apply(answer(202))  # ends the waiting questions
        self.source_says("NotAuthenticated", str(token))
        self.assertIn(self.world.get().status, (201, 202))
        token.write_text(self.consul.token(self.POLICY, "another"))
        self.source_is_well()
        self.consul.apply(answer(203))
        self.world.until_status("/", 203)
        log = self.world.solder.log.read_text() + admin(self.world.admin_port, "/status").text
        self.assertNotIn(good, log)
        self.assertNotIn(token.read_text(), log)
        self.assertNotIn(ROOT_TOKEN, log)

    def test_a_part_of_the_tree_that_may_not_be_read_is_named_with_its_policy(self):
        self.start_consul(acl=True)
        self.prepare()
        token = self.world.directory / "token"
        token.write_text(self.consul.token(self.POLICY.replace('status/" { policy = "write"', 'status/" { policy = "read"') + 'key_prefix "gloo/gateway.solo.io/v1/RouteTable/" { policy = "deny" }\n'))
        self.consul.put("gloo/gateway.solo.io/v1/RouteTable/gloo-system/table", "routes: []")
        self.start(tokenFile=str(token))
        self.world.start_envoy()
        self.world.until_status("/", 201)
        self.source_says("AccessDenied", 'key_prefix \\"gloo/gateway.solo.io/v1/RouteTable/\\" { policy = \\"read\\" }')
        self.source_says('key_prefix \\"gloo/status/\\" { policy = \\"write\\" }')
        # Rights that are taken away while it runs take nothing away from Envoy.
        lost = self.consul.token('key_prefix "gloo/gloo.solo.io/" { policy = "read" }')
        token.write_text(lost)
        self.consul.apply(answer(202))
        self.source_says('key_prefix \\"gloo/gateway.solo.io/v1/VirtualService/\\" { policy = \\"read\\" }')
        self.assertIn(self.world.get().status, (201, 202))
        token.write_text(self.consul.token(self.POLICY))
        self.consul.apply(answer(203))
        self.world.until_status("/", 203)
        self.source_is_well()

    def test_without_the_lock_everything_is_served_and_nothing_written(self):
        self.start_consul(acl=True)
        self.prepare()
        token = self.world.directory / "token"
        token.write_text(self.consul.token(self.POLICY.replace('session_prefix "" { policy = "write" }', "")))
        self.start(tokenFile=str(token))
        self.world.start_envoy()
        self.world.until_status("/", 201)
        self.source_says("AccessDenied", "solder/gloo/leader", 'session_prefix \\"\\" { policy = \\"write\\" }', "lease: false")
        self.consul.apply(answer(202))
        self.world.until_status("/", 202)
        self.assertEqual({}, self.status())
        # The missing right is given, and nothing has to be started again.
        token.write_text(self.consul.token(self.POLICY))
        self.until_written("Accepted")
        self.source_is_well()

    def test_a_wrong_authority_is_not_believed(self):
        self.start_consul(tls=True)
        self.prepare()
        self.start(ready=False, caFile=str(self.consul.directory / "other-ca.crt"))
        until("it says why", lambda: "certificate" in admin(self.world.admin_port, "/readyz").text)
        self.assertEqual(503, admin(self.world.admin_port, "/readyz").status)

    def test_a_certificate_that_is_not_valid_yet_takes_nothing_away(self):
        self.start_consul(tls=True)
        self.prepare()
        files = {name: str(self.consul.directory / file) for name, file in (("caFile", "ca.crt"), ("certFile", "client.crt"), ("keyFile", "client.key"))}
        self.start(**files)
        self.world.start_envoy()
        self.world.until_status("/", 201)
        server = self.consul.directory / "server.crt"
        good = server.read_text()
        self.consul.stop()
        self.consul.not_yet_valid()
        self.consul.launch()
        self.source_says("ServerUnreachable", "not yet valid")
        self.world.until_status("/", 201)
        self.consul.stop()
        server.write_text(good)
        self.consul.start()
        self.source_is_well()
        self.consul.apply(answer(202))
        self.world.until_status("/", 202)


if __name__ == "__main__":
    unittest.main()
