// Routes that answer 503 with a text of their own: options: {closed: {message: back at noon}}.
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

class Closed {
 public:
  // Called for every route that has the option. The value has passed the schema in manifest.json.
  void options(const solder::sdk::OptionInput& in, solder::sdk::Out& out) {
    const std::string text = solder::sdk::get_string(solder::sdk::parse_json(in.json), "message");
    if (text.empty()) return out.error({.field = "/message", .reason = "EmptyMessage", .message = "say why"});
    const solder::sdk::Json answer = {{"directResponse", {{"status", 503}, {"body", {{"inlineString", text}}}}}};
    out.fragment_json("route", answer.dump());
  }
};

SOLDER_PLUGIN(Closed, "closed", "1.0.0")
