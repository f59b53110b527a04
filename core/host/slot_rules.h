// Which slots a plugin may fill for which kind of input, and which message type a slot fixes: the lists of the contract
// (kinds/options.h, kinds/upstream_type.h, items.h) as one table. Tested by tests/unit/host/slot_rules_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/host/plugin_set.h"
#include "solder/abi.h"

namespace solder::host {

// What an input is about, as far as slots depend on it.
enum class Site : uint8_t {
  kUpstreamType,
  kDestination,
  kWeightedEntry,
  kSettings,
  kGateway,
  kHttpGateway,
  kTcpGateway,
  kSsl,
  kVirtualHost,
  kForward,
  kRedirect,
  kDirectResponse,
  kWeightedDestination,
  kUpstream,
  kEndpoints,
  kSource
};

// The site of element `index` of the batch. Reads only what the element's own size covers.
Site site_of(Operation operation, solder_span in, uint64_t index);

struct SlotUse {
  bool filter = false;          // http_filter/, network_filter/, upstream_filter/: `name` is the filter's name
  std::string_view fixed_type;  // full message name; empty: the fragment brings it
};

// How `slot` may be used there, or why not: the message names what would be right.
std::variant<SlotUse, std::string> find_slot(Site site, std::string_view slot);
// True where fragments can name SDS secrets.
bool may_use_secrets(Site site);
// True where text fields of extension configurations can be filled from secrets.
bool may_fill_secrets(Site site);
// Words for a person: "a route that redirects".
std::string_view site_words(Site site);

}  // namespace solder::host
