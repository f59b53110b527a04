// setFilterState: values of a request as objects that other filters read, such as envoy.ratelimit.hits_addend. Source:
// Gloo's options/set_filter_state; Envoy SetFilterState. Tested by plugins/set_filter_state/testdata and
// tests/e2e/http_options_test.py.
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/header_rules.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::set_filter_state {

using sdk::Json;

namespace {

void check(const Json& value, const std::string& at, sdk::Out& out) {
  if (sdk::get_string(value, "objectKey").empty()) {
    const std::string place = at + "/objectKey";
    out.error({place, "MissingField", "an object needs a key", "", "such as envoy.ratelimit.hits_addend"});
  }
  const Json* format = sdk::find(value, "formatString");
  const bool said = format != nullptr && (format->contains("textFormat") || format->contains("jsonFormat") ||
                                          format->contains("textFormatSource"));
  const std::string place = at + "/formatString";
  if (!said) {
    return out.error(
        {place, "MissingField", "an object needs a value", "", "textFormat, jsonFormat or textFormatSource"});
  }
  const std::string text = sdk::get_string(*format, "textFormat");
  if (const size_t stray = sdk::stray_percent(text); stray != std::string_view::npos) {
    const std::string field = place + "/textFormat";
    const std::string message = "the % at position " + std::to_string(stray + 1) + " begins no command";
    out.error({field, "InvalidValue", message, text, "%REQ(NAME)% for a command, %% for the sign itself"});
  }
}

// Envoy is about to drop text_format.
void current_form(Json& format) {
  const auto text = format.find("textFormat");
  if (text == format.end()) return;
  format["textFormatSource"] = {{"inlineString", *text}};
  format.erase("textFormat");
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Json* list = sdk::find(value, "onRequestHeaders");
    if (list == nullptr || list->empty()) return;
    for (size_t i = 0; i < list->size(); ++i) check((*list)[i], "/onRequestHeaders/" + std::to_string(i), out);
    if (out.failed()) return;
    Json config = value;
    for (Json& one : config["onRequestHeaders"]) current_form(one["formatString"]);
    out.filter_json("rate_limit", "envoy.filters.http.set_filter_state",
                    "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config", config.dump(), -1);
  }
};

}  // namespace solder::plugins::set_filter_state

SOLDER_PLUGIN(solder::plugins::set_filter_state::Plugin, "set_filter_state", "1.0.0")
