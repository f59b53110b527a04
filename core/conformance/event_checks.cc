// What instances do that work by themselves (discoveries, sources of objects), with time and answers of the kit's own.
#include <functional>

#include "core/conformance/checks.h"
#include "core/conformance/played_host.h"

namespace solder::conformance {

namespace {

using std::chrono::hours, std::chrono::milliseconds, std::chrono::minutes, std::chrono::seconds;

constexpr int kRounds = 3 * PlayedHost::kAnswers;
constexpr int kMostEach = 200;  // things that happen in a step of time
constexpr auto kLongEvent = milliseconds(500);
constexpr int kRestless = 1000;  // timers in a second

// All of it again and again: answers of every kind, and time that passes between them.
void play(PlayedHost& world) {
  for (int round = 0; round < kRounds; ++round) {
    world.answer_all(round % PlayedHost::kAnswers);
    world.pass(minutes(2), kMostEach);
  }
}

Verdict with(Trial& trial, const std::function<Verdict(PlayedHost&)>& look) {
  PlayedHost world;
  if (const std::string problem = world.begin(trial); !problem.empty())
    return failed("no instance that works by itself can be made: " + problem);
  if (!world.plays()) return skipped("nothing of it works by itself");
  Verdict verdict = look(world);
  // How it ends while it waits is a check of its own.
  world.forget();
  world.answer_all(0);
  trial.phase("being ended");
  world.end();
  return verdict;
}

}  // namespace

Verdict check_odd_answers(Trial& trial) {
  return with(trial, [](PlayedHost& world) {
    play(world);
    return world.threw.empty() ? passed() : failed(world.threw + " ends with an exception");
  });
}

Verdict check_events_in_time(Trial& trial) {
  return with(trial, [](PlayedHost& world) {
    play(world);
    const auto took = std::chrono::duration_cast<milliseconds>(world.longest);
    if (took <= kLongEvent) return passed();
    return failed(world.longest_in + " takes " + std::to_string(took.count()) +
                  " ms, in which nothing else comes to it");
  });
}

Verdict check_services_used(Trial& trial) {
  return with(trial, [](PlayedHost& world) {
    play(world);
    return world.refused.empty() ? passed() : failed(world.refused);
  });
}

Verdict check_rests(Trial& trial) {
  return with(trial, [](PlayedHost& world) {
    for (int round = 0; round < PlayedHost::kAnswers; ++round) {
      world.answer_all(round);
      if (world.pass(seconds(1), kRestless) >= kRestless)
        return failed("its timers fire a thousand times in a second and more");
    }
    return passed();
  });
}

Verdict check_forgets(Trial& trial) {
  return with(trial, [](PlayedHost& world) {
    if (!world.follows()) return skipped("it follows no upstreams");
    for (int round = 0; round < 3; ++round) {
      world.answer_all(5 + round);
      world.pass(minutes(2), kMostEach);
    }
    world.forget();
    world.answer_all(0);
    const int sent = world.sent, said = world.said;
    world.refused.clear();
    world.pass(hours(1), kMostEach);
    world.answer_all(5);
    world.pass(hours(1), kMostEach);
    if (world.sent > sent) return failed("it sends requests although there is nothing to follow any more");
    if (world.said > said || !world.refused.empty()) return failed("it speaks of upstreams that it was told to forget");
    return passed();
  });
}

// With whatever it waits for: the host drops that, and nothing comes of it.
Verdict check_ends_while_waiting(Trial& trial) {
  for (const int rounds : {0, 1, 5}) {
    const Verdict verdict = with(trial, [&](PlayedHost& world) {
      for (int round = 0; round < rounds; ++round) {
        world.answer_all(round);
        world.pass(minutes(1), kMostEach);
      }
      trial.phase("being ended while it waits for answers and timers");
      world.end();
      return passed();
    });
    if (verdict.state != State::kPassed) return verdict;
  }
  return passed();
}

}  // namespace solder::conformance
