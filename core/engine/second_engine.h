// What an engine needs to let a second one take its place (Engine::second): what it tells that one, piece by piece
// while it goes on, and in which objects' reports the two differ. Tested by tests/unit/engine/second_engine_test.cc.
#pragma once

#include <optional>
#include <set>

#include "core/engine/diagnostic_book.h"
#include "core/engine/engine.h"
#include "core/engine/translation.h"
#include "core/engine/visible_world.h"

namespace solder::engine {

// How far the telling has come. One thread.
class Telling {
 public:
  // Objects that are new, or have another last good version, since tell() was called last.
  std::set<model::ObjectRef> again;

  // Those, and up to `most` further ones.
  void tell(const VisibleWorld& world, const Inputs<model::ObjectRef, model::Object>& last_good, size_t most,
            EngineInputs& out);

 private:
  // The stores' objects first, then those that follow from others, of which only the last good version is told.
  std::optional<model::ObjectRef> told_, derived_;
  bool all_told_ = false, all_derived_ = false;
};

struct Parts {
  const Translation& translation;
  const VisibleWorld& world;
  const DiagnosticBook& book;
};
std::set<model::ObjectRef> differences(const Parts& before, const Parts& now);

}  // namespace solder::engine
