#include "core/xds/refusal_trace.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/xds/refusal_words.h"

namespace solder::xds {
namespace {

// Found one after the other without that the client took anything in between: it refuses all.
constexpr size_t kFoundInVain = 2;
constexpr size_t kMostFound = 32;  // in one search
constexpr size_t kMostTold = 100;  // of what a client refuses that refuses all

bool unchanged(const RefusalUnit& unit, PieceReader& reader) {
  return std::all_of(unit.pieces.begin(), unit.pieces.end(),
                     [&](const UnitPiece& piece) { return reader.hash(piece) == piece.hash; });
}

bool unchanged(const RefusalUnits& units, PieceReader& reader) {
  return std::all_of(units.begin(), units.end(), [&](const RefusalUnit& unit) { return unchanged(unit, reader); });
}

void move_into(RefusalUnits& into, RefusalUnits from) { std::move(from.begin(), from.end(), std::back_inserter(into)); }

// Takes the units out that stand at these places, which are in order.
RefusalUnits take_out(RefusalUnits& units, const std::vector<size_t>& places) {
  RefusalUnits out, rest;
  auto next = places.begin();
  for (size_t i = 0; i < units.size(); ++i) {
    const bool taken = next != places.end() && *next == i;
    if (taken) ++next;
    (taken ? out : rest).push_back(std::move(units[i]));
  }
  units = std::move(rest);
  return out;
}

}  // namespace

void RefusalTrace::set_world(const ResourceSet& world) {
  world_ = world;
  PieceReader reader(type_, world_);
  std::erase_if(blocked_, [&](const auto& entry) { return !unchanged(entry.second.what.unit, reader); });
  if (!search_) return;
  const RefusalSearch& search = *search_;
  const bool same =
      unchanged(search.candidates, reader) && unchanged(search.testing, reader) && unchanged(search.unknown, reader);
  // What is searched for is not there any more: the newest state is sent whole.
  if (!same) search_.reset();
}

std::map<std::string, HeldPieces> RefusalTrace::held() const {
  std::map<std::string, HeldPieces> all;
  const auto hold = [&](const RefusalUnit& unit) {
    for (const auto& piece : unit.pieces) all[piece.resource].add(piece);
  };
  for (const auto& [label, blocked] : blocked_) hold(blocked.what.unit);
  if (search_) {
    for (const auto& unit : search_->candidates) hold(unit);
    for (const auto& unit : search_->unknown) hold(unit);
  }
  return all;
}

ResourceSet RefusalTrace::offer() {
  ResourceSet out = search_ ? search_->world : world_;
  auto all = held();
  std::erase_if(composed_, [&](const auto& entry) { return all.count(entry.first) == 0; });
  for (auto& [name, pieces] : all) {
    const ResourcePtr now = out.find(name);
    if (!now) continue;
    const ResourcePtr has = holding_(name);
    Composed& last = composed_[name];
    if (last.now != now || last.has != has || !(last.held == pieces)) {
      last = {now, has, without_held(type_, now, has, pieces), std::move(pieces)};
    }
    if (last.result != now) out = out.with(last.result);
  }
  return out;
}

bool RefusalTrace::tested_in(const std::vector<ResourcePtr>& resources) const {
  std::set<std::string_view> names;
  for (const auto& unit : search_->testing) {
    for (const auto& piece : unit.pieces) names.insert(piece.resource);
  }
  return std::any_of(resources.begin(), resources.end(),
                     [&](const auto& resource) { return names.count(resource->name) != 0; });
}

void RefusalTrace::refused(const std::vector<ResourcePtr>& resources, const std::string& words) {
  if (search_ && !tested_in(resources)) search_.reset();
  if (search_) {
    // Of what was kept back nothing is known now.
    move_into(search_->unknown, std::move(search_->candidates));
    search_->candidates = std::move(search_->testing);
    search_->testing.clear();
    search_->named = false;
    search_->words = words;
    return go_on();
  }
  auto units = changed_units(type_, resources, holding_);
  const auto offered = offer();
  PieceReader reader(type_, offered);
  // Where something of it has changed meanwhile that may be what was bad: the newest state is sent whole.
  if (units.empty() || !unchanged(units, reader)) return;
  search_.emplace();
  search_->world = world_;
  search_->candidates = std::move(units);
  search_->words = words;
  go_on();
}

void RefusalTrace::accepted(const std::vector<ResourcePtr>& resources) {
  if (!search_ || !tested_in(resources)) return;
  ++search_->accepted;
  test_passed();
}

void RefusalTrace::nothing_to_send() {
  if (search_) test_passed();
}

void RefusalTrace::test_passed() {
  search_->testing.clear();
  if (search_->candidates.empty()) {
    search_.reset();
  } else if (search_->named) {
    found(std::exchange(search_->candidates, {}));
  } else {
    go_on();
  }
}

void RefusalTrace::go_on() {
  if (search_->candidates.size() == 1) return found(std::exchange(search_->candidates, {}));
  if (follow_headings()) return;
  if (!std::exchange(search_->guessed, true)) follow_guess();
  if (search_->testing.empty()) halve();
}

bool RefusalTrace::test_rest_of(const std::vector<size_t>& suspects) {
  if (suspects.empty() || suspects.size() >= search_->candidates.size()) return false;
  auto kept = take_out(search_->candidates, suspects);
  search_->testing = std::exchange(search_->candidates, std::move(kept));
  return true;
}

bool RefusalTrace::follow_headings() {
  const auto headed = headed_by(search_->words, search_->candidates);
  if (!headed.empty() && headed.size() == search_->candidates.size()) {
    found(std::exchange(search_->candidates, {}));
    return true;
  }
  search_->named = test_rest_of(headed);
  return search_->named;
}

void RefusalTrace::follow_guess() {
  std::vector<size_t> known;
  const auto& candidates = search_->candidates;
  for (size_t i = 0; i < candidates.size() && known_ != nullptr; ++i) {
    const bool hinted = std::any_of(candidates[i].pieces.begin(), candidates[i].pieces.end(),
                                    [&](const UnitPiece& piece) { return known_->has(type_, piece); });
    if (hinted) known.push_back(i);
  }
  // Another client refused each of them by itself.
  search_->named = test_rest_of(known);
  if (search_->named) return;
  PieceReader reader(type_, search_->world);
  test_rest_of(pointed_at(search_->words, candidates, reader));
}

void RefusalTrace::halve() {
  auto& candidates = search_->candidates;
  const auto middle = candidates.begin() + static_cast<std::ptrdiff_t>(candidates.size() / 2);
  search_->testing.assign(std::make_move_iterator(candidates.begin()), std::make_move_iterator(middle));
  candidates.erase(candidates.begin(), middle);
}

void RefusalTrace::found(RefusalUnits units) {
  for (auto& unit : units) {
    ++search_->found;
    block(std::move(unit), true);
  }
  search_->named = false;
  const bool in_vain = search_->accepted == 0 && search_->found >= kFoundInVain;
  if (in_vain || search_->found >= kMostFound) return give_up();
  deliver();
}

// What was refused together with the culprit may be good without it.
void RefusalTrace::deliver() {
  search_->testing = std::exchange(search_->unknown, {});
  if (search_->testing.empty()) search_.reset();
}

void RefusalTrace::give_up() {
  const bool refuses_all = search_->accepted == 0;
  size_t told = search_->found;
  for (auto& unit : search_->unknown) block(std::move(unit), refuses_all && told++ < kMostTold);
  search_.reset();
}

void RefusalTrace::block(RefusalUnit unit, bool found) {
  if (found && known_ != nullptr) {
    for (const auto& piece : unit.pieces) known_->add(type_, piece);
  }
  const auto [at, added] = blocked_.try_emplace(unit.label, Blocked{{{unit.label, {}}, search_->words}, found});
  Blocked& blocked = at->second;
  blocked.what.words = search_->words;
  blocked.found = blocked.found || found;
  std::move(unit.pieces.begin(), unit.pieces.end(), std::back_inserter(blocked.what.unit.pieces));
}

std::set<std::string> RefusalTrace::held_back() const {
  std::set<std::string> names;
  for (const auto& [name, pieces] : held()) names.insert(name);
  return names;
}

std::vector<RefusalTrace::Culprit> RefusalTrace::culprits() const {
  std::vector<Culprit> all;
  for (const auto& [label, blocked] : blocked_) {
    if (blocked.found) all.push_back(blocked.what);
  }
  return all;
}

}  // namespace solder::xds
