#include "cli/yaml_tree.h"

#include <yaml.h>

#include <memory>

namespace solder::cli {

namespace {

constexpr size_t kMaxBytes = 1u << 20;
constexpr size_t kMaxNodes = 100'000;
constexpr int kMaxDepth = 50;

struct ParserDeleter {
  void operator()(yaml_parser_t* parser) const {
    yaml_parser_delete(parser);
    std::default_delete<yaml_parser_t>()(parser);
  }
};
struct DocumentDeleter {
  void operator()(yaml_document_t* document) const {
    yaml_document_delete(document);
    std::default_delete<yaml_document_t>()(document);
  }
};

class TreeBuilder {
 public:
  TreeBuilder(yaml_document_t& document, const std::string& file) : document_(document), file_(file) {}

  base::Status build(int index, int depth, YamlNode& out) {
    const yaml_node_t* node = yaml_document_get_node(&document_, index);
    out.line = node->start_mark.line + 1;
    if (depth > kMaxDepth || ++count_ > kMaxNodes) return wrong(out.line, "the file is too deep or too large");
    if (node->type == YAML_SCALAR_NODE) {
      const auto& scalar = node->data.scalar;
      out.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
      out.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
      return {};
    }
    if (node->type == YAML_SEQUENCE_NODE) {
      out.kind = YamlNode::Kind::kSequence;
      const auto& items = node->data.sequence.items;
      for (const auto* item = items.start; item != items.top; ++item) {
        if (auto status = build(*item, depth + 1, out.items.emplace_back()); !status.ok()) return status;
      }
      return {};
    }
    out.kind = YamlNode::Kind::kMapping;
    const auto& pairs = node->data.mapping.pairs;
    for (const auto* pair = pairs.start; pair != pairs.top; ++pair) {
      YamlMember member;
      if (auto status = build(pair->key, depth + 1, member.name); !status.ok()) return status;
      if (member.name.kind != YamlNode::Kind::kScalar) return wrong(member.name.line, "a key must be a word");
      if (out.find(member.name.text) != nullptr) {
        return wrong(member.name.line, "the key \"" + member.name.text + "\" stands twice");
      }
      if (auto status = build(pair->value, depth + 1, member.value); !status.ok()) return status;
      out.members.push_back(std::move(member));
    }
    return {};
  }

 private:
  [[nodiscard]] base::Status wrong(size_t line, const std::string& what) const {
    return base::invalid_argument(file_ + ":" + std::to_string(line) + ": " + what);
  }

  yaml_document_t& document_;
  const std::string& file_;
  size_t count_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name.text == key) return &value;
  }
  return nullptr;
}

std::string YamlNode::describe() const {
  if (kind == Kind::kSequence) return "a list";
  if (kind == Kind::kMapping) return "a map";
  return text.empty() && !quoted ? "nothing" : "\"" + text + "\"";
}

base::Result<YamlNode> parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > kMaxBytes) return base::invalid_argument(file + ": the file is larger than 1 MB");
  auto raw_parser = std::make_unique<yaml_parser_t>();
  if (yaml_parser_initialize(raw_parser.get()) != 1) return base::internal_error("libyaml cannot be started");
  const std::unique_ptr<yaml_parser_t, ParserDeleter> parser(raw_parser.release());
  yaml_parser_set_input_string(parser.get(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  auto raw_document = std::make_unique<yaml_document_t>();
  if (yaml_parser_load(parser.get(), raw_document.get()) != 1) {
    const std::string problem = parser->problem == nullptr ? "it cannot be read" : parser->problem;
    return base::invalid_argument(file + ":" + std::to_string(parser->problem_mark.line + 1) +
                                  ": not YAML: " + problem);
  }
  const std::unique_ptr<yaml_document_t, DocumentDeleter> document(raw_document.release());
  YamlNode root;
  root.kind = YamlNode::Kind::kMapping;
  if (yaml_document_get_root_node(document.get()) == nullptr) return root;
  YamlNode parsed;
  if (auto status = TreeBuilder(*document, file).build(1, 0, parsed); !status.ok()) return status;
  return parsed;
}

nlohmann::ordered_json to_json(const YamlNode& node) {
  using Json = nlohmann::ordered_json;
  if (node.kind == YamlNode::Kind::kSequence) {
    Json list = Json::array();
    for (const auto& item : node.items) list.push_back(to_json(item));
    return list;
  }
  if (node.kind == YamlNode::Kind::kMapping) {
    Json map = Json::object();
    for (const auto& [key, value] : node.members) map[key.text] = to_json(value);
    return map;
  }
  if (node.quoted) return node.text;
  if (node.text.empty() || node.text == "~") return nullptr;
  const Json value = Json::parse(node.text, nullptr, false);
  return value.is_number() || value.is_boolean() || value.is_null() ? value : Json(node.text);
}

}  // namespace solder::cli
