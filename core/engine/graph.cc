#include "core/engine/graph.h"

#include <algorithm>

namespace solder::engine {

namespace {

void insert_sorted(std::vector<Cell*>& cells, Cell* cell) {
  auto at = std::lower_bound(cells.begin(), cells.end(), cell);
  if (at == cells.end() || *at != cell) cells.insert(at, cell);
}

void erase_sorted(std::vector<Cell*>& cells, Cell* cell) {
  auto at = std::lower_bound(cells.begin(), cells.end(), cell);
  if (at != cells.end() && *at == cell) cells.erase(at);
}

}  // namespace

void Graph::ensure(Cell& cell) {
  if (cell.state_ == Cell::State::kCheck) {
    // A read that turns out changed marks this cell dirty. Only the reads of the last run are asked, in a fixed order;
    // they are pure, so asking one that this run would not ask any more is wasted work and nothing worse.
    const std::vector<Cell*> reads = cell.reads_;
    for (Cell* read : reads) {
      ensure(*read);
      if (cell.state_ == Cell::State::kDirty) break;
    }
    if (cell.state_ == Cell::State::kCheck) cell.state_ = Cell::State::kClean;
  }
  if (cell.state_ == Cell::State::kDirty) run(cell);
}

void Graph::run(Cell& cell) {
  const bool changed = cell.compute(*this);
  cell.state_ = Cell::State::kClean;
  ++computed_;
  if (changed) mark_readers(cell);
}

void Graph::mark_readers(Cell& cell) {
  for (Cell* reader : cell.readers_) {
    const Cell::State before = reader->state_;
    reader->state_ = Cell::State::kDirty;
    if (before == Cell::State::kClean) {
      for (Cell* above : reader->readers_) mark_check(*above);
    }
  }
}

void Graph::mark_check(Cell& cell) {
  if (cell.state_ != Cell::State::kClean) return;
  cell.state_ = Cell::State::kCheck;
  for (Cell* above : cell.readers_) mark_check(*above);
}

void Graph::set_reads(Cell& cell, std::vector<Cell*> reads) {
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  std::vector<Cell*> gone;
  std::set_difference(cell.reads_.begin(), cell.reads_.end(), reads.begin(), reads.end(), std::back_inserter(gone));
  std::vector<Cell*> come;
  std::set_difference(reads.begin(), reads.end(), cell.reads_.begin(), cell.reads_.end(), std::back_inserter(come));
  for (Cell* read : gone) {
    erase_sorted(read->readers_, &cell);
    queue_if_unread(*read);
  }
  for (Cell* read : come) insert_sorted(read->readers_, &cell);
  cell.reads_ = std::move(reads);
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
    set_reads(*cell, {});
    cell->forget();
  }
}

}  // namespace solder::engine
