#include <app/ServiceControl.h>

namespace proximux
{

int ServiceControl::run(const std::function<int()>& program)
{
    return program();
}

bool ServiceControl::isService()
{
    return false;
}

void ServiceControl::serving() {}

void ServiceControl::stopping(Duration) {}

} // namespace proximux
