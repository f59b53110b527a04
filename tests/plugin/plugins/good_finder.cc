// Finds functions: asks the address in its upstream's spec at once and, with a timer, again and again. The lines of the
// answer are the functions; "problem" is a problem. Tested by tests/plugin/discovery_test.cc.
#include <nlohmann/json.hpp>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"

namespace {

namespace sdk = solder::sdk;

class Finder {
 public:
  explicit Finder(sdk::Host host) : http_(host), publisher_(host), timer_(host) {}

  void clusters(const sdk::UpstreamInput&, sdk::Out&) {}
  void follow(const sdk::UpstreamInput& in, sdk::Out& out) {
    const auto spec = nlohmann::json::parse(in.json, nullptr, false);
    if (!spec.contains("url"))
      return out.error({.field = "/url", .reason = "MissingField", .message = "where the functions are"});
    name_ = in.upstream.name;
    url_ = spec["url"];
    timer_.cancel();
    ask();
  }
  void forget(const sdk::Ref&) {
    timer_.cancel();
    url_.clear();
  }

 private:
  [[nodiscard]] sdk::Ref ref() const { return {"Upstream", "ns", name_}; }
  void ask() {
    if (url_.empty()) return;
    http_.send({.url = url_}, [this](const sdk::HttpAnswer& answer) {
      nlohmann::json items = nlohmann::json::array();
      std::string body(answer.body);
      for (size_t at = 0; at < body.size();) {
        const size_t end = std::min(body.find('\n', at), body.size());
        items.push_back({{"name", body.substr(at, end - at)}});
        at = end + 1;
      }
      if (body == "problem") {
        publisher_.report(ref(), {{.field = "/spec/finder/url", .reason = "Bad", .message = "there is a problem"}});
      } else {
        publisher_.report(ref(), {});
        publisher_.list(ref(), "/spec/finder/functions", "name", items.dump());
      }
      timer_.start(std::chrono::milliseconds(5), [this] { ask(); });
    });
  }

  std::string name_, url_;
  sdk::Http http_;
  sdk::Publisher publisher_;
  sdk::Timer timer_;
};

}  // namespace

SOLDER_PLUGIN(Finder, "finder", "1.0.0")
