// One step or input of the graph (graph.h): what it read, who read it, and whether it is up to date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace solder::engine {

class Graph;
class Reader;

// How keys are looked up. Specialized beside the key's type where std::hash knows it not.
template <typename K>
struct KeyHash : std::hash<K> {};

// Base of inputs and computed cells.
class Cell {
 public:
  virtual ~Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

 protected:
  Cell() = default;
  friend class Graph;
  friend class Reader;
  enum class State : uint8_t { kClean, kCheck, kDirty };

  // Brings the value up to date; gives whether its hash changed. Called with the cell dirty.
  virtual bool compute(Graph& graph) = 0;
  // Takes the cell out of its family; it is gone afterwards.
  virtual void forget() = 0;

  // One end of "reader reads read": the other cell, and where in its list the other end stands.
  struct Edge {
    Cell* cell = nullptr;
    size_t other_end = 0;
  };
  std::vector<Edge> reads_;
  std::vector<Edge> readers_;
  std::vector<Cell*> suspects_;  // of reads_, those that may have changed since the last run
  uint64_t recorded_by_ = 0;     // the last Reader that recorded this cell
  State state_ = State::kDirty;
  bool pinned_ = false;      // stays without readers: a root, or an input that is there
  bool on_request_ = false;  // update_roots() leaves it alone
  bool queued_ = false;      // for collection
  bool queued_root_ = false;
};

}  // namespace solder::engine
