// mprapi.h is kept out: it includes wincrypt.h, whose TIMESTAMP_REQUEST breaks a header of POCO.
#ifndef __ROUTING_MPRADMIN_H__
#define __ROUTING_MPRADMIN_H__
#define MAX_INTERFACE_NAME_LEN 256
#endif
#include <in6addr.h>
#include <iphlpapi.h>
