#pragma once

#include "support/Test.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/system/PocoDigests.h>

#include <memory>
#include <string>
#include <utility>

namespace proximux
{

/// Lets in the users of this text, as auth.file has it.
inline std::shared_ptr<auth::Authenticator> knowing(const std::string& users, AuthMethod method = AuthMethod::automatic)
{
    auto list = std::make_shared<auth::UserList>();
    CPPUNIT_ASSERT(!list->read(users));
    auto made = std::make_shared<auth::Authenticator>(digests(), "key");
    made->change({method, std::move(list), {}});
    return made;
}

} // namespace proximux
