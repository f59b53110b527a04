"""Manifests as text, for tests: only what a test does not want to spell out itself."""
import base64


def gateways(http_port, https_port, name="gateway-proxy", proxy="gateway-proxy"):
    return f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {http_port}, proxyNames: [{proxy}], httpGateway: {{}}}}
---
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: {name}-ssl, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {https_port}, ssl: true, proxyNames: [{proxy}], httpGateway: {{}}}}
"""


def gateway(http_port, options="{}", http_options="{}"):
    """The default gateway with options: YAML in one line, or in lines of 6 spaces or more."""
    return f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec:
  bindAddress: 127.0.0.1
  bindPort: {http_port}
  options: {options}
  httpGateway:
    options: {http_options}
"""


def upstream(name, port, more=""):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  static: {{hosts: [{{addr: 127.0.0.1, port: {port}}}]}}
{more}"""


def upstream_of(name, *ports, more=""):
    """An upstream with several hosts; `more` is YAML, indented by two."""
    hosts = ", ".join(f"{{addr: 127.0.0.1, port: {port}}}" for port in ports)
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: {name}, namespace: gloo-system}}
spec:
  static: {{hosts: [{hosts}]}}
{more}
"""


def to(upstream_name):
    return f"single: {{upstream: {{name: {upstream_name}, namespace: gloo-system}}}}"


def virtual_service(name, routes, domains="['*']", options="", ssl=""):
    """`routes` is YAML, indented by four."""
    return f"""
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: gloo-system}}
spec:
{ssl}
  virtualHost:
    domains: {domains}
{options}
    routes:
{routes}
"""


def prefix_route(prefix, upstream_name):
    return f"    - {{matchers: [{{prefix: {prefix}}}], routeAction: {{{to(upstream_name)}}}}}"


def tls_secret(name, certificate, key):
    encode = lambda text: base64.b64encode(text.encode()).decode()  # noqa: E731
    return f"""
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: {{name: {name}, namespace: gloo-system}}
data: {{tls.crt: {encode(certificate)}, tls.key: {encode(key)}}}
"""


def ssl_config(secret, *sni_domains):
    return f"  sslConfig: {{secretRef: {{name: {secret}, namespace: gloo-system}}, sniDomains: [{', '.join(sni_domains)}]}}"
