// The checks themselves; check.cc has the list. Each gets a trial of a file for which the checks that it needs passed.
#pragma once

#include "core/conformance/session.h"

namespace solder::conformance {

// file_checks.cc: nothing of the plugin runs.
Verdict check_file(Trial& trial);
Verdict check_manifest(Trial& trial);
Verdict check_exports(Trial& trial);
Verdict check_unique_symbols(Trial& trial);
Verdict check_linked_libraries(Trial& trial);
Verdict check_run_path(Trial& trial);
Verdict check_stack(Trial& trial);
Verdict check_text_relocations(Trial& trial);

// opening_checks.cc
Verdict check_opens(Trial& trial);
Verdict check_negotiates(Trial& trial);
Verdict check_unload_wish(Trial& trial);
Verdict check_newer_hosts(Trial& trial);
Verdict check_unknown_capabilities(Trial& trial);
Verdict check_odd_configuration(Trial& trial);

// answer_checks.cc
Verdict check_answers(Trial& trial);
Verdict check_messages(Trial& trial);
Verdict check_odd_values(Trial& trial);
Verdict check_in_time(Trial& trial);
Verdict check_golden(Trial& trial);

// sameness_checks.cc
Verdict check_repeatable(Trial& trial);
Verdict check_order(Trial& trial);
Verdict check_longer_structs(Trial& trial);
Verdict check_instances(Trial& trial);
Verdict check_any_thread(Trial& trial);
Verdict check_state(Trial& trial);
Verdict check_odd_state(Trial& trial);
Verdict check_side_by_side(Trial& trial);

// memory_checks.cc
Verdict check_text_ends(Trial& trial);
Verdict check_inputs_unwritten(Trial& trial);
Verdict check_inputs_borrowed(Trial& trial);
Verdict check_leaks(Trial& trial);

// event_checks.cc: of what works by itself
Verdict check_odd_answers(Trial& trial);
Verdict check_events_in_time(Trial& trial);
Verdict check_services_used(Trial& trial);
Verdict check_rests(Trial& trial);
Verdict check_forgets(Trial& trial);
Verdict check_ends_while_waiting(Trial& trial);

// process_checks.cc
Verdict check_threads(Trial& trial);
Verdict check_descriptors(Trial& trial);
Verdict check_environment(Trial& trial);
Verdict check_signals(Trial& trial);
Verdict check_unmaps(Trial& trial);
Verdict check_cycles(Trial& trial);

}  // namespace solder::conformance
