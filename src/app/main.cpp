#include <app/ProximuxApplication.h>

#if defined(POCO_OS_FAMILY_WINDOWS)

POCO_SERVER_MAIN(proximux::ProximuxApplication)

#else

int main(int argc, char** argv)
{
    proximux::ProximuxApplication application;
    return application.run(argc, argv);
}

#endif
