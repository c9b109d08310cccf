#include "unit/protocol/IdentifiedFixture.h"

namespace proximux
{

/// fixed and length, where an id is declared.
class DeclaredIdsTest : public IdentifiedFixture
{
};

TEST(DeclaredIdsTest, showsADeclaredIdFirst)
{
    Framing framing;
    framing.length.width = 2;
    framing.requestId = framing.responseId = IdField{6, 4, ByteOrder::little};
    const auto protocol = findProtocol("length")->make(framing);
    const FramerCheck check([&protocol] { return protocol->makeRequestFramer(); });
    check.finds({u16(8) + "abcdidid", u16(20) + "abcdididmoremoremore"});
    check.refuses(u16(7) + "abcdidi", "a message shorter than its header");
    const auto framer = protocol->makeRequestFramer();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, framer->feed(u16(20) + "abcdidi").taken);
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, framer->feed(u16(20) + "abcdidid").taken);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x64696469}, protocol->requestId()->read(u16(8) + "abcdidid"));
}

} // namespace proximux
