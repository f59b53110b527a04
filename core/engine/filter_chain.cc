#include "core/engine/filter_chain.h"

#include <iterator>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/slots.h"
#include "core/engine/wire_fields.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace listener = solder::envoy::config::listener::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

// Takes the server names out of a FilterChain, so that chains that differ in nothing else can become one.
void split_server_names(const std::string& chain, ChainPart& part) {
  std::string match;
  protozero::pbf_writer out(part.filter_chain);
  protozero::pbf_writer match_writer(match);
  protozero::pbf_reader reader(chain);
  while (reader.next()) {
    if (reader.tag() != listener::FilterChain::kFilterChainMatch) {
      copy_field(reader, out);
      continue;
    }
    protozero::pbf_reader match_reader = reader.get_message();
    while (match_reader.next()) {
      if (match_reader.tag() == listener::FilterChainMatch::kServerNames) {
        part.server_names.push_back(match_reader.get_string());
      } else {
        copy_field(match_reader, match_writer);
      }
    }
  }
  if (!match.empty()) out.add_message(listener::FilterChain::kFilterChainMatch, match);
}

std::string encode_match(const ListenerChain& chain) {
  std::string match;
  protozero::pbf_writer writer(match);
  for (const auto& range : chain.ranges) {
    protozero::pbf_writer out(writer, listener::FilterChainMatch::kSourcePrefixRanges);
    out.add_string(core::CidrRange::kAddressPrefix, range.address);
    protozero::pbf_writer length(out, core::CidrRange::kPrefixLen);
    length.add_uint32(1, range.prefix_length);
  }
  for (const auto& name : chain.part.server_names) {
    writer.add_string(listener::FilterChainMatch::kServerNames, name);
  }
  return match;
}

// Calls `use(key)` for every pair of a name and a range.
template <typename F>
void each_match(const std::vector<std::string>& names, const std::vector<model::CidrRange>& ranges, F&& use) {
  static const std::vector<std::string> kAnyName{""};
  static const std::vector<model::CidrRange> kAnyRange{{}};
  for (const auto& name : names.empty() ? kAnyName : names) {
    for (const auto& range : ranges.empty() ? kAnyRange : ranges) {
      use(name + ' ' + range.address + '/' + std::to_string(range.prefix_length));
    }
  }
}

}  // namespace

ChainPart build_filter_chain(Translation& t, Reader& reader, const model::ObjectRef& object,
                             const model::OptionSet& tls, model::Diagnostics& diagnostics, ProvenanceList* provenance) {
  ChainPart part;
  Slots slots(t, diagnostics, provenance);
  OptionCalls calls(t, reader, object);
  calls.add(kSslScope, tls, 0, 0);
  calls.run([&](size_t, host::ItemOutput output) {
    slots.add(output.fragments);
    std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(diagnostics));
    std::move(output.secret_uses.begin(), output.secret_uses.end(), std::back_inserter(part.secrets));
  });
  split_server_names(slots.merged("filter_chain", kFilterChain, "", "filter_chain"), part);
  slots.each("transport_socket/", "", "transport_socket",
             [&](const std::string& name, const std::string& type_url, const std::string& bytes) {
               if (!part.transport_socket.empty()) return;
               protozero::pbf_writer socket(part.transport_socket);
               socket.add_string(core::TransportSocket::kName, name);
               socket.add_message(core::TransportSocket::kTypedConfig, pack_any(type_url, bytes));
             });
  part.listener = slots.merged("listener", kListener, "", "listener");
  part.hash = base::hash_bytes(part.filter_chain + '\0' + part.transport_socket + '\0' + part.listener);
  for (const auto& use : part.secrets) {
    part.hash = base::hash_combine(part.hash, base::hash_bytes(encode_secret_use(use)));
  }
  return part;
}

const std::string& filters_of(const ListenerChain& chain, bool scoped) {
  return scoped && !chain.scoped_filters.empty() ? chain.scoped_filters : chain.filters;
}

std::string encode_chain(const ListenerChain& chain, const std::string& filters) {
  std::string bytes = chain.part.filter_chain;
  protozero::pbf_writer writer(bytes);
  // A second occurrence of a message field merges into the first, by protobuf's rules.
  if (const std::string match = encode_match(chain); !match.empty())
    writer.add_message(listener::FilterChain::kFilterChainMatch, match);
  bytes += filters;
  if (!chain.part.transport_socket.empty())
    writer.add_message(listener::FilterChain::kTransportSocket, chain.part.transport_socket);
  return bytes;
}

const ListenerChain* ChainList::rival(const std::vector<std::string>& names,
                                      const std::vector<model::CidrRange>& ranges, size_t mine) const {
  const ListenerChain* found = nullptr;
  each_match(names, ranges, [&](const std::string& key) {
    const auto at = taken_.find(key);
    if (at != taken_.end() && at->second != mine) found = &chains_[at->second];
  });
  return found;
}

void ChainList::claim(const std::vector<std::string>& names, const std::vector<model::CidrRange>& ranges,
                      size_t chain) {
  each_match(names, ranges, [&](const std::string& key) { taken_[key] = chain; });
}

}  // namespace solder::engine
