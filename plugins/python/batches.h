// The batches of the contract as tuples for Python, in the order of the fields in solder/_inputs.py. Tested by
// tests/plugin/python_test.cc.
#pragma once

#include <pybind11/pybind11.h>

#include "solder/plugin.h"

namespace solder::python {

pybind11::list option_tuples(const solder_span& in);
pybind11::list upstream_tuples(const solder_span& in);
pybind11::list destination_tuples(const solder_span& in);
pybind11::list source_tuples(const solder_span& in);
pybind11::list kind_tuples(const solder_span& in);

}  // namespace solder::python
