"""HTTPS: server names, certificates that rotate, certificates that are wrong."""
import concurrent.futures
import threading
import unittest

import certificates
from harness import Case, request, until
from manifests import gateways, prefix_route, ssl_config, tls_secret, upstream, virtual_service


class Tls(Case):
    def setUp(self):
        super().setUp()
        world = self.world
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", upstream("one", world.start_backend("one")) + "---\n" + upstream("two", world.start_backend("two")))
        self.certificates = {name: certificates.make(f"{name}.test") for name in ("a", "b")}
        for name, backend in (("a", "one"), ("b", "two")):
            self.write_secret(name, self.certificates[name])
            world.write(f"{name}.yaml", virtual_service(name, prefix_route("/", backend), f"[{name}.test]", ssl=ssl_config(name, f"{name}.test")))

    def write_secret(self, name, certificate):
        self.world.write(f"secret-{name}.yaml", tls_secret(name, certificate.certificate, certificate.key))

    def serve(self):
        self.world.start_solder()
        self.world.start_envoy()

    def secure(self, name):
        return request(self.world.https_port, "/", host=f"{name}.test", sni=f"{name}.test")

    def until_secure(self, name, certificate):
        def attempt():
            answer = self.secure(name)
            assert (answer.status, answer.peer_certificate) == (200, certificate.der), answer
            return answer
        return until(f"{name}.test answers with its certificate", attempt)

    def test_the_server_name_chooses_certificate_and_routes(self):
        self.serve()
        self.assertEqual("one", self.until_secure("a", self.certificates["a"]).backend)
        self.assertEqual("two", self.until_secure("b", self.certificates["b"]).backend)
        with self.assertRaises(OSError):
            self.secure("nobody")

    def test_a_certificate_rotates_without_a_failed_handshake(self):
        self.serve()
        self.until_secure("a", self.certificates["a"])
        done, problems, handshakes = threading.Event(), [], []

        def client():
            while not done.is_set():
                try:
                    answer = self.secure("a")
                    handshakes.append(answer.peer_certificate)
                    if answer.status != 200:
                        problems.append(answer)
                except OSError as problem:
                    problems.append(problem)

        thread = threading.Thread(target=client)
        thread.start()
        try:
            for _ in range(3):
                renewed = certificates.make("a.test")
                self.write_secret("a", renewed)
                self.until_secure("a", renewed)
        finally:
            done.set()
            thread.join()
        self.assertEqual([], problems)
        self.assertGreaterEqual(len(set(handshakes)), 3)
        self.until_secure("b", self.certificates["b"])

    def test_a_wrong_certificate_is_named_and_the_rest_serves(self):
        good = self.certificates["b"]
        a = self.certificates["a"]
        wrong = {
            "expired": tls_secret("a", *self.pair(certificates.make("a.test", expired=True))),
            "match": tls_secret("a", a.certificate, good.key),
            "certificate": tls_secret("a", a.certificate[:len(a.certificate) // 2], a.key),
            "PEM": tls_secret("a", "not a certificate at all", a.key),
            "tls.key": tls_secret("a", a.certificate, ""),
        }
        self.serve()
        self.until_secure("b", good)
        for word, secret in wrong.items():
            with self.subTest(word):
                self.world.write("secret-a.yaml", secret)
                reports = until(f"the report speaks of {word!r}", lambda word=word: self.reports_with(word))
                self.assertTrue(any(report["name"] == "a" for report in reports), reports)
                self.until_secure("b", good)
        # Whatever happened before, the right one serves.
        self.write_secret("a", a)
        self.until_secure("a", a)

    @staticmethod
    def pair(certificate):
        return certificate.certificate, certificate.key

    def reports_with(self, word):
        found = []
        for kind in ("Secret", "VirtualService"):
            report = self.world.report(kind, "a")
            if report and any(word.lower() in str(each).lower() for each in report["errors"] + report["warnings"]):
                found.append(report)
        return found

    def test_forty_broken_certificates_leave_five_hundred_good_handshakes(self):
        good = [f"good{i}" for i in range(500)]
        broken = [f"broken{i}" for i in range(40)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            made = dict(zip(good, pool.map(lambda name: certificates.make(f"{name}.test"), good)))
        a, b = self.certificates["a"], self.certificates["b"]
        weak = certificates.make("weak.test", key=("RSA", "rsa_keygen_bits:1024"))
        kinds = [(a.certificate, b.key), (a.certificate[:len(a.certificate) // 2], a.key), (a.certificate, a.key[:len(a.key) // 2]), ("no certificate", a.key), (a.certificate, ""), ("", ""),
                 self.pair(weak), (a.key, a.certificate)]
        secrets = [tls_secret(name, *self.pair(made[name])) for name in good] + [tls_secret(name, *kinds[i % len(kinds)]) for i, name in enumerate(broken)]
        hosts = [virtual_service(name, prefix_route("/", "one"), f"[{name}.test]", ssl=ssl_config(name, f"{name}.test")) for name in good + broken]
        self.world.write("many-secrets.yaml", "---\n".join(secrets))
        self.world.write("many-hosts.yaml", "---\n".join(hosts))
        self.serve()
        for name in good:
            self.until_secure(name, made[name])
        for name in broken:
            self.assertEqual("Rejected", self.world.report("Secret", name)["state"], name)
            with self.assertRaises(OSError, msg=name):
                self.secure(name)

    def test_a_secret_of_the_wrong_type_or_none(self):
        self.world.write("secret-a.yaml", "apiVersion: v1\nkind: Secret\ntype: Opaque\nmetadata: {name: a, namespace: gloo-system}\ndata: {other: aGVsbG8=}\n")
        self.serve()
        self.until_secure("b", self.certificates["b"])
        self.assertTrue(self.reports_with("a"))
        with self.assertRaises(OSError):
            self.secure("a")
        self.world.remove("secret-a.yaml")
        until("the missing secret is named", lambda: self.reports_with("gloo-system/a") or self.reports_with("not found") or self.reports_with("missing"))
        self.write_secret("a", self.certificates["a"])
        self.until_secure("a", self.certificates["a"])


if __name__ == "__main__":
    unittest.main()
