# Decides whether the library has TLS, and finds OpenSSL for it.
if(PROXIMUX_TLS STREQUAL "AUTO")
    find_package(OpenSSL 3.0 QUIET COMPONENTS SSL Crypto)
    set(PROXIMUX_TLS ${OPENSSL_FOUND})
elseif(PROXIMUX_TLS)
    find_package(OpenSSL 3.0 REQUIRED COMPONENTS SSL Crypto)
endif()
message(STATUS "TLS (local.tls, target.N.tls): ${PROXIMUX_TLS}")
