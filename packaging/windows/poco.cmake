# Read by the project Poco (CMAKE_PROJECT_Poco_INCLUDE): its libraries get a precompiled header, once they are defined.
# Without it they take five times as long.
function(proximux_precompile)
    foreach(library Foundation XML JSON Util Net)
        target_precompile_headers(${library} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${PROXIMUX_POCO_HEADER}>")
        target_compile_options(${library} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>") # ccache needs it
    endforeach()
endfunction()

set(PROXIMUX_POCO_HEADER ${CMAKE_CURRENT_LIST_DIR}/poco.h)
cmake_language(DEFER CALL proximux_precompile)
