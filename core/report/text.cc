// Diagnostics as lines for a terminal. What users wrote is quoted in them, so nothing that a terminal would obey, and
// nothing without end, gets through.
#include <algorithm>
#include <cctype>
#include <string_view>

#include "core/report/reporter.h"

namespace solder::report {

namespace {

constexpr size_t kMaxQuoted = 200;  // bytes of a user's text in a line for a terminal

// Control characters are also C2 80 to C2 9F in UTF-8; terminals obey some of them.
bool is_c1(std::string_view text, size_t at) {
  return text[at] == '\xc2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

std::string printable(std::string_view text, size_t limit = std::string_view::npos) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  size_t end = std::min(text.size(), limit);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  std::string out;
  for (size_t i = 0; i < end; ++i) {
    const char c = text[i];
    const bool c1 = is_c1(text, i);
    const auto byte = static_cast<unsigned char>(c1 ? text[++i] : c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += ' ';
    } else if (c1 || byte < 0x20 || byte == 0x7f) {
      out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0xf]);
    } else {
      out += c;
    }
  }
  return end < text.size() ? out + "..." : out;
}

std::string unescape(std::string_view step) {
  std::string out;
  for (size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1');
    out += escape ? (step[++i] == '0' ? '~' : '/') : step[i];
  }
  return out;
}

void append_step(std::string& path, const std::string& step) {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!step.empty() && std::all_of(step.begin(), step.end(), digit)) {
    path += "[" + step + "]";
  } else if (!step.empty() && std::all_of(step.begin(), step.end(), word)) {
    if (!path.empty()) path += '.';
    path += step;
  } else {
    path += "[\"" + step + "\"]";
  }
}

std::string place(const model::SourceLocation& where) {
  if (where.file.empty()) return "";
  std::string out = printable(where.file);
  if (where.line != 0) out += ":" + std::to_string(where.line);
  if (where.line != 0 && where.column != 0) out += ":" + std::to_string(where.column);
  return out + ": ";
}

std::string sentence(const model::Diagnostic& d, bool with_object) {
  std::string out = place(d.where) + to_string(d.severity) + ": ";
  const bool place_says_it = d.object.kind == "File" && d.object.name == d.where.file;
  std::string subject;
  if (with_object && !d.object.kind.empty() && !place_says_it) {
    subject = d.object.kind + " " + (d.object.ns.empty() ? "" : d.object.ns + "/") + d.object.name;
  }
  if (!d.field.empty()) subject += (subject.empty() ? "" : " ") + field_path(d.field);
  if (!subject.empty()) out += printable(subject) + ": ";
  out += printable(d.message);
  std::string facts;
  if (!d.found.empty()) facts = "found " + printable(d.found, kMaxQuoted);
  if (!d.expected.empty()) facts += (facts.empty() ? "expected " : ", expected ") + printable(d.expected, kMaxQuoted);
  if (!facts.empty()) out += " (" + facts + ")";
  if (!d.reason.empty()) out += " [" + d.reason + "]";
  return out;
}

}  // namespace

std::string field_path(const std::string& pointer) {
  std::string out;
  for (size_t at = 0; at < pointer.size();) {
    const size_t begin = pointer[at] == '/' ? at + 1 : at;
    const size_t end = std::min(pointer.find('/', begin), pointer.size());
    append_step(out, unescape(std::string_view(pointer).substr(begin, end - begin)));
    at = end;
  }
  return out;
}

std::string to_text(const model::Diagnostic& diagnostic) { return sentence(diagnostic, true); }
std::string to_text_without_object(const model::Diagnostic& diagnostic) { return sentence(diagnostic, false); }

}  // namespace solder::report
