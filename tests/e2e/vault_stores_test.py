"""Several secret stores side by side, parts of a real Vault that may not be read, what is no Secret, and answers that are none of Vault's: the rest goes on."""
import stat
import unittest

import certificates
from harness import request, until
from manifests import ssl_config, prefix_route, virtual_service
from vault_server import LAYOUT, Front
from vault_test import POLL, OnVault


class Stores(OnVault):
    def test_a_part_that_may_not_be_read_and_what_is_no_secret_leave_the_rest_alone(self):
        vault = self.vault
        vault.policy("part", (f"secret/metadata/{LAYOUT}/*", "list", "read"), (f"secret/data/{LAYOUT}/gloo-system/*", "read"), (f"secret/data/{LAYOUT}/gloo-system/no", "deny"))
        for name in ("no", "garbage"):
            vault.put_secret(name, {"n": 1})
        vault.put_secret("other", {"user": "u"}, namespace="team")
        self.settings(f"accessToken: {vault.make_token('part')}")
        self.serve()
        self.world.start_envoy()
        self.until_served(self.certificate)
        report = self.until_problem("AccessDenied", f"secret/data/{LAYOUT}/gloo-system/no", "NotASecret", "garbage")
        self.assertIn("capabilities", str(report))
        self.assertIn(f"secret/data/{LAYOUT}/team/other", str(report))
        self.until_served(self.rotate())
        # Nonsense in Vault's place takes nothing away.
        for answer in ((200, {}, b"<html>hello</html>"), (500, {}, b"{}"), (200, {}, b'{"data": {"keys": 7}}'), (404, {}, b"not here"), (429, {"retry-after": "1"}, b'{"errors": []}')):
            self.front.fault = lambda path, answer=answer: answer if "/secret/" in path else None
            self.until_polled(1)
            until(f"{answer} is told", lambda: "AccessDenied" not in str(self.world.report("ConfigSource", "vault", "")))
            self.until_served_still()
        self.front.fault = lambda path: None
        self.until_problem("AccessDenied", "NotASecret")
        vault.must("DELETE", f"secret/metadata/{LAYOUT}/gloo-system/garbage")
        until("what is gone is no problem", lambda: "garbage" not in str(self.world.report("ConfigSource", "vault", "")))
        # A Secret that is deleted is gone, and comes back.
        vault.must("DELETE", f"secret/metadata/{LAYOUT}/gloo-system/a")
        until("the missing Secret is named", lambda: "gloo-system/a" in str(self.world.report("VirtualService", "a")["errors"]))
        self.until_served(self.rotate())

    def test_several_stores_a_redirect_and_version_1_of_the_engine(self):
        vault = self.vault
        vault.must("POST", "sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
        second = certificates.make("a.test")
        other = certificates.make("b.test")
        vault.must("POST", f"old/{LAYOUT}/gloo-system/a", {"tls": {"certChain": second.certificate, "privateKey": second.key}})
        vault.must("POST", f"old/{LAYOUT}/gloo-system/b", {"tls.crt": other.certificate, "tls.key": other.key})
        # A standby that leads to the active one.
        standby = Front(vault)
        self.addCleanup(standby.stop)
        standby.fault = lambda path: (307, {"location": self.front.url + path}, b"")
        self.world.write("b.yaml", virtual_service("b", prefix_route("/", "one"), "[b.test]", ssl=ssl_config("b", "b.test")))
        self.world.write("settings.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {{name: default, namespace: gloo-system}}
spec:
  secretOptions:
    sources:
    - vault: {{address: '{standby.url}', pathPrefix: old, rootKey: gloo, accessToken: {vault.token}}}
    - kubernetes: {{}}
    - vault: {{address: 'not-an-address', accessToken: x}}
""")
        self.serve(config=f"pluginConfig: {{vault: {{pollSeconds: {POLL}, keepOnDisk: true, sources: [{{address: '{self.front.url}', rootKey: elsewhere, accessToken: {vault.token}}}]}}}}\n")
        self.world.start_envoy()
        self.until_served(second)
        self.world.until_state("Settings", "default", "Rejected", "cannot be asked at this address", "not-an-address")
        answer = request(self.world.https_port, "/", host="b.test", sni="b.test")
        self.assertEqual((200, other.der), (answer.status, answer.peer_certificate))
        self.assertEqual(0, standby.seen[f"GET /v1/secret/metadata/{LAYOUT}/"])
        # With keepOnDisk a restart serves what was known, by a file of its owner's alone.
        vault.stop()
        self.assertEqual(0, self.world.solder.end())
        kept = self.world.directory / "state/sources/vault.jsonl"
        self.assertEqual(0o600, stat.S_IMODE(kept.stat().st_mode))
        self.serve(config=(self.world.directory / "solder.yaml").read_text())
        self.until_served(second)


if __name__ == "__main__":
    unittest.main(verbosity=2)
