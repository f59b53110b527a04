# Several files of a target are compiled as one: half of what the compiler does for a file, it does for headers and
# templates that the next file has as well, so that eight at a time take a third of the processor. Where an editor or
# clang-tidy wants a command for each file, or one file is worked on, configure with -DSOLDER_UNITY=OFF.
option(SOLDER_UNITY "Compile several files of a target as one" ON)
set(CMAKE_UNITY_BUILD ${SOLDER_UNITY})
if(SOLDER_UNITY)
  # What this warns of is true of the joined file alone.
  foreach(options solder_options solder_warnings)
    target_compile_options(${options} INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  endforeach()
endif()
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8 CACHE STRING "How many files are compiled as one")

# solder_compile_file_by_file(target...): for targets whose files have names inside of themselves that others of them have
# too. Called where the target is made.
function(solder_compile_file_by_file)
  set_target_properties(${ARGN} PROPERTIES UNITY_BUILD OFF)
endfunction()
