"""A real Consul, one server in one process, on loopback: as tests/tools/servers/consul_programs.py built it. Its data stand in the given directory, so that it may be
killed and started again.

    with Consul(directory) as consul:
        consul.put("gloo/gateway.solo.io/v1/VirtualService/gloo-system/web", text)
        consul.register("shop", 8080, tags=["v1"])
"""
import base64
import http.client
import json
import pathlib
import signal
import ssl
import subprocess

from harness import Process, free_port, until  # first: it says where the next is
from consul_programs import PROGRAMS

ROOT_TOKEN = "11111111-2222-3333-4444-555555555555"


def cluster(directory, size=3):
    """Servers that choose a leader among them."""
    directory = pathlib.Path(directory)
    servers = [Consul(directory / str(number), start=False) for number in range(size)]
    for number, each in enumerate(servers):
        each.write({"bootstrap": False, "bootstrap_expect": size, "node_name": f"server-{number}", "retry_join": [f"127.0.0.1:{servers[0].ports['serf_lan']}"], "retry_interval": "1s"}, None)
        each.launch()
    until("they have a leader", servers[-1].ready, 90)
    return servers


class Consul:
    def __init__(self, directory, acl=False, tls=False, start=True, more=None, data_center="dc1", join=None):
        self.directory = pathlib.Path(directory)
        self.program = PROGRAMS.need() / "consul"
        self.acl, self.tls, self.data_center, self.process = acl, tls, data_center, None
        names = ("dns", "grpc", "serf_lan", "serf_wan", "server", *(["https"] if tls else ["http"]))
        self.ports = {name: free_port() for name in names}
        self.port = self.ports["https" if tls else "http"]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.connection = None
        self.write(more or {}, join)
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def write(self, more, join):
        self.directory.mkdir(parents=True, exist_ok=True)
        off = {name: -1 for name in ("http", "https", "grpc_tls") if name not in self.ports}
        config = {"server": True, "bootstrap": True, "datacenter": self.data_center, "node_name": f"node-{self.data_center}", "bind_addr": "127.0.0.1",
                  "client_addr": "127.0.0.1", "data_dir": str(self.directory / "data"), "log_level": "warn", "ports": {**self.ports, **off}, "disable_update_check": True,
                  "connect": {"enabled": True}, "raft_protocol": 3, "performance": {"raft_multiplier": 1}, "skip_leave_on_interrupt": True,
                  "node_meta": {"region": "here", "zone": "a"}, **more}
        if join:
            config["retry_join_wan"] = [f"127.0.0.1:{join.ports['serf_wan']}"]
        if self.acl:
            config["acl"] = {"enabled": True, "default_policy": "deny", "tokens": {"initial_management": ROOT_TOKEN, "agent": ROOT_TOKEN}}
        if self.tls:
            self.write_certificates()
            config["tls"] = {"defaults": {"ca_file": str(self.directory / "ca.crt"), "cert_file": str(self.directory / "server.crt"), "key_file": str(self.directory / "server.key")},
                             "https": {"verify_incoming": True}}
        (self.directory / "consul.json").write_text(json.dumps(config))

    def write_certificates(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)
        (self.directory / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        for name in ("ca", "other-ca", "server", "client"):
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        for name in ("ca", "other-ca"):
            openssl("req", "-x509", "-key", f"{name}.key", "-days", "30", "-subj", f"/CN={name}", "-out", f"{name}.crt")
        for name in ("server", "client"):
            openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-out", f"{name}.crt", "-extfile", "names")

    def not_yet_valid(self):
        """The server's certificate is one of the future, as one is to whose clock is behind."""
        (self.directory / "ca.cnf").write_text("[ca]\ndefault_ca = own\n[own]\ndatabase = index\nserial = serial\nnew_certs_dir = .\ndefault_md = sha256\npolicy = any\n"
                                               "unique_subject = no\n[any]\ncommonName = supplied\n")
        (self.directory / "index").touch()
        (self.directory / "serial").write_text("1000\n")
        subprocess.run(["openssl", "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key", "-in", "server.csr", "-out", "server.crt", "-notext",
                        "-startdate", "20990101000000Z", "-enddate", "21000101000000Z", "-extfile", "names"], cwd=self.directory, check=True, capture_output=True)

    def start(self):
        self.launch()
        until("Consul has a leader", self.ready, 90)

    def launch(self):
        self.process = Process("consul", [self.program, "agent", "-config-file", self.directory / "consul.json"], self.directory / "consul.log")

    def ready(self):
        if not self.process.alive():
            raise RuntimeError(f"Consul ended:\n{self.process.tail()}")
        return self.ask("PUT", "/v1/kv/test/ready", "1")[0] == 200

    def stop(self, how=signal.SIGKILL):
        if self.connection:
            self.connection.close()
        if self.process and self.process.alive():
            self.process.end(how)

    # ---- requests, as the administrator

    def connect(self):
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=180)
        context = ssl.create_default_context(cafile=self.directory / "ca.crt")
        context.load_cert_chain(self.directory / "client.crt", self.directory / "client.key")
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=180, context=context)

    def ask(self, method, path, body=None, token=ROOT_TOKEN):
        """(status, JSON or text)"""
        text = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        for attempt in (1, 2):
            self.connection = self.connection or self.connect()
            try:
                self.connection.request(method, path, text, {"x-consul-token": token} if self.acl else {})
                answer = self.connection.getresponse()
                read = answer.read()
                try:
                    return answer.status, json.loads(read)
                except ValueError:
                    return answer.status, read.decode(errors="replace")
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        raise AssertionError

    def must(self, method, path, body=None):
        """What is asked may be asked twice: a server that is short of time answers 500 and takes it a moment later."""
        def attempt():
            status, answer = self.ask(method, path, body)
            assert status == 200, (method, path, status, answer)
            return answer, True
        return until(f"Consul takes {method} {path}", attempt, 60)[0]

    def put(self, key, value):
        self.must("PUT", f"/v1/kv/{key}", value)

    def get(self, key):
        status, answer = self.ask("GET", f"/v1/kv/{key}")
        return base64.b64decode(answer[0]["Value"] or "").decode() if status == 200 else None

    def entry(self, key):
        status, answer = self.ask("GET", f"/v1/kv/{key}")
        return answer[0] if status == 200 else None

    def delete(self, key, recurse=False):
        self.must("DELETE", f"/v1/kv/{key}" + ("?recurse" if recurse else ""))

    def put_all(self, entries):
        """Many keys, by transactions."""
        operations = [{"KV": {"Verb": "set", "Key": key, "Value": base64.b64encode(value.encode()).decode()}} for key, value in entries]
        for first in range(0, len(operations), 64):
            self.must("PUT", "/v1/txn", operations[first:first + 64])

    def apply(self, *manifests):
        """Manifests, as texts of YAML with one object each, at the keys that Gloo gives them."""
        import yaml  # pylint: disable=import-outside-toplevel
        for text in manifests:
            for each in filter(None, yaml.safe_load_all(text)):
                meta = each["metadata"]
                self.put(f"gloo/{each['apiVersion']}/{each['kind']}/{meta['namespace']}/{meta['name']}", yaml.safe_dump({"metadata": meta, **each["spec"]}))

    # ---- services: registered in the catalog, as an agent on another node would

    def register(self, service, port, instance=None, node=None, address="127.0.0.1", tags=(), status="passing", weights=None, meta=None, kind="", proxy=None):
        node = node or f"node-{instance or port}"
        body = {"Node": node, "Address": "127.0.0.1", "NodeMeta": meta or {}, "SkipNodeUpdate": False,
                "Service": {"ID": instance or f"{service}-{port}", "Service": service, "Port": port, "Address": address, "Tags": list(tags), "Kind": kind,
                            "Weights": weights or {"Passing": 1, "Warning": 1}, **({"Proxy": proxy} if proxy else {})},
                "Check": {"Node": node, "CheckID": f"check:{instance or port}", "Name": "health", "Status": status, "ServiceID": instance or f"{service}-{port}"}}
        self.must("PUT", "/v1/catalog/register", body)

    def health(self, service, port, status, instance=None, node=None):
        node = node or f"node-{instance or port}"
        self.must("PUT", "/v1/catalog/register", {"Node": node, "Address": "127.0.0.1", "SkipNodeUpdate": True, "Check": {
            "Node": node, "CheckID": f"check:{instance or port}", "Name": "health", "Status": status, "ServiceID": instance or f"{service}-{port}"}})

    def deregister(self, service, port, instance=None, node=None):
        self.must("PUT", "/v1/catalog/deregister", {"Node": node or f"node-{instance or port}", "ServiceID": instance or f"{service}-{port}"})

    # ---- who may do what

    def token(self, rules, name="solder"):
        """A new token with these rules; gives its secret."""
        policy = self.must("PUT", "/v1/acl/policy", {"Name": f"{name}-{free_port()}", "Rules": rules})
        return self.must("PUT", "/v1/acl/token", {"Policies": [{"ID": policy["ID"]}]})["SecretID"]
