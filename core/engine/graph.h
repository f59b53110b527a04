// The incremental graph: memoized cells that record what they read, absent things included. An input that changes marks
// the cells that read it; only what is asked for again is computed again, and a cell whose new value has the old hash
// stops the wave (early cut-off). Cells that nothing reads any more are collected. One thread.
// Cost: a change costs the cells that it reaches, not the world: a cell asks only those of its reads that may have
// changed, and roots that may have changed are known by name. Where very many cells are new, several threads make them
// ahead of their turn, between ahead() and settle(): a Reader of that kind sees what is up to date, makes what is not
// there, and misses, and so leaves to its turn, whatever would have to be computed again. Values depend on nothing but
// what was read, so the outcome is the same. Tested by tests/unit/engine/graph_test.cc and graph_ahead_test.cc.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/engine/cell_table.h"
#include "core/engine/drafts.h"

namespace solder::engine {

// All cells of one kind of key, as the graph sees them.
class Family {
 public:
  explicit Family(Graph& graph);
  virtual ~Family() = default;
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  virtual void ahead() = 0;
  // Adds what was made since ahead().
  virtual void add_drafts(std::vector<Cell*>& out) = 0;
  // Puts it to the others, without a look at it.
  virtual void move_drafts() = 0;
  // Gives up what a table keeps for cells that are gone.
  virtual void shrink() = 0;
  [[nodiscard]] virtual size_t size() const = 0;
};

class Graph {
 public:
  // Number of cells computed since the start: for tests and metrics.
  [[nodiscard]] uint64_t computed() const { return computed_; }
  // Number of cells there are, inputs included.
  [[nodiscard]] size_t size() const;
  // Brings up to date all roots that something has reached since the last call.
  void update_roots();
  // Removes cells that nothing reads. Call between translations.
  void collect();
  // From here to settle() nothing but reading with Readers of the kind Reader::Ahead is allowed, on any thread.
  void ahead();
  // Takes in what was made since.
  void settle();

 private:
  friend class Family;
  template <typename K, typename T>
  friend class Inputs;
  template <typename K, typename T>
  friend class Memo;
  friend class Reader;

  void ensure(Cell& cell);
  void run(Cell& cell);
  void mark_readers(Cell& cell);
  void suspect(Cell& cell);
  void set_reads(Cell& cell, const std::vector<Cell*>& reads);
  static void remove_last_read(Cell& cell);
  void queue_if_unread(Cell& cell);
  // Makes edges of what cells that were made ahead read: those to one half of all cells, 0 or 1, so that two threads do
  // it together.
  static void adopt(const std::vector<Cell*>& cells, size_t half);

  std::vector<Family*> families_;
  uint64_t computed_ = 0;
  uint64_t readings_ = 0;
  std::vector<Cell*> unread_;
  std::vector<Cell*> reached_roots_;
};

// Records the reads of one computation.
class Reader {
 public:
  enum class Kind { kInTurn, kAhead };
  explicit Reader(Graph& graph, Kind kind = Kind::kInTurn)
      : graph_(graph), number_(kind == Kind::kAhead ? 0 : ++graph.readings_) {}

  [[nodiscard]] bool is_ahead() const { return number_ == 0; }
  // Ahead: something that was read was not up to date, so that what was made of it does not count.
  [[nodiscard]] bool missed() const { return missed_; }
  // Holds a value for as long as the computation lasts.
  void keep(std::shared_ptr<const void> value) { kept_.push_back(std::move(value)); }

 private:
  template <typename K, typename T>
  friend class Inputs;
  template <typename K, typename T>
  friend class Memo;
  void record(Cell& cell) {
    if (is_ahead()) return reads_.push_back(&cell);
    // Mostly keeps a cell from being recorded twice; one that is does no harm.
    if (cell.recorded_by_ != number_) reads_.push_back(&cell);
    cell.recorded_by_ = number_;
    graph_.ensure(cell);
  }
  Graph& graph_;
  const uint64_t number_;
  bool missed_ = false;
  std::vector<Cell*> reads_;
  std::vector<std::shared_ptr<const void>> kept_;
};

// Values set from outside, by key. A key that was never set reads as null, and the reader is told when it comes.
template <typename K, typename T>
class Inputs final : public Family {
 public:
  explicit Inputs(Graph& graph) : Family(graph), graph_(graph) {}

