# Several files of a target are compiled as one: half of what the compiler does for a file, it does for headers and
# templates that the next file has as well, so that eight at a time take a third of the processor. Where an editor or
# clang-tidy wants a command for each file, or one file is worked on, configure with -DSOLDER_UNITY=OFF.
option(SOLDER_UNITY "Compile several files of a target as one" ON)
set(CMAKE_UNITY_BUILD ${SOLDER_UNITY})
if(SOLDER_UNITY)
  # What this warns of is true of the joined file alone.
  target_compile_options(solder_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
endif()
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8 CACHE STRING "How many files are compiled as one")

# solder_compile_alone(FOLDER file...): for files whose names inside of themselves another one of their target has too.
function(solder_compile_alone folder)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/${folder}/)
  set_source_files_properties(${ARGN} DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# solder_compile_file_by_file(target...): the same for all files of targets, as far as these are built here.
function(solder_compile_file_by_file)
  foreach(target ${ARGN})
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
    endif()
  endforeach()
endfunction()

# Called when all folders are known.
function(solder_compile_alone_where_names_meet)
  solder_compile_alone(core/config decode_gateway.cc document_split.cc)
  solder_compile_alone(core/store tree_walk.cc)
  solder_compile_alone(core/host dropped_files.cc gate.cc manifest.cc plugin_record.cc retired_plugins.cc sample_book.cc
    isolation/keeper_care.cc isolation/messages.cc isolation/syscall_filter.cc services/google_credentials.cc services/http_client.cc
    services/publications.cc services/requests.cc services/wish.cc isolation/aside.cc isolation/aside_services.cc isolation/isolated_instances.cc
    isolation/parcel.cc isolation/remote_arguments.cc isolation/remote_services.cc)
  solder_compile_alone(core/conformance event_checks.cc memory_checks.cc process_checks.cc sameness_checks.cc)
  solder_compile_alone(core/xds response_cache.cc sotw_subscription.cc virtual_host_subscription.cc)
  solder_compile_alone(core/engine route_action.cc scoped_routes.cc virtual_service.cc)
  solder_compile_alone(plugins/ext_auth pass_through.cc)
  solder_compile_alone(plugins/rate_limit local.cc)
  solder_compile_alone(plugins/vault aws_keys.cc connection.cc secret_tree.cc session.cc)
  solder_compile_alone(cli admission.cc discover.cc plugin_bench.cc plugin_check.cc plugin_commands.cc plugin_files.cc plugin_live.cc plugin_new.cc
    plugin_trial_file.cc yaml_tree.cc)
  solder_compile_file_by_file(cloud_foundry consul istio kubernetes openapi solder_openapi_documents python solder_transformation_engine solder_transformation_module)
  # Tests name their worlds and cases alike.
  solder_compile_file_by_file(admin_test cli_test cli_text_test consul_plugin_test engine_test openapi_test report_test services_test sources_test
    transformation_test xds_feature_test xds_unit_test)
endfunction()
