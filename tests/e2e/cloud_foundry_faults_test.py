"""What goes wrong between Solder and a Cloud Controller takes nothing away, is named, and makes no more requests than are allowed: errors, nonsense, lists without end, limits, spaces that may not be read."""
import unittest

from cloud_foundry_test import upstream
from cloud_foundry_tokens_test import OneApp
from harness import request, until
from manifests import prefix_route, virtual_service


class Faults(OneApp):
    def test_nothing_that_the_cloud_controller_says_takes_anything_away(self):
        self.start()
        self.until_served_by("at-11")
        for faults, mended, reason, words in (
                ({"garbage": 4}, {}, "ReadFailed", "the answer is no list of this kind"),
                ({"endless": ["apps", "more"]}, {"endless": None}, "EndlessPages", "GET /v3/apps has page after page without end"),
                ({"endless": ["routes", "again"]}, {"endless": None}, "EndlessPages", "GET /v3/routes has page after page"),
                ({"endless": ["apps", "elsewhere"]}, {"endless": None}, "ReadFailed", "the next page is said to be elsewhere: https://elsewhere.example.org/v3/apps"),
                ({"forbidden": ["routes"]}, {"forbidden": []}, "AccessDenied", "GET /v3/routes: 403 CF-NotAuthorized"),
                ({"forbidden_stats": True}, {"forbidden_stats": False}, "AccessDenied", "the instances of the app cart may not be read"),
                ({"errors": 3}, {}, "ReadFailed", "500 UnknownError: An unknown error occurred.")):
            with self.subTest(faults=faults):
                self.put("faults", faults)
                self.upstream_is("Warning", reason, words)
                self.until_served_by("at-11")
                self.put("faults", mended)
                self.upstream_is("Accepted")
        self.platform.end()
        self.upstream_is("Warning", "ReadFailed")
        self.until_served_by("at-11")
        self.assertEqual(0, self.world.solder.end())
        self.world.start_solder("--config", self.settings)
        self.until_served_by("at-11")

    def test_a_space_that_may_not_be_read_takes_nothing_from_others(self):
        self.backend(12)
        self.app("stock", space="shop/secret", web=[{"ip": "127.0.0.12"}], routes={"stock.apps.internal": self.port})
        self.world.write("stock.yaml", upstream("stock", {"org": "shop", "space": "secret", "app": "stock", "reach": "CONTAINER"}))
        self.world.write("routes.yaml", virtual_service("web", prefix_route("/stock", "stock") + "\n" + prefix_route("/", "shop")))
        self.start()
        self.until_served_by("at-12", path="/stock")
        self.put("faults", {"hidden": ["shop/secret"]})
        self.upstream_is("Warning", "SpaceNotFound", "the space secret of the org shop is not there, or may not be read", name="stock")
        self.upstream_is("Accepted")
        self.until_served_by("at-12", path="/stock")
        self.until_asked(2)
        self.until_served_by("at-12", path="/stock")
        self.put("faults", {"hidden": []})
        self.upstream_is("Accepted", name="stock")

    def test_requests_are_no_more_than_are_allowed(self):
        self.start(requestsPerMinute=20)
        self.until_served_by("at-11")
        until("no more are allowed", lambda: self.seen()["requests"] >= 20)
        for i in range(1, 21):
            own = [{"id": "own", "address": f"127.0.1.{i}", "port": self.port}]
            self.world.write("upstream.yaml", upstream("shop", {"app": "cart", "reach": "CONTAINER", "process": "web" if i % 2 else "", "instances": own}))
            until("the edit counts", lambda: f'"127.0.1.{i}"' in request(self.envoy.admin_port, "/config_dump?include_eds").text)
        self.assertEqual(20, self.seen()["requests"])

    def test_a_limit_of_the_cloud_controller_is_kept(self):
        self.start()
        self.until_served_by("at-11")
        self.put("faults", {"limit": [3, 5]})
        until("it is refused", lambda: self.seen()["statuses"].get("429"))
        before = self.seen()
        self.cart(11, (12, "RUNNING"))
        until("it is asked again when the time is up", lambda: self.seen()["statuses"]["200"] >= before["statuses"]["200"] + 3)
        after = self.seen()
        self.assertLessEqual(after["statuses"]["429"] - before["statuses"]["429"], 2, "one too many at the end of each time at most")
        self.put("faults", {"limit": None})
        self.upstream_is("Accepted")


if __name__ == "__main__":
    unittest.main(verbosity=2)
