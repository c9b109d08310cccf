#pragma once

#include "support/AutoFixture.h"

#include <proximux/exchange/Mutants.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// What chance would hardly bring about, or needs a protocol that is named: each rule in a scene of its own. Throws, as
/// an assertion does, where somebody gets what is not his or does not get what is.
class Scenes : public AutoFixture
{
public:
    struct Scene
    {
        Mutant finds;
        void (Scenes::*play)();
    };

    static const std::vector<Scene>& all();

private:
    void aConnectionOfWhoseIdsHalfAreOverdueIsReplaced();
    void aConnectionOnWhichManyAreOverdueIsReplaced();
    void aReadBeforeALostWriteIsLostToo();
    void aLossOfManyCostsFewConnections();
    void aConnectionThatCannotBeReplacedIsKept();
    void oneSilenceIsEnoughForAllBehindIt();
    void aSilentConnectionIsReplaced();
    void aLateWordOfAClientThatHasGoneIsNobodys();
    void eachResponseIsReadAsOneToItsRequest();
    void aConnectionThatClosesIsNotUsedAgain();
    void aResponseUntilTheEndEndsWell();
    void nobodySeesTheEndOfAQuietRun();
    void aFenceEndsWhatHasNoKnownEnd();
    void aTornFenceReachesNobody();
    void dataThatATargetTakesForCommandsIsFenced();
    void whatIsPushedIsTheSubscribers();
    void nobodyElseGetsAConnectionThatIsSpent();
    void aTunnelHasNoMessages();
    void whatStandsBehindAnUpgradeWaits();
    void whatCountsOnAStateThatCouldNotBeIsNotDone();
    void aClientStandsInLineOnceInFunnel();
    void nothingIsServedBehindTheLastRequest();
    void aStateThatWasResetIsForNobody();
    void aForgedNoticeFreesNothing();
    void whatIsOwedComesBeforeAReset();
    void aClientIsToldToGoOnInItsPlace();
    void aConnectionThatAnswersNobodyIsReset();
    void whoMakesUsConnectAnewWaits();
    void nobodyInheritsWhatAClientClaimed();
    void anIdleTieEndsWhenOthersWait();
    void whoseEndWasPassedOnIsClosedInSilence();
    void theTargetDecidesNotAClient();
    void nothingIsDecidedAfterRawWasAnswered();
    void whatIsTriedIsAlone();
    void aLateAnswerOverTheNextConnectionIsNobodys();
    void noTwoConnectionsShareAnId();
    void nothingFollowsARequestThatKeptItsId();
    void aResponseWithoutItsQuestionAnswersNothing();
    void afterTheFirstAllAreOfTheProtocol();
    void whatMayBecomeAProtocolWaits();
    void aSlowSenderKeepsOthersWaitingForSoLong();
    void slowSendersDoNotAddUp();
    void whatIsThrownAwayHasALimit();
    void answersOfOursCount();
    void partsDoNotFillTheMemoryForEver();
    void whatIsBehindUnreadResponsesDoesNotFillTheMemoryForEver();

    void named(const std::string& protocol, std::size_t connections, std::size_t pipeline, std::size_t maxTied = 0);
    void small();
};

} // namespace proximux
