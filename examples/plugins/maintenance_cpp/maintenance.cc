// A Solder plugin: it claims the route option `maintenance`, whose value is a text, and lets such a route answer 503
// with it. manifest.json says what it claims; the schema there is checked before options() is called.
#include <string>

#include "solder/sdk.hpp"

class Maintenance {
 public:
  // Gives a route its part of Envoy's configuration; what the route has else is the host's business.
  void options(const solder::sdk::OptionInput& in, solder::sdk::Out& out) {
    // The value is a JSON string, quotes included, so it can stand in JSON as it is.
    const std::string text(in.json);
    out.fragment_json("route", R"({"directResponse": {"status": 503, "body": {"inlineString": )" + text + "}}}");
  }
};

SOLDER_PLUGIN(Maintenance, "maintenance", "1.0.0")
