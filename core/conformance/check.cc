#include "core/conformance/check.h"

#include <algorithm>
#include <map>

#include "core/conformance/checks.h"
#include "core/conformance/isolated.h"
#include "core/host/file_runners.h"
#include "core/host/gate.h"
#include "core/host/program_file.h"

namespace solder::conformance {

namespace {

constexpr const char* kLink =
    "build it with solder_add_plugin, or with -fvisibility=hidden -fno-gnu-unique -Wl,--version-script=plugin.map";
constexpr const char* kPure =
    "an answer depends on the input, the configuration and look-ups: keep nothing between calls";

const std::vector<Check> kChecks = {
    {"file", "a whole file that only its owner may write", "docs/plugins/loading.md has every reason", "", Of::kAll,
     check_file},
    {"manifest", "its manifest can be read and used", "mend what is named; docs/plugins/writing.md has the members",
     "file", Of::kAll, check_manifest},
    {"exports", "it exports its entry and nothing else", kLink, "file", Of::kLibraries, check_exports},
    {"unique-symbols", "no symbol of which a process has only one", kLink, "file", Of::kLibraries,
     check_unique_symbols},
    {"libraries", "no library that must not stand twice in a process",
     "write wire bytes or JSON, log through the host, and leave that library out", "file", Of::kLibraries,
     check_linked_libraries},
    {"run-path", "its libraries are looked for beside it, if anywhere",
     "link with no -rpath, or with -Wl,-rpath,'$ORIGIN'; CMake: INSTALL_RPATH", "file", Of::kLibraries, check_run_path},
    {"executable-stack", "no stack that can be executed",
     "end assembler files with .section .note.GNU-stack,\"\",%progbits; no nested functions in C", "file",
     Of::kLibraries, check_stack},
    {"text-relocations", "code that is never written to", "compile everything with -fPIC", "file", Of::kLibraries,
     check_text_relocations},
    {"opens", "the dynamic loader takes it", "link what is missing (-Wl,-z,defs finds it); no static constructors",
     "file", Of::kAll, check_opens},
    {"negotiates", "an instance can be made and has all that the manifest promises",
     "docs/plugins/loading.md has every reason", "opens", Of::kAll, check_negotiates},
    {"unload", "manifest, table and linker agree on unmapping",
     "\"unload\": \"allowed\", SOLDER_PLUGIN_UNLOADABLE and no -z nodelete, or none of these", "negotiates",
     Of::kLibraries, check_unload_wish},
    {"newer-hosts", "newer hosts of this major can load it", "do not compare the host's minor with anything but <",
     "negotiates", Of::kLibraries, check_newer_hosts},
    {"unknown-capabilities", "it gives no table for what it does not know", "compare ids whole, with solder_str_eq",
     "negotiates", Of::kInProcess, check_unknown_capabilities},
    {"odd-configuration", "a configuration that it does not know ends nothing",
     "check the type of every member; report what is wrong and return SOLDER_INVALID_ARGUMENT", "negotiates", Of::kAll,
     check_odd_configuration},
    {"answers", "it answers its own cases and examples, and the host takes what it says",
     "docs/plugins/writing.md has what each scope may fill; catch exceptions and report them", "negotiates", Of::kAll,
     check_answers},
    {"messages", "every message is one of its slot's type", "compare the fields with Envoy's API reference", "answers",
     Of::kAll, check_messages},
    {"repeatable", "asked twice it says the same", kPure, "answers", Of::kAll, check_repeatable},
    {"order", "what else is in the batch makes no difference",
     "use the input at hand and its index, and nothing of its neighbours", "repeatable", Of::kAll, check_order},
    {"instances", "instances share nothing", "keep state in *self, not in globals", "repeatable", Of::kAll,
     check_instances},
    {"longer-structs", "a newer host's longer structs change nothing",
     "read elements with SOLDER_AT, never by sizeof; never compare a size with ==", "instances", Of::kInProcess,
     check_longer_structs},
    {"any-thread", "any thread may call", "no thread_local state", "repeatable", Of::kInProcess, check_any_thread},
    {"state", "it takes over what it saved", "restore() takes what save() wrote", "repeatable", Of::kAll, check_state},
    {"odd-state", "a state that another version saved ends nothing",
     "check length and form before using a state; return SOLDER_INVALID_ARGUMENT", "repeatable", Of::kAll,
     check_odd_state},
    {"side-by-side", "two images of it can stand in one process", "nothing that a process has only once", "repeatable",
     Of::kInProcess, check_side_by_side},
    {"in-time", "64 inputs take no longer than half a second", "prepare in create() what is the same for all inputs",
     "answers", Of::kAll, check_in_time},
    {"text-ends", "texts are read to their length", "texts do not end with NUL: use len", "answers", Of::kInProcess,
     check_text_ends},
    {"inputs-unwritten", "inputs are only read", "copy what has to be changed", "answers", Of::kInProcess,
     check_inputs_unwritten},
    {"inputs-borrowed", "no pointer to an input is kept", "copy what is needed after the call", "answers",
     Of::kInProcess, check_inputs_borrowed},
    {"odd-values", "values that its schemas let through end nothing",
     "say more in the schema, or report what is wrong; --seed repeats the run", "answers", Of::kAll, check_odd_values},
    {"leaks", "calls lose no memory", "free what a call allocates", "answers", Of::kInProcess, check_leaks},
    {"threads", "it starts no threads", "leave waiting and fetching to the host", "answers", Of::kInProcess,
     check_threads},
    {"descriptors", "it keeps no files and sockets open", "leave I/O to the host; close what create() reads", "answers",
     Of::kInProcess, check_descriptors},
    {"environment", "environment, directory, umask and locale stay as they are", "they are the process's, not its own",
     "answers", Of::kInProcess, check_environment},
    {"signals", "signal handlers and masks stay as they are", "they are the process's, not its own", "answers",
     Of::kInProcess, check_signals},
    {"unmaps", "its library leaves the process with it",
     "no thread_local with a destructor, no unique symbols; or no \"unload\": \"allowed\"", "answers", Of::kLibraries,
     check_unmaps},
    {"cycles", "two hundred generations leave nothing behind", "destroy() frees all that create() took", "answers",
     Of::kAll, check_cycles},
    {"odd-answers", "whatever its requests are answered with ends nothing",
     "look at status, http_status and the form of the body; catch exceptions and report them", "negotiates", Of::kAll,
     check_odd_answers},
    {"events-in-time", "no timer's function and no answer takes longer than half a second",
     "do a part, and start a timer for the rest", "odd-answers", Of::kAll, check_events_in_time},
    {"services-used", "the host takes what it asks for and says", "docs/plugins/writing.md has what each service takes",
     "odd-answers", Of::kAll, check_services_used},
    {"rests", "its timers fire less than a thousand times in a second", "start a timer with a delay", "odd-answers",
     Of::kAll, check_rests},
    {"forgets", "what it is told to forget it asks and says nothing of any more",
     "forget() cancels the timers and requests of the upstream", "odd-answers", Of::kAll, check_forgets},
    {"ends-while-waiting", "it ends whatever it waits for", "destroy() waits for nothing: nothing comes any more",
     "odd-answers", Of::kAll, check_ends_while_waiting},
    {"golden", "its cases give what stands in them", "read the difference; --update writes what is given now",
     "negotiates", Of::kAll, check_golden},
};

// What must come before, as far as it was tried.
Verdict blocked_by(const Check& check, const Trial& trial, const std::map<std::string, State>& states) {
  if (check.of == Of::kLibraries && !trial.library) return skipped("it is no library");
  if (check.of == Of::kInProcess && trial.program) return skipped("it is a program, which does this to itself alone");
  const auto before = states.find(check.needs);
  if (before != states.end() && before->second != State::kPassed)
    return skipped(std::string(check.needs) + " did not pass");
  return passed();
}

bool runs_code(const Check& check) { return *check.needs != '\0' && std::string_view(check.needs) != "file"; }

Verdict run_one(const Check& check, Trial& trial, const RunOptions& options) {
  const bool isolated = runs_code(check) || check.run == &check_opens;
  if (!isolated || options.in_process) return check.run(trial);
  return run_isolated(
      [&](const Phase& phase) {
        trial.phase = phase;
        return check.run(trial);
      },
      options.patience);
}

}  // namespace

const std::vector<Check>& all_checks() { return kChecks; }

base::Result<Trial> prepare(const std::string& file, const std::string& testdata, const host::LoadOptions& load,
                            uint64_t seed) {
  Trial out;
  out.file = file;
  out.load = load;
  out.program = host::ending_of(file) == host::kProgramEnding;
  if (!out.program) {
    out.load.isolation = {};  // each check has a process already
    out.load.isolation.inside = true;
  }
  out.seed = seed;
  out.library = !out.program && (host::ending_of(file) == host::kLibraryEnding || !load.runners);
  const auto bytes = host::read_plugin_file(file);
  if (const auto* refusal = std::get_if<host::Refusal>(&bytes)) {
    out.elf = *refusal;
  } else if (out.library) {
    out.elf = host::read_elf(std::get<std::string>(bytes));
  }
  out.looked = host::inspect_plugin(file, load);
  auto files = read_case_files(testdata);
  if (!files.ok()) return files.status();
  out.files = std::move(*files);
  if (const auto* candidate = std::get_if<host::Candidate>(&out.looked)) {
    auto questions = questions_for(candidate->gated.manifest, out.files, seed);
    if (!questions.ok()) return questions.status();
    out.questions = std::move(*questions);
    out.indexes = indexes_of(candidate->gated.manifest);
  }
  return out;
}

std::vector<Finding> run_checks(Trial& trial, const RunOptions& options) {
  std::vector<Finding> out;
  std::map<std::string, State> states;
  for (const Check& check : kChecks) {
    const bool wanted = options.only.empty() || std::count(options.only.begin(), options.only.end(), check.id) != 0;
    if (!wanted) continue;
    const auto start = std::chrono::steady_clock::now();
    Verdict verdict = blocked_by(check, trial, states);
    if (verdict.state == State::kPassed) verdict = run_one(check, trial, options);
    states[check.id] = verdict.state;
    const auto took = std::chrono::steady_clock::now() - start;
    out.push_back({&check, std::move(verdict), std::chrono::duration_cast<std::chrono::microseconds>(took)});
  }
  return out;
}

}  // namespace solder::conformance
