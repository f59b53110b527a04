// Which of several things a client's refusal is about, as far as its words say. Pure.
// Tested by tests/unit/xds/refusal_words_test.cc.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/xds/refusal_units.h"

namespace solder::xds {

// The units whose names the words give as headings, as Envoy does for clusters and listeners: "Error adding/updating
// cluster(s) a: what is wrong, b: what is wrong". Indices into `units`.
std::vector<size_t> headed_by(std::string_view words, const RefusalUnits& units);

// The units that the rarest of the words points at: a name in the words, or a text that the unit's bytes hold. Nothing
// where no word tells some units from the others.
std::vector<size_t> pointed_at(std::string_view words, const RefusalUnits& units, PieceReader& reader);

}  // namespace solder::xds
