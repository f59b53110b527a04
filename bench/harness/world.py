"""Generated worlds as files: what Solder and the peers both read.

A shape is (upstreams, virtual services, routes each). `one` layout has one gateway that takes every virtual service, so
one route configuration; `many` has a gateway for each, so as many route configurations. The C++ generator of the engine's
measurements (bench/engine/world.cc) makes the same objects.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import tempfile

NAMESPACE = "gloo-system"
ROLE = "gloo-system~gateway-proxy"
FIRST_PORT = 10000
ENDPOINTS_EACH = 20
WORLDS = ("100,10,10", "1000,100,10", "10000,1000,10", "10000,1000,100")


@dataclasses.dataclass(frozen=True)
class Shape:
    upstreams: int
    virtual_services: int
    routes: int

    @classmethod
    def parse(cls, text):
        return cls(*(int(part) for part in text.split(",")))

    def __str__(self):
        return f"{self.upstreams},{self.virtual_services},{self.routes}"


def head(api, kind, name):
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {NAMESPACE}\nspec:\n"


def upstream(index):
    return head("gloo.solo.io/v1", "Upstream", f"upstream-{index}") + "  static:\n    hosts:\n    - addr: 10.0.0.1\n      port: 8080\n"


def discovered_upstream(index, first_address):
    """An upstream whose endpoints go over EDS; no shipped plugin makes such yet, so bench/plugins/bench_endpoints.cc does.

    As JSON, which is how such objects come from an API server: reading YAML is not what the scenario is about.
    """
    addresses = [first_address, *(f"10.1.0.{i}" for i in range(1, ENDPOINTS_EACH))]
    return json.dumps({"apiVersion": "gloo.solo.io/v1", "kind": "Upstream", "metadata": {"name": f"endpoints-{index}", "namespace": NAMESPACE},
                       "spec": {"benchEndpoints": {"hosts": [{"addr": address, "port": 8080} for address in addresses]}}})


def route(index, target, timeout):
    return f"""    - matchers:
      - prefix: /route-{index}/
      routeAction:
        single:
          upstream:
            name: upstream-{target}
            namespace: {NAMESPACE}
      options:
        timeout: {timeout}
        retries:
          retryOn: 5xx
          numRetries: 3
        prefixRewrite: /r{index}/
        headerManipulation:
          requestHeadersToAdd:
          - header:
              key: x-route
              value: '{index}'
"""


def virtual_service(shape, index, first_timeout="1.000s"):
    routes = "".join(route(i, (index * shape.routes + i) % shape.upstreams, first_timeout if i == 0 else "1.000s") for i in range(shape.routes))
    return (head("gateway.solo.io/v1", "VirtualService", f"service-{index}")
            + f"  virtualHost:\n    domains:\n    - service-{index}.example.com\n    routes:\n{routes}")


def gateway(name, port, service=None):
    chosen = "  httpGateway: {}\n" if service is None else f"  httpGateway:\n    virtualServices:\n    - name: {service}\n      namespace: {NAMESPACE}\n"
    return head("gateway.solo.io/v1", "Gateway", name) + f"  bindAddress: '::'\n  bindPort: {port}\n  proxyNames:\n  - gateway-proxy\n" + chosen


def route_configuration(port):
    return f"listener-::-{port}-routes"


@contextlib.contextmanager
def directory():
    """For worlds, in memory where the system has such a file system: five hundred saved files a second are not to measure the disk."""
    memory = "/dev/shm"
    usable = os.path.ismount(memory) and os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="solder-bench-", dir=memory if usable else None) as path:
        yield pathlib.Path(path)


class World:
    """A directory with `manifests/` in it and, beside it, what changes are made from."""

    def __init__(self, directory, shape, layout="one", discovered=0):
        self.directory, self.shape, self.layout, self.discovered = pathlib.Path(directory), shape, layout, discovered
        self.manifests = self.directory / "manifests"
        self.staging = self.directory / "staged.yaml"
        self._mark = 0  # of the last change
        self._event = 1  # of the next endpoint
        self._templates = self.directory / "templates"
        self.manifests.mkdir(parents=True)
        self._templates.mkdir()
        for i in range(shape.upstreams):
            (self.manifests / f"upstream-{i}.yaml").write_text(upstream(i))
        self.write_services(range(shape.virtual_services))
        for i in range(discovered):
            (self.manifests / f"endpoints-{i}.json").write_text(discovered_upstream(i, "10.1.0.0"))
        self._write_gateways()

    def _write_gateways(self):
        count = self.shape.virtual_services if self.layout == "many" else 1
        parts = [gateway(f"gateway-{i}", FIRST_PORT + i, f"service-{i}" if self.layout == "many" else None) for i in range(count)]
        (self.manifests / "gateways.yaml").write_text("---\n".join(parts))
        self.route_configurations = [route_configuration(FIRST_PORT + i) for i in range(count)]

    def write_services(self, indices):
        for i in indices:
            (self.manifests / f"service-{i}.yaml").write_text(virtual_service(self.shape, i))

    def remove_services(self, indices):
        for i in indices:
            (self.manifests / f"service-{i}.yaml").unlink()

    def next_change(self):
        """One route's timeout becomes new, in another virtual service each time: what the clients' `change` needs."""
        self._mark += 1
        index = self._mark * 7919 % self.shape.virtual_services
        template = self._templates / f"service-{index}.yaml"
        if not template.exists():
            template.write_text(virtual_service(self.shape, index, "@TIMEOUT@"))
        return {"template": str(template), "staging": str(self.staging), "target": str(self.manifests / f"service-{index}.yaml"), "mark": self._mark}

    def churn(self, rate, seconds):
        template = self._templates / "endpoints.json"
        template.write_text(discovered_upstream("@INDEX@", "@ADDRESS@"))
        first, self._event = self._event, self._event + int(rate * seconds)
        return {"template": str(template), "staging": str(self.staging), "directory": str(self.manifests), "upstreams": self.discovered, "first": first,
                "rate": rate, "seconds": seconds}
