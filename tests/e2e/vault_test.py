"""Secrets in a real Vault: certificates that a real Envoy serves, who may ask, and what becomes of all that while Vault is sealed, revokes, refuses or answers nonsense."""
import stat
import threading
import time
import unittest

import certificates
import vault_server
from harness import Case, need_or_skip, request, until
from manifests import gateways, prefix_route, ssl_config, upstream, virtual_service
from vault_server import LAYOUT, Front, VaultServer

POLL = 0.3  # seconds


class OnVault(Case):
    """With a Vault that has the certificate of a.test, and a virtual service that serves it."""

    def setUp(self):
        super().setUp()
        need_or_skip(vault_server.PROGRAMS)
        self.vault = VaultServer(self.world.directory / "vault")
        self.vault.start()
        self.addCleanup(self.vault.stop)
        self.front = Front(self.vault)
        self.addCleanup(self.front.stop)
        self.vault.reader_policy()
        self.certificate = certificates.make("a.test")
        self.vault.put_certificate("a", self.certificate)
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("web.yaml", upstream("one", world.start_backend("one")) + "---\n" +
                    virtual_service("a", prefix_route("/", "one"), "[a.test]", ssl=ssl_config("a", "a.test")) + "---\n" +
                    virtual_service("plain", prefix_route("/", "one"), "[plain.test]"))

    def settings(self, source, more=""):
        self.world.write("settings.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {{name: default, namespace: gloo-system}}
spec:
  refreshRate: {POLL}s
  vaultSecretSource: {{address: '{self.front.url}', {source}}}
{more}""")

    def serve(self, *flags, config=None, **how):
        if config:
            (self.world.directory / "solder.yaml").write_text(config)
            flags = (*flags, "--config", self.world.directory / "solder.yaml")
        self.world.start_solder(*flags, **how)

    def until_served(self, certificate):
        def attempt():
            answer = request(self.world.https_port, "/", host="a.test", sni="a.test")
            assert (answer.status, answer.peer_certificate) == (200, certificate.der), answer
            return answer
        return until("a.test answers with its certificate", attempt)

    def rotate(self):
        renewed = certificates.make("a.test")
        self.vault.put_certificate("a", renewed)
        return renewed

    def until_problem(self, reason, *words):
        return self.world.until_state("ConfigSource", "vault", "Warning", reason, *words, namespace="")

    def until_no_problem(self):
        def attempt():
            report = self.world.report("ConfigSource", "vault", "")
            return report is None or not report["warnings"]
        until("Vault has no problem", attempt)

    def polls(self):
        return self.front.seen[f"GET /v1/secret/metadata/{LAYOUT}/"]

    def until_polled(self, times=2):
        before = self.polls()
        until("Vault was polled", lambda: self.polls() >= before + times)

    def assert_nowhere(self, *values, files=True):
        """Neither in the log nor in a page nor, with `files`, in a file that Solder wrote."""
        texts = {"log": self.world.solder.log.read_text(errors="replace")}
        for page in ("/status", "/snapshot", "/metrics", "/plugins"):
            texts[page] = request(self.world.admin_port, page, host="localhost").text
        for path in (self.world.directory / "state").rglob("*"):
            if files and path.is_file() and "plugins" not in path.relative_to(self.world.directory / "state").parts:
                texts[str(path)] = path.read_text(errors="replace")
        for value in values:
            for line in filter(None, value.splitlines()):
                for where, text in texts.items():
                    self.assertNotIn(line, text, where)

    @staticmethod
    def secret_lines(certificate):
        return "\n".join(certificate.key.splitlines()[1:-1])

    def until_served_still(self):
        answer = request(self.world.https_port, "/", host="a.test", sni="a.test")
        self.assertEqual(200, answer.status)


class Secrets(OnVault):
    def test_a_rotation_reaches_envoy_within_the_poll_without_a_failed_handshake(self):
        token = self.vault.make_token("solder")
        self.settings(f"accessToken: {token}")
        self.serve()
        self.world.start_envoy()
        self.until_served(self.certificate)
        done, problems, seen = threading.Event(), [], set()

        def client():
            while not done.is_set():
                try:
                    answer = request(self.world.https_port, "/", host="a.test", sni="a.test")
                    seen.add(answer.peer_certificate)
                    if answer.status != 200:
                        problems.append(answer)
                except OSError as problem:
                    problems.append(problem)

        thread = threading.Thread(target=client)
        thread.start()
        took = []
        try:
            for _ in range(3):
                begin = time.monotonic()
                renewed = self.rotate()
                self.until_served(renewed)
                took.append(time.monotonic() - begin)
        finally:
            done.set()
            thread.join()
        print(f"rotations took {[f'{each:.2f}' for each in took]} s with a poll every {POLL} to {POLL * 8 / 7:.2f} s")
        self.assertEqual([], problems)
        self.assertGreaterEqual(len(seen), 3)
        # What has not changed is not read again.
        reads = sum(count for path, count in self.front.seen.items() if "/secret/data/" in path)
        self.until_polled(3)
        self.assertEqual(reads, sum(count for path, count in self.front.seen.items() if "/secret/data/" in path))
        self.assert_nowhere(self.secret_lines(self.certificate), self.secret_lines(renewed))
        self.assert_nowhere(token, files=False)  # Settings that were good are kept, with the token that stands in them
        journal = self.world.directory / "state/last_good/last-good.jsonl"
        if journal.exists():
            self.assertEqual(0, stat.S_IMODE(journal.stat().st_mode) & 0o077)

    def test_sealed_and_away_keep_what_was_known_and_are_not_asked_in_a_loop(self):
        self.settings(f"accessToken: {self.vault.make_token('solder')}")
        self.serve()
        self.world.start_envoy()
        self.until_served(self.certificate)
        self.vault.seal()
        self.until_problem("VaultSealed", "is sealed", "unseal")
        before, begin = self.front.total(), time.monotonic()
        self.world.edit("web.yaml", "plain.test", "other.test")
        self.world.until_status("/", 200, host="other.test")
        self.until_served(self.certificate)
        until("it was asked three times more", lambda: self.front.total() >= before + 3)
        rate = (self.front.total() - before) / (time.monotonic() - begin) * 60
        self.assertLess(rate, 150, "requests a minute to a sealed Vault")
        self.vault.unseal()
        self.until_served(self.rotate())
        self.until_no_problem()
        self.vault.stop()
        self.until_problem("ServerUnreachable", "does not answer")
        # Restarted Solder waits for Vault: half a world reaches nobody, and nothing secret is on disk.
        self.assertEqual(0, self.world.solder.end())
        self.serve(ready=False)
        until("it says what it waits for", lambda: "vault" in request(self.world.admin_port, "/readyz", host="localhost").text)
        self.vault.start()
        self.until_served(self.rotate())

    def test_logging_in_by_an_approle_and_tokens_that_end(self):
        vault = self.vault
        vault.must("POST", "sys/auth/approle", {"type": "approle"})
        vault.must("POST", "auth/approle/role/solder", {"token_policies": ["solder"], "token_ttl": "3s", "token_max_ttl": "6s"})
        role = vault.must("GET", "auth/approle/role/solder/role-id")["data"]["role_id"]
        secret = vault.must("POST", "auth/approle/role/solder/secret-id", {})["data"]["secret_id"]
        (self.world.directory / "secret-id").write_text("wrong\n")
        self.settings(f"appRole: {{roleId: {role}, secretIdFile: {self.world.directory}/secret-id}}")
        self.serve(ready=False)
        until("it says that logging in failed", lambda: "logging in" in request(self.world.admin_port, "/readyz", host="localhost").text)
        (self.world.directory / "secret-id").write_text(secret + "\n")
        self.world.start_envoy()
        self.until_served(self.certificate)
        # It is renewed, then had anew, and Secrets go on to come.
        until("the token was renewed", lambda: self.front.seen["POST /v1/auth/token/renew-self"] >= 1)
        logins = self.front.seen["POST /v1/auth/approle/login"]
        until("it logged in again", lambda: self.front.seen["POST /v1/auth/approle/login"] > logins)
        self.until_served(self.rotate())
        # All its tokens are revoked.
        vault.must("PUT", "sys/leases/revoke-force/auth/approle")
        self.until_served(self.rotate())
        self.until_no_problem()
        self.assert_nowhere(secret)

    def test_a_revoked_token_and_one_in_a_file_that_takes_its_place(self):
        token_file = self.world.directory / "token"
        first = self.vault.make_token("solder")
        token_file.write_text(first + "\n")
        self.settings(f"tokenFile: {token_file}")
        self.serve()
        self.world.start_envoy()
        self.until_served(self.certificate)
        self.vault.must("POST", "auth/token/revoke", {"token": first})
        self.until_problem("NotAuthenticated", "does not take the token")
        self.until_served(self.certificate)
        token_file.write_text(self.vault.make_token("solder") + "\n")
        self.until_served(self.rotate())
        self.until_no_problem()


if __name__ == "__main__":
    unittest.main(verbosity=2)