  void set(const K& key, std::shared_ptr<const T> value, uint64_t hash) {
    InputCell& cell = cell_for(HashedKey<K>(key));
    const bool changed = cell.hash != hash || (cell.value == nullptr) != (value == nullptr);
    cell.value = std::move(value);
    cell.hash = hash;
    pin(cell, cell.value != nullptr);
    if (changed) graph_.mark_readers(cell);
  }
  const std::shared_ptr<const T>& read(Reader& reader, const K& key) {
    const HashedKey<K> hashed(key);
    InputCell& cell = reader.is_ahead() ? cell_ahead(hashed) : cell_for(hashed);
    reader.record(cell);
    return cell.value;
  }
  // Without recording.
  std::shared_ptr<const T> peek(const K& key) const {
    const InputCell* cell = cells_.find(HashedKey<K>(key));
    return cell == nullptr ? nullptr : cell->value;
  }
  [[nodiscard]] bool has(const K& key) const {
    const InputCell* cell = cells_.find(HashedKey<K>(key));
    return cell != nullptr && cell->value;
  }
  // How many cells read it, if that would be another value; none: it is not there.
  [[nodiscard]] size_t reach(const K& key, std::optional<uint64_t> hash) const {
    const InputCell* cell = cells_.find(HashedKey<K>(key));
    if (cell == nullptr) return 0;
    const bool changes = hash ? !cell->value || cell->hash != *hash : cell->value != nullptr;
    return changes ? cell->readers() : 0;
  }
  void shrink() override { cells_.shrink(); }
  [[nodiscard]] size_t size() const override { return cells_.size(); }
  void ahead() override { drafts_ = std::make_unique<InputDrafts>(); }
  void add_drafts(std::vector<Cell*>& out) override { drafts_->add_all(out); }
  void move_drafts() override {
    drafts_->move_into(cells_);
    drafts_.reset();
  }

 private:
  struct InputCell final : Cell {
    void set_pinned(bool pinned) { pinned_ = pinned; }
    [[nodiscard]] size_t readers() const { return readers_.size(); }
    bool compute(Graph&) override { return false; }
    void forget() override { family->cells_.erase(HashedKey<K>(key)); }
    Inputs* family = nullptr;
    K key;
    std::shared_ptr<const T> value;
    uint64_t hash = 0;
  };
  using InputDrafts = Drafts<K, InputCell>;
  void pin(InputCell& cell, bool pinned) {
    cell.set_pinned(pinned);
    if (!pinned) graph_.queue_if_unread(cell);
  }
  std::unique_ptr<InputCell> new_cell(const K& key) {
    auto cell = std::make_unique<InputCell>();
    cell->family = this;
    cell->key = key;
    return cell;
  }
  InputCell& cell_for(const HashedKey<K>& key) {
    return cells_.find_or_make(key, [&] { return new_cell(key.key); });
  }
  InputCell& cell_ahead(const HashedKey<K>& key) {
    if (InputCell* cell = cells_.find(key)) return *cell;
    if (InputCell* draft = drafts_->find(key)) return *draft;
    return drafts_->put(key, new_cell(key.key));
  }
  Graph& graph_;
  CellTable<K, InputCell> cells_;
  std::unique_ptr<InputDrafts> drafts_;
};

// Computed values by key. T has `uint64_t hash`, over everything that a reader can see.
template <typename K, typename T>
class Memo final : public Family {
 public:
  using Compute = std::function<std::shared_ptr<const T>(Reader&, const K&)>;
  Memo(Graph& graph, Compute compute) : Family(graph), graph_(graph), compute_(std::move(compute)) {}

