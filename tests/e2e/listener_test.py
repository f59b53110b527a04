"""What a Gateway says of its listener and its connection manager: logs, traces, compression and the like, in a real Envoy."""
import http.server
import json
import socket
import threading
import unittest

from harness import Case, free_port, until
from manifests import gateway, to, upstream, virtual_service

ROUTES = f"""
    - matchers: [{{prefix: /traced}}]
      routeAction: {{{to('one')}}}
      options: {{tracing: {{routeDescriptor: the-traced-route}}}}
    - matchers: [{{prefix: /}}]
      routeAction: {{{to('one')}}}
      options: {{tracing: {{tracePercentages: {{randomSamplePercentage: 0}}}}}}
"""


class Collector(http.server.BaseHTTPRequestHandler):
    """Keeps the spans that it is sent, as a Zipkin collector does."""

    protocol_version = "HTTP/1.1"

    def body(self):
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers["content-length"]))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def do_POST(self):
        self.server.spans += json.loads(self.body())
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def start_collector(case):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Collector)
    server.spans = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    case.addCleanup(server.server_close)
    case.addCleanup(server.shutdown)
    return server


class Listener(Case):
    def serve(self, options="{}", http_options="{}", more="", state="Accepted"):
        world = self.world
        world.write("gateway.yaml", gateway(world.http_port, options, http_options))
        world.write("one.yaml", upstream("one", world.start_backend("one")))
        world.write("more.yaml", more)
        world.write("routes.yaml", virtual_service("routes", ROUTES))
        world.start_solder()
        self.envoy = world.start_envoy()
        world.until_state("Gateway", "gateway-proxy", state)
        until("the listener is there", lambda: self.envoy.stats("listener_manager.listener_create_success$"))

    def test_settings_of_the_connection_manager(self):
        self.serve(http_options="{httpConnectionManagerSettings: {serverName: ours, via: a-proxy, maxRequestHeadersKb: 8, mergeSlashes: true, headersWithUnderscoresAction: REJECT_CLIENT_REQUEST}}")
        answer = self.world.until_status("/a//b", 200)
        self.assertEqual("ours", answer.headers["server"])
        self.assertEqual(["1.1 a-proxy"], [f"1.1 {each}" if " " not in each else each for each in answer.echo["headers"]["via"]])
        self.assertEqual("/a/b", answer.echo["path"])
        self.assertEqual(431, self.world.get("/", headers={"x-large": "x" * 9000}).status)
        self.assertEqual(400, self.world.get("/", headers={"x_under": "1"}).status)

    def test_access_logs(self):
        log = self.world.directory / "access.log"
        self.serve(options=f"""
    accessLoggingService:
      accessLog:
      - fileSink: {{path: {log}, jsonFormat: {{path: '%REQ(:PATH)%', status: '%RESPONSE_CODE%'}}}}
        filter:
          orFilter:
            filters:
            - statusCodeFilter: {{comparison: {{op: GE, value: {{defaultValue: 400}}}}}}
            - headerFilter: {{header: {{name: x-log, exactMatch: 'please'}}}}
""")
        self.world.until_status("/fine", 200)
        self.world.get("/status/503")
        self.world.get("/logged", headers={"x-log": "please"})
        lines = until("both requests are logged", lambda: (found := [json.loads(line) for line in log.read_text().splitlines()]) and len(found) == 2 and found)
        self.assertEqual([{"path": "/status/503", "status": 503}, {"path": "/logged", "status": 200}], lines)

    def test_spans_arrive_at_the_collector_with_their_tags(self):
        collector = start_collector(self)
        self.serve(http_options="""
      httpConnectionManagerSettings:
        tracing:
          zipkinConfig: {collectorUpstreamRef: {name: zipkin, namespace: gloo-system}, collectorEndpoint: /api/v2/spans, collectorEndpointVersion: HTTP_JSON}
          requestHeadersForTags: [x-tag]
          literalsForTags: [{tag: where, value: here}]
""", more=upstream("zipkin", collector.server_port))
        self.world.until_status("/untraced", 200)
        self.world.get("/traced", headers={"x-tag": "seen"})
        span = until("the span arrives", lambda: next((span for span in collector.spans if span["name"] == "the-traced-route"), None))
        self.assertEqual(("seen", "here", "/traced"), (span["tags"]["x-tag"], span["tags"]["where"], span["tags"]["http.url"][-7:]))
        self.assertFalse([span for span in collector.spans if "untraced" in span["tags"]["http.url"]])

    def test_a_collector_that_comes_later(self):
        collector = start_collector(self)
        world = self.world
        self.serve(state="Warning", http_options="{httpConnectionManagerSettings: {tracing: {zipkinConfig: {collectorUpstreamRef: {name: zipkin, namespace: gloo-system}}}}}")
        world.until_state("Gateway", "gateway-proxy", "Warning", "gloo-system/zipkin is not there")
        world.until_status("/traced", 200)
        world.write("late.yaml", upstream("zipkin", collector.server_port))
        world.until_state("Gateway", "gateway-proxy", "Accepted")

        def span():
            world.get("/traced")
            return collector.spans
        until("a span arrives", span)

    def test_health_checks_and_compression(self):
        self.serve(http_options="{healthCheck: {path: /healthy}, gzip: {contentType: [application/json], contentLength: 30}, grpcWeb: {}}")
        self.world.until_status("/", 200)
        answer = self.world.get("/healthy")
        self.assertEqual((200, None), (answer.status, answer.backend))
        self.assertEqual("gzip", self.world.get("/", headers={"accept-encoding": "gzip"}).headers["content-encoding"])
        self.assertNotIn("content-encoding", self.world.get("/").headers)

    def test_proxy_protocol_and_socket_options(self):
        self.serve(options="{proxyProtocol: {allowRequestsWithoutProxyProtocol: true}, perConnectionBufferLimitBytes: 4096, socketOptions: [{level: 1, name: 9, intValue: 1, state: STATE_PREBIND}]}",
                   http_options="{httpConnectionManagerSettings: {useRemoteAddress: true}}")
        self.world.until_status("/", 200)
        with socket.create_connection(("127.0.0.1", self.world.http_port), timeout=10) as connection:
            connection.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.8 1234 80\r\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            received = b""
            while part := connection.recv(65536):
                received += part
        self.assertIn(b'"x-forwarded-for": ["192.0.2.7"]', received)


if __name__ == "__main__":
    unittest.main(verbosity=2)
