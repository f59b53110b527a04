// What a plugin hands out during one call: checked, copied, and sorted by input. The plugin is not trusted to be right:
// sizes, indices, strings, slots and type URLs are checked before anything is used, and each refused item is a
// diagnostic on its input, so that one mistake costs one object. Lives for one call; one thread. Tested by
// tests/plugin/garbage_test.cc.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/host/plugin_set.h"
#include "core/host/slot_rules.h"
#include "solder/items.h"

namespace solder::host {

class Sink {
 public:
  // All arguments outlive the sink. `outputs` has one element for each subject.
  Sink(const std::string& plugin, Operation operation, solder_span in, std::span<const Subject> subjects,
       std::vector<ItemOutput>& outputs);
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  [[nodiscard]] const solder_out* out() const { return &out_; }
  // The plugin gave more than a call may give; what came later was not taken.
  [[nodiscard]] bool overflowed() const { return overflowed_; }

  // An error on one input, or on all.
  void report(uint64_t index, std::string reason, std::string message);
  void report_all(const std::string& reason, const std::string& message);

 private:
  static solder_status emit(void* ctx, const solder_item* item) noexcept;
  static void diag(void* ctx, const solder_diag* diag) noexcept;
  solder_status take(const solder_item* item);
  solder_status take_fragment(const solder_item_fragment& item);
  solder_status take_object(const solder_item_object& item);
  solder_status take_secret_use(const solder_item_secret_use& item);
  solder_status take_secret_field(const solder_item_secret_field& item);
  void take_diag(const solder_diag* diag);

  bool count(uint64_t bytes);
  solder_status bad_item(uint64_t index, const std::string& what);
  solder_status outside_batch(uint64_t index);
  solder_status not_allowed(uint64_t index, const std::string& what);
  engine::Origin origin(uint64_t index, std::string_view field) const;

  const std::string& plugin_;
  Operation operation_;
  solder_span in_;
  std::span<const Subject> subjects_;
  std::vector<ItemOutput>& outputs_;
  solder_out out_;
  uint64_t items_ = 0;
  uint64_t bytes_ = 0;
  bool overflowed_ = false;
};

// Problems of one object that a plugin tells of outside of a call: solder_diag[], whose `index` means nothing. Nothing
// where they cannot be read.
std::optional<model::Diagnostics> read_problems(const std::string& plugin, const model::ObjectRef& object,
                                                solder_span problems);

}  // namespace solder::host
