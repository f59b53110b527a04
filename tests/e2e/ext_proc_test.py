"""extProc, extProcEarly, extProcLate: servers that change requests and answers. statefulSession: clients stay where they were."""
import unittest

from harness import Case, free_port
from manifests import gateways, to, upstream, upstream_of, virtual_service
from services import start_grpc


def route(path, options="{}", name="one"):
    return f"    - matchers: [{{prefix: {path}}}]\n      routeAction: {{{to(name)}}}\n      options: {options}\n"


def processor(name, stage, more=""):
    return f"{{grpcService: {{extProcServerRef: {{name: {name}, namespace: gloo-system}}}}, filterStage: {{stage: {stage}}}, messageTimeout: 5s{more}}}"


class Processors(Case):
    def test_processors_change_requests_and_answers(self):
        world = self.world
        names = ("early", "middle", "late")
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("upstreams.yaml", "---".join([upstream("one", world.start_backend("one")), upstream("gone", free_port(), "  useHttp2: true\n")]
                                                 + [upstream(name, start_grpc(world, "processor", name), "  useHttp2: true\n") for name in names]))
        world.write("settings.yaml", f"""
apiVersion: gloo.solo.io/v1
kind: Settings
metadata: {{name: default, namespace: gloo-system}}
spec: {{extProcEarly: {processor("early", "FaultStage")}, extProc: {processor("middle", "AuthZStage")}, extProcLate: {processor("late", "RouteStage")}}}
""")
        gone = "{overrides: {grpcService: {extProcServerRef: {name: gone, namespace: gloo-system}}}}"
        world.write("routes.yaml", virtual_service("routes", route("/without", "{extProc: {disabled: true}}") + route("/answers", "{extProc: {overrides: {processingMode: {requestHeaderMode: SKIP, responseHeaderMode: SEND}}}}")
                                                   + route("/gone", f"{{extProc: {gone}}}") + route("/late", "{extProcLate: {disabled: true}}") + route("/")))
        world.start_solder()
        envoy = world.start_envoy()

        def touched(path):
            answer = world.get(path)
            return [name for name in names if f"x-processor-{name}" in answer.echo["headers"]], [name for name in names if f"x-processor-{name}" in answer.headers]
        world.until_status("/", 200)
        self.assertEqual((list(names), list(names)), touched("/"))
        self.assertEqual((["early", "late"], ["early", "late"]), touched("/without"))
        self.assertEqual((["early", "late"], list(names)), touched("/answers"))
        self.assertEqual((["early", "middle"], ["early", "middle"]), touched("/late"))
        self.assertEqual(500, world.get("/gone").status)
        # A gateway without the early one, and with a middle one that may fail.
        world.edit("gateways.yaml", "httpGateway: {}", "httpGateway: {options: {disableExtProcEarly: true, disableExtProcLate: true, extProc: {failureModeAllow: true}}}")
        world.until_status("/gone", 200)
        self.assertEqual((["middle"], ["middle"]), touched("/"))
        self.assertEqual({}, {name: value for name, value in envoy.stats("update_rejected").items() if value})

    def test_a_client_stays_with_its_host(self):
        world = self.world
        ports = [world.start_backend(name) for name in ("one", "two")]
        world.write("gateways.yaml", gateways(world.http_port, world.https_port).replace("httpGateway: {}", "httpGateway: {options: {statefulSession: {cookieBased: {cookie: {name: stay, path: /, ttl: 60s}}}}}", 1))
        world.write("upstreams.yaml", upstream_of("both", *ports))
        world.write("routes.yaml", virtual_service("routes", route("/", name="both")))
        world.start_solder()
        world.start_envoy()
        first = world.until_status("/", 200)
        cookie = first.headers["set-cookie"].split(";")[0]
        self.assertTrue(cookie.startswith("stay="), cookie)
        self.assertEqual({first.backend}, {world.get("/", headers={"cookie": cookie}).backend for _ in range(8)})
        self.assertEqual({"one", "two"}, {world.get("/").backend for _ in range(8)})


if __name__ == "__main__":
    unittest.main()
