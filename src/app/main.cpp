#include <app/ProximuxApplication.h>
#include <proximux/system/Surroundings.h>

int main(int argc, char** argv)
{
    proximux::ProximuxApplication application;
    return application.runProgram(proximux::surroundings::arguments(argc, argv));
}
