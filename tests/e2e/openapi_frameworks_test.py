"""Functions of web services that were written with frameworks as their users do, found by the OpenAPI documents that those make and called through a real Envoy with curl."""
import shutil
import sys
import unittest

import frameworks
import packages

packages.need("fastapi==0.165.0", "uvicorn==0.54.0", "python-multipart==0.0.34")

from harness import HERE, Process
from openapi_fixture import OpenApiCase, function, swagger, upstream

TOOLS = HERE.parent / "tools"


class Frameworks(OpenApiCase):
    def run_service(self, command, **environment):
        service = Process("framework", [*command, self.port], self.world.directory / "service.log", environment)
        self.world.start(service, lambda: "listening" in service.tail())

    def test_a_service_of_fastapi_is_found_and_called(self):
        self.run_service([sys.executable, HERE / "openapi_fastapi.py"])
        self.world.write("upstream.yaml", upstream("service", self.port))
        self.start(function("/find", "get_pet_pets__pet_id__get", path="/find/{pet_id}", headers={"x-want": "{verbose}", "x-who": "{x-tenant}", "x-session": "{session}"}),
                   function("/make", "make_pet_pets_post", headers={"x-age": "{age}"}),
                   function("/rename", "renamePet", path="/rename/{pet_id}"),
                   function("/order", "order_orders_post"),
                   function("/delete", "delete_pet_pets__pet_id__delete"),
                   function("/late", "nobody"))
        got = self.until_answered("/find/rex?page=1", "-H", "x-want: true", "-H", "x-who: acme inc", "-H", "x-session: a;b", "-d", '{"tags": ["x y", "&z"]}')
        self.assertEqual({"called": "get", "pet_id": "rex", "verbose": True, "tags": ["x y", "&z"], "tenant": "acme inc", "session": "a%3Bb", "raw": "/pets/rex"}, got)
        self.assertEqual("own", self.until_answered("/find/rex", "-H", "x-tenant: own")["tenant"], "a header of the request's own stays")
        self.assertEqual("/pets/a%20b", self.until_answered("/find/a%20b")["raw"], "what came encoded is encoded")
        self.assertEqual({"name": "rex", "age": 7, "tags": ["good"]}, self.until_answered("/make", "-H", "x-age: 7", "-d", '{"name": "rex", "tags": ["good"], "admin": true}')["pet"])
        self.assertEqual(("5", {"name": "max", "age": None}), tuple(self.until_answered("/rename/5", "-d", '{"name": "max"}')[key] for key in ("pet_id", "pet")))
        self.assertEqual(("a&b=c", 2), tuple(self.until_answered("/order", "-d", '{"what": "a&b=c", "count": 2}')[key] for key in ("what", "count")))
        self.assertEqual("x", self.until_answered("/delete", "-d", '{"pet_id": "x"}')["pet_id"])
        self.assertEqual((500, "unknown function nobody"), self.curl("/late"))
        self.world.until_state("VirtualService", "web", "Warning", "FunctionNotFound", "nobody", "make_pet_pets_post")
        self.world.until_state("Upstream", "service", "Accepted")
        # What cannot be said safely is not said at all.
        for path, arguments in (("/delete", ("-d", "{}")), ("/delete", ("-d", '{"pet_id": ".."}')), ("/find/%2e%2e%2fadmin", ()), ("/delete", ("-d", '{"pet_id": "..\\\\x"}'))):
            status, text = self.curl(path, *arguments)
            self.assertEqual(400, status, (path, arguments, text))
        self.assertNotIn("transformations", (self.world.manifests / "upstream.yaml").read_text(), "users' files are not written")

    @unittest.skipUnless(shutil.which("npm"), "there is no npm")
    def test_a_service_of_express_is_found_and_called(self):
        modules = frameworks.node_packages("express@4.22.3", "swagger-jsdoc@6.3.0")
        self.run_service(["node", HERE / "openapi_express.js"], NODE_PATH=str(modules))
        self.world.write("upstream.yaml", upstream("service", self.port) + "---" + upstream("older", self.port, swagger(url="/old")))
        self.start(function("/get", "getOrder", path="/get/{id}"), function("/change", "changeOrder", headers={"x-count": "{count}"}), function("/old", "oldGet", "older", path="/old/{id}"))
        self.assertEqual({"called": "get", "id": "a/b", "fields": "x,y"}, self.until_answered("/get/a%2Fb", "-d", '{"fields": ["x", "y"]}'))
        self.assertEqual({"called": "change", "id": "7", "body": {"count": 3, "gift": True}}, self.until_answered("/change", "-H", "x-count: 3", "-d", '{"id": 7, "gift": true, "price": 0}'))
        self.assertEqual({"called": "get", "id": "1", "fields": ["x", "y"]}, self.until_answered("/old/1", "-d", '{"fields": ["x", "y"]}'))

    @unittest.skipUnless(shutil.which("go"), "there is no Go")
    def test_a_service_of_huma_is_found_and_called(self):
        self.run_service([frameworks.go_program(TOOLS / "go_services"), "shelves"])
        self.world.write("upstream.yaml", upstream("service", self.port) + "---" + upstream("yaml", self.port, swagger(url="/openapi.yaml")))
        self.start(function("/get", "get-shelf", path="/get/{id}/{sort}", headers={"x-secret": "Bearer {X-Token}"}), function("/change", "change-shelf", "yaml", headers={"x-id": "{id}"}))
        got = self.until_answered("/get/5/down", "-H", "x-secret: Bearer abc")
        self.assertEqual(("get", 5, "down", "abc"), tuple(got[key] for key in ("called", "id", "sort", "token")))
        got = self.until_answered("/change", "-H", "x-id: 9", "-d", '{"name": "north", "size": 4}')
        self.assertEqual(("change", 9, "north", 4), tuple(got[key] for key in ("called", "id", "name", "size")))

    @unittest.skipUnless(shutil.which("mvn") and shutil.which("javac"), "there is no Java with Maven")
    def test_a_service_of_javalin_is_found_and_called(self):
        self.run_service(frameworks.java_program(TOOLS / "java_services", "Books"))
        self.world.write("upstream.yaml", upstream("service", self.port))
        self.start(function("/get", "getBook", path="/get/{isbn}", headers={"x-language": "{language}", "x-shelf": "{shelf}"}), function("/put", "putBook", headers={"x-pages": "{pages}"}))
        self.assertEqual({"called": "get", "isbn": "1/2 3", "language": "de&at", "reader": "me", "shelf": "north"},
                         self.until_answered("/get/1%2F2%203", "-H", "x-language: de&at", "-H", "X-Reader: me", "-H", "x-shelf: north"))
        self.assertEqual({"called": "put", "isbn": "7", "title": "One \"&\" two", "pages": 12},
                         self.until_answered("/put", "-H", "x-pages: 12", "-d", '{"isbn": 7, "title": "One \\"&\\" two", "unknown": 1}'))


if __name__ == "__main__":
    unittest.main()
