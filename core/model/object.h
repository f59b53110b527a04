// Objects as a source gave them: a reference, metadata, and the whole document as compact JSON. Plain values that are
// never changed after they were made and are shared as ObjectPtr. Nothing here knows a schema: config/ decodes them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace solder::model {

// Names one object. `kind` is the bare kind ("Upstream"): Gloo's kinds do not overlap between its API groups.
struct ObjectRef {
  std::string kind;
  std::string ns;
  std::string name;

  auto operator<=>(const ObjectRef&) const = default;
  bool operator==(const ObjectRef&) const = default;
};

// "VirtualService gloo-system/petstore"
inline std::string to_string(const ObjectRef& ref) { return ref.kind + " " + ref.ns + "/" + ref.name; }

// A place in a user's file, both from 1; line 0: unknown.
struct SourceLocation {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;

  auto operator<=>(const SourceLocation&) const = default;
  bool operator==(const SourceLocation&) const = default;
};

// Where an object came from. Lines below its start are found again by config::locate() when a report needs them.
struct DocumentSource {
  std::string file;           // empty: not from a file
  uint32_t document = 0;      // index of the document in the file, from 0
  uint32_t item = 0;          // index in a `kind: List` document's items, from 0
  SourceLocation start;       // of the document's first key
  uint64_t content_hash = 0;  // of the whole file as it was read
};

struct Object {
  ObjectRef ref;
  std::string api_version;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string json;   // the whole document (apiVersion, kind, metadata, spec, ...), keys sorted, compact
  uint64_t hash = 0;  // of ref and json
  DocumentSource source;
};

using ObjectPtr = std::shared_ptr<const Object>;

}  // namespace solder::model
