"""A real Kubernetes API server with its etcd, on loopback: as tests/tools/servers/kubernetes_programs.py built them. There is no kubelet and no controller; what a
test wants to be there it writes itself.

    with Kubernetes(directory) as kube:
        kube.apply({"apiVersion": "v1", "kind": "ConfigMap", ...})

Usage: kube_server.py     starts one with Solder's definitions for developers (`make kube`) and says how to reach it; Ctrl-C stops it
"""
import base64
import csv
import http.client
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile

import yaml

from harness import BUILD, ROOT, Process, free_port, until  # first: it says where the next is
from kubernetes_programs import PROGRAMS

ADMIN, SOLDER = "admin-token", "solder-token"
PLURALS = {"Endpoints": "endpoints", "MatchableHttpGateway": "httpgateways", "MatchableTcpGateway": "tcpgateways", "Settings": "settings"}


class Conflict(Exception):
    pass


class Kubernetes:
    def __init__(self, directory, start=True):
        self.directory = pathlib.Path(directory)
        self.programs = PROGRAMS.need()
        self.port, self.etcd_port, self.peer_port = free_port(), free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.etcd = self.server = None
        self.https = None
        self.write_files()
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def write_files(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "tokens.csv").open("w", newline="") as out:
            csv.writer(out).writerows([[ADMIN, "admin", "1", "system:masters"], [SOLDER, "solder", "2", "solder"], ["other-token", "solder", "3", "solder"]])

        def openssl(*arguments):
            subprocess.run(["openssl", *map(str, arguments)], cwd=self.directory, check=True, capture_output=True)
        for key in ("accounts.key", "client-ca.key", "client.key", "server-ca.key", "server.key"):
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        for ca in ("client-ca", "server-ca"):
            openssl("req", "-x509", "-key", f"{ca}.key", "-days", "30", "-subj", f"/CN={ca}", "-out", f"{ca}.crt")
        (self.directory / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:kubernetes.default.svc\n")
        for name, subject, ca, more in (("client", "/O=solder/CN=solder", "client-ca", ()), ("server", "/CN=kubernetes", "server-ca", ("-extfile", "names"))):
            openssl("req", "-new", "-key", f"{name}.key", "-subj", subject, "-out", f"{name}.csr")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.crt", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "30", "-out", f"{name}.crt", *more)

    def start(self):
        self.start_etcd()
        self.start_server()

    def start_etcd(self):
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.peer_port}"
        self.etcd = Process("etcd", [self.programs / "etcd", "--data-dir", self.directory / "etcd", "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls",
                                     peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--unsafe-no-fsync", "--log-level", "warn"],
                            self.directory / "etcd.log")

    def start_server(self, *flags):
        where = self.directory
        self.server = Process("kube-apiserver", [
            self.programs / "kube-apiserver", "--etcd-servers", f"http://127.0.0.1:{self.etcd_port}", "--bind-address", "127.0.0.1", "--secure-port", self.port, "--tls-cert-file",
            where / "server.crt", "--tls-private-key-file", where / "server.key", "--client-ca-file", where / "client-ca.crt", "--token-auth-file", where / "tokens.csv",
            "--service-account-key-file", where / "accounts.key", "--service-account-signing-key-file", where / "accounts.key", "--service-account-issuer", "https://kubernetes.default.svc",
            "--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.0.0.0/16", "--disable-admission-plugins", "ServiceAccount", "--v", "1", *flags], where / "kube-apiserver.log")
        until("the API server is ready", self.ready)

    def ready(self):
        if not self.server.alive():
            raise RuntimeError(f"the API server ended:\n{self.server.tail()}")
        return self.ask("GET", "/readyz")[0] == 200

    def stop_server(self, how=signal.SIGKILL):
        self.server.end(how)
        self.connection().close()

    def stop(self):
        self.connection().close()
        for process in (self.server, self.etcd):
            if process and process.alive():
                process.end(signal.SIGKILL)

    def compact(self):
        """etcd forgets all but what there is now."""
        def etcd(path, body):
            connection = http.client.HTTPConnection("127.0.0.1", self.etcd_port, timeout=180)
            connection.request("POST", path, json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            return json.loads(text)
        revision = etcd("/v3/kv/range", {"key": "AA=="})["header"]["revision"]
        etcd("/v3/kv/compaction", {"revision": revision, "physical": True})

    # ---- requests, as the administrator

    def connection(self):
        if self.https is None:
            context = ssl.create_default_context(cafile=self.directory / "server-ca.crt")
            self.https = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=180, context=context)
        return self.https

    def ask(self, method, path, body=None, content_type="application/json", token=ADMIN):
        headers = {"authorization": f"Bearer {token}", "content-type": content_type}
        for attempt in (1, 2):
            try:
                self.connection().request(method, path, None if body is None else json.dumps(body), headers)
                answer = self.connection().getresponse()
                text = answer.read().decode(errors="replace")
                return answer.status, json.loads(text) if text.startswith("{") else text
            except (http.client.HTTPException, OSError):
                self.connection().close()
                if attempt == 2:
                    raise
        raise AssertionError

    def must(self, *how, **more):
        status, answer = self.ask(*how, **more)
        if status == 409:
            raise Conflict(answer)
        assert status < 300, (how[:2], status, answer)
        return answer

    @staticmethod
    def path(api_version, kind, namespace="", name=""):
        plural = PLURALS.get(kind) or (kind.lower() + ("es" if kind.endswith("s") else "s"))
        return "/".join(filter(None, ["/apis" if "/" in api_version else "/api", api_version, namespace and f"namespaces/{namespace}", plural, name]))

    CLUSTERED = ("Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "ValidatingWebhookConfiguration")

    def object_path(self, thing):
        meta = thing["metadata"]
        namespace = "" if thing["kind"] in self.CLUSTERED else meta.get("namespace", "default")
        return self.path(thing["apiVersion"], thing["kind"], namespace, meta["name"])

    def apply(self, *things):
        """Server-side apply of objects, or of YAML texts with several."""
        for thing in things:
            if isinstance(thing, str):
                self.apply(*filter(None, yaml.safe_load_all(thing)))
                continue
            self.must("PATCH", self.object_path(thing) + "?fieldManager=test&force=true", thing, "application/apply-patch+yaml")

    def get(self, api_version, kind, name, namespace="gloo-system"):
        status, answer = self.ask("GET", self.path(api_version, kind, namespace, name))
        return answer if status == 200 else None

    def delete(self, api_version, kind, name, namespace="gloo-system"):
        self.must("DELETE", self.path(api_version, kind, namespace, name))

    # ---- what Solder needs

    def add_namespaces(self, *names):
        for name in names:
            self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def add_definitions(self, *only):
        """What `solder crds` prints."""
        out = subprocess.run([BUILD / "bin/solder", "crds", "-o", "json", "--without-descriptions", "--plugin-dir", BUILD / "lib/solder/plugins"], capture_output=True, text=True, check=False)
        for each in json.loads(out.stdout)["items"]:
            if not only or each["spec"]["names"]["kind"] in only:
                self.apply(each)
                path = f"/apis/{each['spec']['group']}/{each['spec']['versions'][0]['name']}/{each['spec']['names']['plural']}"
                until(f"{path} is served", lambda at=path: self.ask("GET", at + "?limit=1")[0] == 200)
                until(f"{path} is told of", lambda at=path: at.rsplit("/", 1)[1] in [resource["name"] for resource in self.must("GET", at.rsplit("/", 1)[0])["resources"]])

    def allow(self, rules=None):
        """The rules of deploy/kubernetes, or others in the place of its ClusterRole's, for the user `solder`."""
        user = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "solder"}]
        for each in documented_access():
            if each["kind"] in ("Role", "RoleBinding"):
                self.apply({**each, "metadata": {**each["metadata"], "namespace": "gloo-system"}, **({"subjects": user} if "subjects" in each else {})})
        self.apply({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "solder"}, "rules": rules or documented_rules()},
                   {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "solder"},
                    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "solder"},
                    "subjects": user})

    def kubeconfig(self, name="kubeconfig", user=None, cluster=None, server=None):
        """A kubeconfig of the user `solder`, by default with a token; gives its path."""
        ca = base64.b64encode((self.directory / "server-ca.crt").read_bytes()).decode()
        path = self.directory / name
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "test", "contexts": [{"name": "test", "context": {"cluster": "here", "user": "solder"}}],
            "clusters": [{"name": "here", "cluster": {"server": server or self.url, **(cluster or {"certificate-authority-data": ca})}}],
            "users": [{"name": "solder", "user": user or {"token": SOLDER}}]}))
        return path

    def client_certificate(self, inline=True):
        if not inline:
            return {"client-certificate": "client.crt", "client-key": "client.key"}
        return {f"client-{what}-data": base64.b64encode((self.directory / f"client.{end}").read_bytes()).decode() for what, end in (("certificate", "crt"), ("key", "key"))}


def documented_access():
    """What Solder is to be allowed: what stands there is what is tried."""
    return [each for each in yaml.safe_load_all((ROOT / "deploy/kubernetes/base/access.yaml").read_text()) if each]


def documented_rules():
    return next(each for each in documented_access() if each["kind"] == "ClusterRole")["rules"]


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="solder-kube-"))
    try:
        with Kubernetes(directory) as kube:
            kube.add_namespaces("gloo-system")
            kube.add_definitions()
            kube.allow()
            admin = kube.kubeconfig("admin.kubeconfig", user={"token": ADMIN})
            print(f"""{kube.url} serves Solder's kinds. In another terminal:
  alias kubectl='{kube.programs}/kubectl --kubeconfig {admin}'
  build/bin/solder serve --config FILE    # with pluginConfig: {{kubernetes: {{watch: {{kubeconfig: {kube.kubeconfig()}}}}}}}
Ctrl-C stops it.""", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
