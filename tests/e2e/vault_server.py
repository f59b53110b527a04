"""A real Vault on loopback, as tests/tools/servers/vault_programs.py built it, and a front before it that counts requests and answers wrongly where a test says so.

    with VaultServer(directory) as vault:
        vault.put_secret("cert", {"tls": {"certChain": ..., "privateKey": ...}})
"""
import collections
import http.client
import http.server
import json
import pathlib
import signal
import socketserver
import threading

from harness import Process, free_port, until  # first: it says where the next is
from vault_programs import PROGRAMS

LAYOUT = "gloo/gloo.solo.io/v1/Secret"


class VaultServer:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.program = PROGRAMS.need() / "vault"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = self.key = self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        settings = self.directory / "vault.hcl"
        cluster = free_port()
        settings.write_text(f'storage "file" {{ path = "{self.directory}/data" }}\nlistener "tcp" {{\n  address = "127.0.0.1:{self.port}"\n'
                            f'  cluster_address = "127.0.0.1:{cluster}"\n  tls_disable = true\n}}\napi_addr = "{self.url}"\ndisable_mlock = true\n')
        self.process = Process("vault", [self.program, "server", "-config", settings], self.directory / "vault.log")
        until("Vault answers", lambda: self.ask("GET", "sys/seal-status")[0] == 200)
        if self.token is None:
            made = self.must("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
            self.token, self.key = made["root_token"], made["keys"][0]
        self.unseal()
        if "secret/" not in self.must("GET", "sys/mounts")["data"]:
            self.must("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        until("the secrets engine is ready", lambda: self.ask("GET", "secret/metadata/?list=true")[0] in (200, 404))

    def stop(self):
        if self.process and self.process.alive():
            self.process.end(signal.SIGKILL)

    def seal(self):
        self.must("PUT", "sys/seal")

    def unseal(self):
        self.must("PUT", "sys/unseal", {"key": self.key})
        until("Vault is active", lambda: self.ask("GET", "sys/health")[0] == 200)

    def ask(self, method, path, body=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=180)
        try:
            headers = {"x-vault-token": token or self.token} if token or self.token else {}
            connection.request(method, f"/v1/{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text.startswith(b"{") else text
        finally:
            connection.close()

    def must(self, *how):
        status, answer = self.ask(*how)
        assert status < 300, (how[:2], status, answer)
        return answer

    def put_secret(self, name, data, namespace="gloo-system"):
        return self.must("POST", f"secret/data/{LAYOUT}/{namespace}/{name}", {"data": data})

    def put_certificate(self, name, certificate):
        self.put_secret(name, {"metadata": {"name": name, "namespace": "gloo-system"}, "tls": {"certChain": certificate.certificate, "privateKey": certificate.key}})

    def policy(self, name, *rules):
        """Rules are (path, capability, ...)."""
        text = "\n".join(f'path "{path}" {{ capabilities = {json.dumps(capabilities)} }}' for path, *capabilities in rules)
        self.must("PUT", f"sys/policies/acl/{name}", {"policy": text})

    def reader_policy(self, name="solder"):
        self.policy(name, (f"secret/metadata/{LAYOUT}/*", "list", "read"), (f"secret/data/{LAYOUT}/*", "read"))
        return name

    def make_token(self, *policies, **more):
        return self.must("POST", "auth/token/create", {"policies": list(policies), "no_parent": True, **more})["auth"]["client_token"]


class Front:
    """Between Solder and Vault: `seen` counts requests by method and path; `fault(path)` may give (status, headers, body) in Vault's place; `answered(path, body)` hears what Vault
    said."""

    def __init__(self, vault):
        self.vault, self.seen, self.fault = vault, collections.Counter(), lambda path: None
        self.answered = lambda path, body: None
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                front.seen[f"{self.command} {self.path.split('?')[0]}"] += 1
                wrong = front.fault(self.path)
                if wrong:
                    status, headers, text = wrong
                else:
                    try:
                        connection = http.client.HTTPConnection("127.0.0.1", front.vault.port, timeout=180)
                        connection.request(self.command, self.path, body, {name: value for name, value in self.headers.items() if name.lower() != "host"})
                        got = connection.getresponse()
                        status, headers, text = got.status, {"content-type": "application/json"}, got.read()
                        front.answered(self.path, text)
                        connection.close()
                    except OSError:
                        self.close_connection = True
                        return
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def total(self):
        return sum(self.seen.values())
