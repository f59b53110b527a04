// A partial message as a tree of the fields that it sets, each with the fragment that set it: what merge() works on.
// A message is parsed into it, one tree is joined onto another, paths are cleared from it, and bytes come out in one
// canonical form: fields in order of number, map entries in order of key, numbers packed, leaves in their shortest
// form. So equal content has equal bytes, whoever contributed what. Payloads are views into the fragments' bytes or the
// arena. Tested by tests/unit/engine/merge_test.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "core/services/message_types.h"
#include "core/services/wire.h"

namespace solder::engine::tree {

struct Node;

// One value: a singular field's, a list's element's, or a map's entry's.
struct Value {
  uint64_t bits = 0;           // of numbers, bools and enums
  std::string_view payload;    // of strings, bytes and messages that are leaves
  std::unique_ptr<Node> node;  // of all other messages
  uint32_t source = 0;         // index of the fragment that set it last
};

// Of numeric keys the first, of text keys the second member is used; the order of entries either way.
using MapKey = std::pair<int64_t, std::string_view>;

// One field that is set: exactly one of the three is used.
struct Slot {
  const google::protobuf::FieldDescriptor* field = nullptr;
  Value single;
  std::vector<Value> list;
  std::vector<std::pair<MapKey, Value>> entries;  // sorted by key
};

struct Node {
  std::vector<Slot> slots;  // sorted by number of the field

  Slot* find(const google::protobuf::FieldDescriptor& field);
  // Where the field is or would be.
  std::vector<Slot>::iterator at(int number);
};

// Bytes that must live as long as the tree and that no fragment holds.
using Arena = std::deque<std::string>;

// Replaced whole by a merge: wrappers, Duration, Timestamp, Any.
bool is_leaf_message(const google::protobuf::Descriptor& type);

// Where one stands in a message: a chain of stack objects, made into text only for a problem or a conflict.
struct MergePath {
  const MergePath* parent = nullptr;
  std::string_view name;  // of a field or oneof; of a map's entry its key
  bool entry = false;
  int64_t index = -1;  // of a list's element

  [[nodiscard]] std::string text() const;
};

class TreeParser {
 public:
  TreeParser(const services::MessageTypes& types, Arena& arena, uint32_t source)
      : types_(types), arena_(arena), source_(source) {}
  // Null where `bytes` are not a message of the type through and through; problem() says where and why.
  std::unique_ptr<Node> parse(const google::protobuf::Descriptor& type, std::string_view bytes);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::unique_ptr<Node> message(const google::protobuf::Descriptor& type, std::string_view bytes, const MergePath& at);
  bool singular(const services::MessageView::Group& group, const MergePath& at, Value& out);
  bool repeated(const services::MessageView::Group& group, const MergePath& at, Slot& out);
  bool length_value(const google::protobuf::FieldDescriptor& field, std::string_view payload, const MergePath& at,
                    Value& out);
  bool map_entry(const google::protobuf::FieldDescriptor& field, std::string_view payload, const MergePath& at,
                 Slot& out);
  bool leaf(const google::protobuf::Descriptor& type, std::string_view payload, const MergePath& at, Value& out);
  Value number(const google::protobuf::FieldDescriptor& field, uint64_t bits) const;
  std::nullptr_t refuse(const MergePath& at, const std::string& what);

  const services::MessageTypes& types_;
  Arena& arena_;
  uint32_t source_;
  std::string problem_;
  int depth_ = 0;
};

// A singular field that two sources set differently.
struct TreeConflict {
  std::string field;
  uint32_t earlier;
  uint32_t later;
};
// Moves `from` onto `into`; of two values of a singular field that of `from` stays.
void join(Node& into, Node&& from, std::vector<TreeConflict>& conflicts);

// Unsets what the dotted path names, in `root` if it is there. "" or, where the type has no such field, what is wrong
// with the path.
std::string clear_path(const google::protobuf::Descriptor& type, Node& root, std::string_view path);

std::string to_bytes(const Node& root);

// Called for every leaf of the tree, in order of field: `path` names it, `source` set it.
struct LeafOrigin {
  std::string path;
  uint32_t source;
};
std::vector<LeafOrigin> leaf_origins(const Node& root);

}  // namespace solder::engine::tree
