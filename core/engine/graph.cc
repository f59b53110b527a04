#include "core/engine/graph.h"

#include <cstdint>
#include <thread>
#include <utility>

#include "core/engine/spread.h"

namespace solder::engine {

namespace {

// Gives up most of what a list that was long keeps, once it holds `size`.
template <typename T>
void trim(std::vector<T>& list, size_t size) {
  constexpr size_t kWorthIt = 64;
  if (list.capacity() <= kWorthIt || size >= list.capacity() / 4) return;
  std::vector<T> smaller;
  smaller.reserve(2 * size);
  smaller.assign(list.begin(), list.end());
  list.swap(smaller);
}

}  // namespace

Family::Family(Graph& graph) { graph.families_.push_back(this); }

size_t Graph::size() const {
  size_t out = 0;
  for (const Family* family : families_) out += family->size();
  return out;
}

void Graph::ahead() {
  for (Family* family : families_) family->ahead();
}

void Graph::settle() {
  std::vector<Cell*> made;
  for (Family* family : families_) family->add_drafts(made);
  // The tables' new order needs no look at the cells, nor the edges one at the tables.
  std::thread tables([&] {
    for (Family* family : families_) family->move_drafts();
    adopt(made, 1);
  });
  adopt(made, 0);
  tables.join();
  for (Cell* cell : made) queue_if_unread(*cell);  // whoever reads it may come later: collect() looks again
}

void Graph::adopt(const std::vector<Cell*>& cells, size_t half) {
  for (Cell* cell : cells) {
    for (size_t i = 0; i < cell->reads_.size(); ++i) {
      Cell* read = cell->reads_[i].cell;
      if (spread<2>(reinterpret_cast<uintptr_t>(read)) != half) continue;
      read->state_ = Cell::State::kClean;  // an input that was never asked before
      cell->reads_[i].other_end = read->readers_.size();
      read->readers_.push_back({cell, i});
    }
  }
}

void Graph::ensure(Cell& cell) {
  if (cell.state_ == Cell::State::kCheck) {
    // A read that turns out changed marks this cell dirty. Reads are pure, so asking one that this run would not ask
    // any more is wasted work and nothing worse.
    for (Cell* read : std::exchange(cell.suspects_, {})) {
      ensure(*read);
      if (cell.state_ == Cell::State::kDirty) break;
    }
    if (cell.state_ == Cell::State::kCheck) cell.state_ = Cell::State::kClean;
  }
  if (cell.state_ == Cell::State::kDirty) run(cell);
}

void Graph::run(Cell& cell) {
  cell.suspects_.clear();
  const bool changed = cell.compute(*this);
  cell.suspects_.clear();
  trim(cell.suspects_, 0);
  cell.state_ = Cell::State::kClean;
  ++computed_;
  if (changed) mark_readers(cell);
}

void Graph::mark_readers(Cell& cell) {
  for (const Cell::Edge& edge : cell.readers_) {
    Cell& reader = *edge.cell;
    const bool was_clean = reader.state_ == Cell::State::kClean;
    reader.state_ = Cell::State::kDirty;
    if (was_clean) suspect(reader);
  }
}

// The cell may have changed: everything above it has to ask.
void Graph::suspect(Cell& cell) {
  if (cell.pinned_ && !cell.on_request_ && !std::exchange(cell.queued_root_, true)) reached_roots_.push_back(&cell);
  for (const Cell::Edge& edge : cell.readers_) {
    Cell& reader = *edge.cell;
    reader.suspects_.push_back(&cell);
    if (reader.state_ != Cell::State::kClean) continue;
    reader.state_ = Cell::State::kCheck;
    suspect(reader);
  }
}

void Graph::update_roots() {
  while (!reached_roots_.empty()) {
    for (Cell* root : std::exchange(reached_roots_, {})) {
      root->queued_root_ = false;
      if (root->pinned_) ensure(*root);
    }
  }
}

void Graph::remove_last_read(Cell& cell) {
  const Cell::Edge edge = cell.reads_.back();
  cell.reads_.pop_back();
  // The last reader takes the place of the one that goes.
  auto& readers = edge.cell->readers_;
  const Cell::Edge last = readers.back();
  readers.pop_back();
  trim(readers, readers.size());
  if (edge.other_end == readers.size()) return;
  readers[edge.other_end] = last;
  last.cell->reads_[last.other_end].other_end = edge.other_end;
}

void Graph::set_reads(Cell& cell, const std::vector<Cell*>& reads) {
  std::vector<Cell*> before;
  before.reserve(cell.reads_.size());
  while (!cell.reads_.empty()) {
    before.push_back(cell.reads_.back().cell);
    remove_last_read(cell);
  }
  trim(cell.reads_, reads.size());
  cell.reads_.reserve(reads.size());
  for (Cell* read : reads) {
    cell.reads_.push_back({read, read->readers_.size()});
    read->readers_.push_back({&cell, cell.reads_.size() - 1});
  }
  for (Cell* read : before) queue_if_unread(*read);
}

void Graph::queue_if_unread(Cell& cell) {
  if (cell.pinned_ || cell.queued_ || !cell.readers_.empty()) return;
  cell.queued_ = true;
  unread_.push_back(&cell);
}

void Graph::collect() {
  while (!unread_.empty()) {
    Cell* cell = unread_.back();
    unread_.pop_back();
    cell->queued_ = false;
    if (cell->pinned_ || !cell->readers_.empty()) continue;
    if (cell->queued_root_) std::erase(reached_roots_, cell);
    set_reads(*cell, {});
    cell->forget();
  }
  for (Family* family : families_) family->shrink();
}

}  // namespace solder::engine