  const std::shared_ptr<const T>& read(Reader& reader, const K& key) {
    const HashedKey<K> hashed(key);
    if (reader.is_ahead()) {
      const auto* known = known_ahead(reader, hashed);
      return known != nullptr ? *known : draft(reader, hashed, compute_);
    }
    MemoCell& cell = cell_for(hashed);
    reader.record(cell);
    return cell.value;
  }
  // Null where there is no value yet: make() can give one.
  const std::shared_ptr<const T>* read_known(Reader& reader, const K& key) {
    const HashedKey<K> hashed(key);
    if (reader.is_ahead()) return known_ahead(reader, hashed);
    MemoCell* cell = cells_.find(hashed);
    if (cell == nullptr || !cell->value) return nullptr;
    reader.record(*cell);
    return &cell->value;
  }
  // The first value by `first`, later ones as all others. Only where read_known() gave null.
  const std::shared_ptr<const T>& make(Reader& reader, const K& key, const Compute& first) {
    const HashedKey<K> hashed(key);
    if (reader.is_ahead()) return draft(reader, hashed, first);
    MemoCell& cell = cell_for(hashed);
    first_ = &first;
    reader.record(cell);
    return cell.value;
  }
  // Keeps the cell as a root and brings it up to date.
  const std::shared_ptr<const T>& root(const K& key) {
    MemoCell& cell = cell_for(HashedKey<K>(key));
    cell.set_pinned(true);
    graph_.ensure(cell);
    return cell.value;
  }
  void unroot(const K& key) {
    MemoCell* cell = cells_.find(HashedKey<K>(key));
    if (cell == nullptr) return;
    cell->set_pinned(false);
    graph_.queue_if_unread(*cell);
  }
  // Roots of this family are brought up to date by root() alone: they read what is set between two steps.
  void update_only_on_request() { on_request_ = true; }
  // The keys whose values were computed anew or collected since the last call, in any order, some perhaps more than
  // once. Recorded from the first call on.
  std::vector<K> take_touched() {
    watched_ = true;
    return std::exchange(touched_, {});
  }
  // Every value there is now, in order of key.
  template <typename F>
  void for_each(F&& f) const {
    std::vector<const MemoCell*> cells;
    cells_.for_each([&](const MemoCell& cell) {
      if (cell.value) cells.push_back(&cell);
    });
    std::sort(cells.begin(), cells.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
    for (const auto* cell : cells) f(cell->key, *cell->value);
  }
  std::shared_ptr<const T> peek(const K& key) const {
    const MemoCell* cell = cells_.find(HashedKey<K>(key));
    return cell == nullptr ? nullptr : cell->value;
  }
  void shrink() override { cells_.shrink(); }
  [[nodiscard]] size_t size() const override { return cells_.size(); }
  void ahead() override {
    drafts_ = std::make_unique<MemoDrafts>();
    nothing_ = std::make_shared<const T>();
  }
  void add_drafts(std::vector<Cell*>& out) override {
    const size_t before = out.size();
    drafts_->add_all(out);
    graph_.computed_ += out.size() - before;
    if (!watched_) return;
    for (size_t i = before; i < out.size(); ++i) touched_.push_back(static_cast<MemoCell*>(out[i])->key);
  }
  void move_drafts() override {
    drafts_->move_into(cells_);
    drafts_.reset();
  }

 private:
  struct MemoCell final : Cell {
    void set_pinned(bool pinned) {
      pinned_ = pinned;
      on_request_ = family->on_request_;
    }
    bool compute(Graph& graph) override {
      Reader reader(graph);
      const Compute* first = std::exchange(family->first_, nullptr);
      auto next = first != nullptr ? (*first)(reader, key) : family->compute_(reader, key);
      graph.set_reads(*this, reader.reads_);
      if (family->watched_) family->touched_.push_back(key);
      const bool changed = !value || value->hash != next->hash;
      // Taken even where the hash is equal: what no reader sees, such as diagnostics, may be new.
      value = std::move(next);
      return changed;
    }
    void forget() override {
      if (family->watched_) family->touched_.push_back(key);
      family->cells_.erase(HashedKey<K>(key));
    }
    void make_ahead(Reader& reader, const Compute& first) {
      value = first(reader, key);
      // Each once, as a Reader in turn records them.
      std::sort(reader.reads_.begin(), reader.reads_.end());
      const auto end = std::unique(reader.reads_.begin(), reader.reads_.end());
      reads_.reserve(static_cast<size_t>(end - reader.reads_.begin()));
      for (auto read = reader.reads_.begin(); read != end; ++read) reads_.push_back({*read, 0});
      state_ = State::kClean;
    }
    [[nodiscard]] bool current() const { return value && state_ == State::kClean; }
    Memo* family = nullptr;
    K key;
    std::shared_ptr<const T> value;
  };
  using MemoDrafts = Drafts<K, MemoCell>;
  std::unique_ptr<MemoCell> new_cell(const K& key) {
    auto cell = std::make_unique<MemoCell>();
    cell->family = this;
    cell->key = key;
    return cell;
  }
  MemoCell& cell_for(const HashedKey<K>& key) {
    return cells_.find_or_make(key, [&] { return new_cell(key.key); });
  }
  const std::shared_ptr<const T>* known_ahead(Reader& reader, const HashedKey<K>& key) {
    MemoCell* cell = cells_.find(key);
    if (cell == nullptr) cell = drafts_->find(key);
    if (cell == nullptr) return nullptr;
    if (!cell->current()) return &missing(reader);
    reader.record(*cell);
    return &cell->value;
  }
  const std::shared_ptr<const T>& missing(Reader& reader) {
    reader.missed_ = true;
    return nothing_;
  }
  const std::shared_ptr<const T>& draft(Reader& reader, const HashedKey<K>& key, const Compute& first) {
    auto cell = new_cell(key.key);
    Reader inner(graph_, Reader::Kind::kAhead);
    cell->make_ahead(inner, first);
    if (inner.missed_) return missing(reader);
    MemoCell& stays = drafts_->put(key, std::move(cell));
    reader.record(stays);
    return stays.value;
  }
  Graph& graph_;
  Compute compute_;
  const Compute* first_ = nullptr;  // of a cell that is about to be made
  CellTable<K, MemoCell> cells_;
  std::unique_ptr<MemoDrafts> drafts_;
  std::shared_ptr<const T> nothing_;  // what is read ahead where something is missing
  std::vector<K> touched_;
  bool watched_ = false;
  bool on_request_ = false;
};

}  // namespace solder::engine
