// Filter chains of a listener: what TLS makes of one, and that no two of a listener take the same connections, since
// Envoy refuses such a listener whole. Source: Envoy listener_components.proto (FilterChain, FilterChainMatch).
// Tested by tests/golden/cases/gateway-*.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/engine/results.h"
#include "core/engine/translation.h"
#include "core/model/gateway.h"
#include "core/model/options.h"

namespace solder::engine {

// What plugins make of the keys for TLS (`tls`: sslConfig) of `object`; what is wrong with it comes as diagnostics.
ChainPart build_filter_chain(Translation& t, Reader& reader, const model::ObjectRef& object,
                             const model::OptionSet& tls, model::Diagnostics& diagnostics, ProvenanceList* provenance);

// A filter chain on its way into the listener.
struct ListenerChain {
  ChainPart part;                        // the server names it takes, and how TLS is spoken
  std::vector<model::CidrRange> ranges;  // where its clients are; none: anywhere
  std::string filters;                   // FilterChain.filters, tagged
  std::string scoped_filters;            // the same for clients that take scopes; empty: no difference
  model::ObjectRef object;               // who asked for it first
};

// Those for clients that take scopes, or for all others.
const std::string& filters_of(const ListenerChain& chain, bool scoped);
// FilterChain bytes with these filters.
std::string encode_chain(const ListenerChain& chain, const std::string& filters);

// The chains of one listener.
class ChainList {
 public:
  // Who takes some of the connections with these server names from these ranges already, but for chain `mine`; null:
  // nobody. No names and no ranges stand for the connections that no other chain takes.
  [[nodiscard]] const ListenerChain* rival(const std::vector<std::string>& names,
                                           const std::vector<model::CidrRange>& ranges, size_t mine) const;
  // `chain` is an index into chains().
  void claim(const std::vector<std::string>& names, const std::vector<model::CidrRange>& ranges, size_t chain);
  [[nodiscard]] std::vector<ListenerChain>& chains() { return chains_; }

 private:
  std::vector<ListenerChain> chains_;
  std::map<std::string, size_t> taken_;  // a name and a range → the chain's index
};

}  // namespace solder::engine
