#include "tests/feature/xds/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace solder::xds::testing {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<ResourceType> type_named(const std::string& word) {
  for (size_t i = 0; i < kResourceTypeCount; ++i) {
    if (plural(static_cast<ResourceType>(i)) == word) return static_cast<ResourceType>(i);
  }
  return std::nullopt;
}

std::string describe(const TestResponse& response) {
  std::string text(plural(response.type));
  for (const auto& [name, value] : response.resources) text += " " + name + "=" + value;
  auto removed = response.removed;
  std::sort(removed.begin(), removed.end());
  for (const auto& name : removed) text += " -" + name;
  return text;
}

class Runner {
 public:
  explicit Runner(Wire& wire) : wire_(wire) {}

  std::string step(const std::string& line) {
    const auto words = words_of(line);
    if (words.empty() || words[0][0] == '#') return {};
    const std::string& verb = words[0];
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    if (verb == "delta" || verb == "sotw") return start(verb == "delta", rest);
    if (verb == "publish") return publish(rest);
    if (verb == ">" || verb == "resume") return ask(rest, verb == "resume");
    if (verb == "<") return expect(rest);
    if (verb == "ack" || verb == "nack") return acknowledge(rest, verb == "nack");
    if (verb == "nothing") return expect_nothing();
    if (verb == "refused") return expect_refusal(rest);
    if (verb == "found") return expect_culprits(rest);
    if (verb == "reconnect") return reconnect();
    if (verb == "restart") return restart();
    if (verb == "wait") {
      wire_.pass(std::chrono::milliseconds(std::stol(rest.at(0))));
      return {};
    }
    return "no such step: " + verb;
  }

 private:
  std::string start(bool delta, const std::vector<std::string>& rest) {
    delta_ = delta;
    client_.emplace(delta, rest.empty() ? "role" : rest[0]);
    wire_.open(delta);
    return {};
  }

  // publish clusters a=1 b=1 endpoints a=1
  std::string publish(const std::vector<std::string>& words) {
    World world;
    std::optional<ResourceType> type;
    for (const auto& word : words) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) {
        type = type_named(word);
        if (!type) return "no such type: " + word;
      } else {
        world[type.value()][word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
    wire_.publish(make_snapshots("role", world));
    return {};
  }

  std::string ask(const std::vector<std::string>& words, bool resume) {
    const auto type = type_named(words.at(0));
    if (!type) return "no such type: " + words[0];
    wire_.send(client_->ask(*type, {words.begin() + 1, words.end()}, resume));
    return {};
  }

  std::string expect(const std::vector<std::string>& words) {
    const auto wire = wire_.receive();
    std::string wanted;
    auto sorted = words;  // as describe() orders them: resources, then removed names
    std::stable_sort(sorted.begin() + 1, sorted.end(), [](const auto& a, const auto& b) {
      return std::pair(a[0] == '-', a) < std::pair(b[0] == '-', b);
    });
    for (const auto& word : sorted) wanted += (wanted.empty() ? "" : " ") + word;
    if (!wire) return "nothing came instead of: " + wanted;
    const auto got = describe(client_->read(*wire));
    return got == wanted ? "" : "got \"" + got + "\" instead of \"" + wanted + "\"";
  }

  // ack clusters [stale | nonce=TEXT]; nack clusters the reason
  std::string acknowledge(const std::vector<std::string>& words, bool refuse) {
    const auto type = type_named(words.at(0));
    if (!type) return "no such type: " + words[0];
    std::optional<std::string> nonce, reason;
    size_t next = 1;
    if (words.size() > next && words[next] == "stale") nonce = client_->previous_nonce(*type), ++next;
    if (words.size() > next && words[next].rfind("nonce=", 0) == 0) nonce = words[next++].substr(6);
    if (refuse) {
      reason.emplace();
      for (; next < words.size(); ++next) *reason += (reason->empty() ? "" : " ") + words[next];
    }
    wire_.send(client_->acknowledge(*type, reason, nonce));
    return {};
  }

  std::string expect_nothing() {
    const auto wire = wire_.expect_nothing();
    return wire ? "got \"" + describe(client_->read(*wire)) + "\" instead of nothing" : "";
  }

  // refused clusters a b: the reason
  std::string expect_refusal(const std::vector<std::string>& words) {
    std::string wanted, got;
    for (const auto& word : words) wanted += (wanted.empty() ? "" : " ") + word;
    const auto refusals = wire_.refusals();
    for (const auto& refusal : refusals) {
      got += plural(refusal.type);
      for (const auto& name : refusal.names) got += " " + name;
      got += ": " + refusal.message;
    }
    return got == wanted ? "" : "refused was \"" + got + "\" instead of \"" + wanted + "\"";
  }

  // found clusters a routes r
  std::string expect_culprits(const std::vector<std::string>& words) {
    std::string wanted, got;
    for (const auto& word : words) wanted += (wanted.empty() ? "" : " ") + word;
    std::string_view type;
    for (const auto& culprit : wire_.culprits()) {
      if (type != plural(culprit.type)) {
        type = plural(culprit.type);
        got += (got.empty() ? "" : " ") + std::string(type);
      }
      got += " " + culprit.name;
    }
    return got == wanted ? "" : "found was \"" + got + "\" instead of \"" + wanted + "\"";
  }

  std::string reconnect() {
    client_->reconnect();
    wire_.open(delta_);
    return {};
  }

  std::string restart() {
    wire_.restart_server();
    return reconnect();
  }

  Wire& wire_;
  bool delta_ = false;
  std::optional<TestClient> client_;
};

}  // namespace

bool Scenario::needs_clock() const {
  return std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.rfind("wait ", 0) == 0; });
}

std::vector<Scenario> load_scenarios(const std::string& directory) {
  std::vector<Scenario> scenarios;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    Scenario scenario{file.path().stem().string(), {}};
    std::ifstream stream(file.path());
    for (std::string line; std::getline(stream, line);) scenario.lines.push_back(line);
    scenarios.push_back(std::move(scenario));
  }
  std::sort(scenarios.begin(), scenarios.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return scenarios;
}

std::string run_scenario(const Scenario& scenario, Wire& wire) {
  Runner runner(wire);
  for (size_t i = 0; i < scenario.lines.size(); ++i) {
    const auto problem = runner.step(scenario.lines[i]);
    if (!problem.empty()) return "line " + std::to_string(i + 1) + " (" + scenario.lines[i] + "): " + problem;
  }
  return {};
}

}  // namespace solder::xds::testing
