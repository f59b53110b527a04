"""A world with a web service whose functions are found by its OpenAPI document, and routes that call them."""
import json
import subprocess
import sys

from harness import HERE, Case, Process, free_port, get_json, request, until
from manifests import gateways, virtual_service

ENABLED = ", labels: {discovery.solo.io/function_discovery: enabled}"


def upstream(name, port, service="", labels=ENABLED):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system{labels}}}
spec:
  static:
    hosts: [{{addr: 127.0.0.1, port: {port}}}]
{service}
"""


def swagger(**info):
    return f"    serviceSpec: {{rest: {{swaggerInfo: {json.dumps(info)}}}}}"


def function(prefix, name, upstream_name="service", path=None, headers=None, more=None):
    rest = {"functionName": name, **(more or {})}
    if path or headers:
        rest["parameters"] = {**({"path": path} if path else {}), **({"headers": headers} if headers else {})}
    return json.dumps({"matchers": [{"prefix": prefix}], "routeAction": {"single": {"upstream": {"name": upstream_name, "namespace": "gloo-system"}, "destinationSpec": {"rest": rest}}}})


def routes(*lines):
    return virtual_service("web", "\n".join("    - " + line for line in lines))


def document(paths, **more):
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **more}


class OpenApiCase(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.world.write("gateways.yaml", gateways(self.world.http_port, self.world.https_port))

    def start(self, *routes_of, every=1):
        if routes_of:
            self.world.write("routes.yaml", routes(*routes_of))
        (self.world.directory / "solder.yaml").write_text(f"pluginConfig: {{openapi: {{listEverySeconds: {every}}}}}\n")
        self.world.start_solder("--config", self.world.directory / "solder.yaml")
        if routes_of:
            self.world.start_envoy()

    def serve(self, *ports, **environment):
        service = Process("service", [sys.executable, HERE / "openapi_documents.py", *(ports or [self.port])], self.world.directory / "service.log", environment)
        self.world.start(service, lambda: "listening" in service.tail())

    def put(self, path, text, **headers):
        text = text if isinstance(text, (str, bytes)) else json.dumps(text)
        body = text if isinstance(text, bytes) else text.encode()
        self.assertEqual(200, request(self.port, "/_" + path, method="PUT", body=body, headers={f"x-{key}": str(value) for key, value in headers.items()}).status)

    def asked(self, port=None):
        """"GET /path" for each request that came to a port."""
        return [one.split(" ", 1)[1] for one in get_json(self.port, "/_seen")["requests"] if one.startswith(f"{port or self.port} ")]

    def found(self, name="service"):
        """The functions that Solder wrote for an upstream, or None."""
        files = list((self.world.directory / "state/discovered").rglob(f"{name}.serviceSpec.openapi.yaml"))
        line = next((line for file in files for line in file.read_text().splitlines() if line.startswith("  value: ")), None)
        return None if line is None else json.loads(line[9:])["rest"]

    def until_found(self, *names, upstream_name="service"):
        until(f"{names} are found", lambda: sorted(names) == sorted((self.found(upstream_name) or {"transformations": ["nothing"]})["transformations"]))

    def curl(self, path, *arguments):
        out = subprocess.run(["curl", "--silent", "--path-as-is", "--max-time", "10", "--write-out", "\n%{http_code}", *arguments, f"http://127.0.0.1:{self.world.http_port}{path}"],
                             capture_output=True, text=True, check=True, timeout=20).stdout
        body, _, status = out.rpartition("\n")
        return int(status), body

    def until_answered(self, path, *arguments):
        """What the service said, once it is reached."""
        def attempt():
            status, body = self.curl(path, *arguments)
            assert status == 200, (status, body)
            return json.loads(body)
        return until(f"{path} is answered", attempt)
