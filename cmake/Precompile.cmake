# What nearly every source includes. Builds without it, as all but those with sanitizers are, show what a source lacks.
foreach(target proximux_core proximux proximux_app proximux-unit proximux-scenario proximux-oracle)
    if(TARGET ${target})
        target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <condition_variable> <deque> <functional>
            <map> <memory> <mutex> <optional> <set> <sstream> <string> <string_view> <thread> <unordered_map> <vector>)
    endif()
endforeach()
foreach(target proximux-unit proximux-oracle)
    if(TARGET ${target})
        target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/test/support/Test.h)
    endif()
endforeach()
