// headerBodyTransform: headers and body as one JSON object, in the form that AWS's API Gateway hands to functions.
#include <algorithm>
#include <map>

#include "characters.h"
#include "json.h"
#include "transformation.h"

namespace solder::transformation {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1,
              low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Pairs parameters_of(std::string_view query) {
  Pairs out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      out.emplace_back(pair, "");
    } else {
      out.emplace_back(percent_decoded(pair.substr(0, equals)), percent_decoded(pair.substr(equals + 1)));
    }
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return out;
}

class Writer {
 public:
  void text(std::string_view key, std::string_view value) {
    name(key);
    quoted(value);
  }
  // The last value of each name.
  void singles(std::string_view key, const Pairs& pairs) {
    std::map<std::string_view, std::string_view> last;
    for (const auto& [one, value] : pairs) last[one] = value;
    name(key);
    out_ += '{';
    for (bool first = true; const auto& [one, value] : last) {
      if (!first) out_ += ',';
      first = false;
      quoted(one);
      out_ += ':';
      quoted(value);
    }
    out_ += '}';
  }
  // All values of the names that have several.
  void lists(std::string_view key, const Pairs& pairs) {
    std::map<std::string_view, std::vector<std::string_view>> all;
    for (const auto& [one, value] : pairs) all[one].push_back(value);
    name(key);
    out_ += '{';
    for (bool first = true; const auto& [one, values] : all) {
      if (values.size() < 2) continue;
      if (!first) out_ += ',';
      first = false;
      quoted(one);
      for (size_t i = 0; i < values.size(); ++i) {
        out_ += i == 0 ? ":[" : ",";
        quoted(values[i]);
      }
      out_ += ']';
    }
    out_ += '}';
  }
  bool end(std::string& out) {
    out = std::move(out_);
    out += out.empty() ? "{}" : "}";
    return good_;
  }

 private:
  void name(std::string_view key) {
    out_ += out_.empty() ? '{' : ',';
    quoted(key);
    out_ += ':';
  }
  void quoted(std::string_view text) {
    out_ += '"';
    good_ = write_escaped(text, out_) && good_;
    out_ += '"';
  }
  std::string out_;
  bool good_ = true;
};

}  // namespace

Transformation::Result Transformation::headers_and_body(Message& message, std::string_view body, Of of) const {
  if (of == Of::kBareResponse) return {};
  Pairs headers;
  for (const auto& [name, value] : message.headers()) headers.emplace_back(name, value);
  const bool all = request_metadata_ && of == Of::kRequest;
  Writer writer;  // keys in the order of the alphabet
  if (!body.empty()) writer.text("body", body);
  writer.singles("headers", headers);
  if (all) {
    const std::string target(message.header(":path").value_or(""));
    const size_t mark = target.find('?');
    const std::string query = mark == std::string::npos ? "" : target.substr(mark + 1);
    const Pairs parameters = parameters_of(query);
    writer.text("httpMethod", message.header(":method").value_or(""));
    writer.lists("multiValueHeaders", headers);
    writer.lists("multiValueQueryStringParameters", parameters);
    writer.text("path", std::string_view(target).substr(0, mark));
    writer.text("queryString", query);
    writer.singles("queryStringParameters", parameters);
  }
  Result result;
  result.body.emplace();
  result.ok = writer.end(*result.body);
  if (result.ok) {
    message.set_header("content-type", "application/json");
  } else {
    result.error = "headers or body are not UTF-8 and cannot stand in JSON";
    result.body.reset();
  }
  return result;
}

}  // namespace solder::transformation
