// What a client can be refused by, piece by piece: a whole resource, or what of a resource with parts is new to the
// client. Pieces that stand for one object (a virtual host in several scopes and route configurations) are one unit, so
// that a search for what is refused is over objects. Pure. Tested by tests/unit/xds/refusal_trace_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/xds/resource_parts.h"

namespace solder::xds {

struct UnitPiece {
  enum class Kind { kWhole, kPart, kRest };  // kRest: what is no part, and the order of the parts

  Kind kind = Kind::kWhole;
  std::string resource;
  std::string part;
  uint64_t hash = 0;  // of the content
};

struct RefusalUnit {
  std::string label;  // the part's name, or the resource's
  std::vector<UnitPiece> pieces;
};
using RefusalUnits = std::vector<RefusalUnit>;

// What the client took last under a name; null: nothing.
using Holding = std::function<ResourcePtr(const std::string& name)>;

// What is in `resources` that the client does not have, in their order.
RefusalUnits changed_units(ResourceType type, const std::vector<ResourcePtr>& resources, const Holding& holding);

// The pieces of one resource that are not to be sent.
struct HeldPieces {
  bool whole = false;
  bool rest = false;
  std::set<std::string> parts;

  void add(const UnitPiece& piece);
  bool operator==(const HeldPieces&) const = default;
};
// `now` with what the client has in the place of the held pieces; where it has nothing, a resource that is withheld().
ResourcePtr without_held(ResourceType type, const ResourcePtr& now, const ResourcePtr& has, const HeldPieces& held);

// Reads pieces of a world; takes each resource apart once.
class PieceReader {
 public:
  // The world outlives the reader.
  PieceReader(ResourceType type, const ResourceSet& world) : type_(type), world_(world) {}

  // The hash of the piece's content; nothing where it is not there.
  std::optional<uint64_t> hash(const UnitPiece& piece);
  // Its bytes, to look for words in.
  std::string bytes(const UnitPiece& piece);

 private:
  const std::optional<DividedResource>& divided(const std::string& resource);

  const ResourceType type_;
  const ResourceSet& world_;
  std::map<std::string, std::optional<DividedResource>> divided_;
};

}  // namespace solder::xds
