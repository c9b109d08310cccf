# What nearly every source includes. Only a build without it shows what a source lacks: that of the program is one where the
# tests alone have it.
set(targets proximux-unit proximux-scenario proximux-oracle proximux_planted_core)
if(NOT PROXIMUX_PRECOMPILE STREQUAL "TESTS")
    list(APPEND targets proximux_core proximux proximux_app)
endif()
foreach(target IN LISTS targets)
    if(TARGET ${target})
        target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <condition_variable> <deque> <functional>
            <map> <memory> <mutex> <optional> <set> <sstream> <string> <string_view> <thread> <unordered_map> <vector>)
        # a dozen sources at a time, since most of what they cost is what they include
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    endif()
endforeach()
foreach(target proximux-unit proximux-oracle)
    if(TARGET ${target})
        target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/test/support/Test.h)
        # GCC takes what is not in the file that it was given for a header
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    endif()
endforeach()
