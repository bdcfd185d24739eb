"""The sending protocol: a text goes out once, whatever the carrier, the network or the clock do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from screener.followup import sending
from screener.notify import ChannelRefused, ChannelUnsure
from screener.store import channels, messages
from screener.telephony import NotSent, Outgoing, Refused, Uncertain
from tests.desk import NOW, Bench

GRACE = 90
SID = f"SM{1:032x}"
SLOW = Uncertain("the carrier did not answer in time")


def deliver(bench: Bench) -> None:
    sending.deliver(bench.desk, "m1")


def test_a_text_is_sent_once_however_often_it_is_delivered(bench: Bench) -> None:
    """A follow-up that runs again finds the text accepted and leaves it alone."""
    bench.write()
    for _ in range(3):
        deliver(bench)
    assert len(bench.carrier.sent) == 1
    assert (bench.message().state, bench.message().sid) == ("accepted", SID)


def test_the_intent_is_committed_before_the_carrier_is_called(bench: Bench) -> None:
    """Were the worker killed in the middle of the sending, the row would say `sending`."""
    seen: list[str] = []

    def look(_text: Outgoing) -> tuple[str, str]:
        seen.append(bench.message().state)
        return SID, "queued"

    bench.write()
    bench.carrier.outcomes.append(look)
    deliver(bench)
    assert seen == ["sending"]


def test_the_callback_address_names_the_text_and_asks_for_retries(bench: Bench) -> None:
    """The id in the status address is what proves acceptance when the answer was lost."""
    bench.write()
    deliver(bench)
    assert "/sms/status/m1#rc=3" in bench.carrier.sent[0].status_url


def test_a_text_that_was_never_sent_is_tried_again_later_and_later(bench: Bench) -> None:
    """A refused connection or 429 waits 2, 4, 8 s and no more than five minutes, for as long as it takes."""
    bench.write()
    bench.carrier.outcomes = [NotSent("the carrier could not be reached")] * 20
    for _ in range(20):
        deliver(bench)
        bench.later(seconds=300)
    waits = [seconds - sending.MARGIN for kind, _, seconds in bench.promised if kind == "message"]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == 300
    deliver(bench)
    assert bench.message().state == "accepted"
    assert (len(bench.carrier.sent), bench.carrier.looked_up) == (21, 0)


def test_a_waiting_text_is_not_sent_before_its_time(bench: Bench) -> None:
    """A follow-up that comes early leaves the text waiting."""
    bench.write()
    bench.carrier.outcomes = [NotSent("429")]
    deliver(bench)
    deliver(bench)
    assert len(bench.carrier.sent) == 1


@pytest.mark.parametrize("killed", [False, True], ids=["no answer", "killed in between"])
def test_an_uncertain_text_is_left_alone_during_the_grace(bench: Bench, killed: bool) -> None:
    """Until the grace is over it is neither sent again nor looked up, and a look is promised for its end."""
    bench.write()
    begin_uncertain(bench, killed)
    bench.later(seconds=GRACE - 1)
    deliver(bench)
    assert (len(bench.carrier.sent), bench.carrier.looked_up) == (0 if killed else 1, 0)
    promised = [(sid, seconds) for kind, sid, seconds in bench.promised if kind == "message"]
    assert promised
    assert all(sid == "m1:u1" for sid, _ in promised)


def begin_uncertain(bench: Bench, killed: bool) -> None:
    """A sending without an answer, or a worker that died between claim and sending."""
    if killed:
        with bench.store.write() as tx:
            assert messages.claim(tx, "m1", bench.now[0])
    else:
        bench.carrier.outcomes.append(SLOW)
        deliver(bench)


def test_an_uncertain_text_that_the_carrier_has_is_adopted(bench: Bench) -> None:
    """The look-up finds its reference, and nothing is sent again."""
    bench.write()
    begin_uncertain(bench, killed=False)
    bench.carrier.listed["#A7K2"] = (SID, "delivered")
    bench.later(seconds=GRACE)
    deliver(bench)
    found = bench.message()
    assert (found.state, found.sid, found.carrier_status) == ("accepted", SID, "delivered")
    assert len(bench.carrier.sent) == 1


def test_an_uncertain_text_that_the_carrier_lacks_is_sent_again(bench: Bench) -> None:
    """Only after a look-up that worked and found nothing."""
    bench.write()
    begin_uncertain(bench, killed=False)
    bench.later(seconds=GRACE)
    deliver(bench)
    assert (bench.message().state, bench.message().uncertain) == ("accepted", 1)
    assert (len(bench.carrier.sent), bench.carrier.looked_up) == (2, 1)


def test_no_text_is_sent_again_while_the_look_up_fails(bench: Bench) -> None:
    """A look-up that fails proves nothing."""
    bench.write()
    begin_uncertain(bench, killed=False)
    bench.carrier.trouble["find"] = NotSent("the carrier could not be reached")
    for _ in range(10):
        bench.later(seconds=GRACE)
        deliver(bench)
    assert len(bench.carrier.sent) == 1
    assert bench.message().state == "sending"


def test_a_callback_settles_an_uncertain_text(bench: Bench) -> None:
    """The carrier's own word is enough; nothing is looked up or sent."""
    bench.write()
    begin_uncertain(bench, killed=False)
    with bench.store.write() as tx:
        messages.adopt(tx, "m1", SID, NOW)
    bench.later(seconds=GRACE)
    deliver(bench)
    assert (len(bench.carrier.sent), bench.carrier.looked_up) == (1, 0)


def test_a_callback_overtakes_the_answer(bench: Bench) -> None:
    """`delivered` that came before our own note of the sending is not undone by it."""

    def callback_first(_text: Outgoing) -> tuple[str, str]:
        with bench.store.write() as tx:
            messages.adopt(tx, "m1", SID, NOW)
            current = messages.find(tx, "m1")
            assert current
            messages.progress(tx, current, "delivered", None, NOW)
        return SID, "queued"

    bench.write()
    bench.carrier.outcomes.append(callback_first)
    deliver(bench)
    assert (bench.message().state, bench.message().carrier_status) == ("accepted", "delivered")


def test_after_five_uncertain_sendings_a_person_must_look(bench: Bench) -> None:
    """It is not sent a sixth time, and is seen by the operator."""
    bench.write()
    bench.carrier.outcomes = [SLOW] * 9
    for _ in range(9):
        deliver(bench)
        bench.later(seconds=GRACE)
    assert len(bench.carrier.sent) == 5
    assert bench.message().state == "needs_a_look"
    with bench.store.read() as tx:
        assert messages.counts(tx) == {"needs_a_look": 1}


def test_waiting_does_not_count_towards_the_five(bench: Bench) -> None:
    """An hour of 429 is no doubt about anything."""
    bench.write()
    bench.carrier.outcomes = [NotSent("429")] * 12 + [SLOW]
    for _ in range(13):
        deliver(bench)
        bench.later(seconds=300)
    deliver(bench)
    assert bench.message().state == "accepted"
    assert bench.message().uncertain == 1


def test_a_refused_text_fails_and_the_ladder_is_told(bench: Bench) -> None:
    """A permanent error is not tried again; the next rung is promised in the same transaction."""
    bench.write()
    bench.carrier.outcomes = [Refused(21610)]
    deliver(bench)
    bench.later(days=1)
    deliver(bench)
    assert (bench.message().state, bench.message().error_code, len(bench.carrier.sent)) == ("failed", 21610, 1)
    assert [(kind, sid) for kind, sid, _ in bench.promised] == [("delivery", "m1:refused")]


def test_a_look_up_that_finds_a_failure_tells_the_ladder(bench: Bench) -> None:
    """An undelivered text starts the next rung also when its callback was lost."""
    bench.write()
    begin_uncertain(bench, killed=False)
    bench.carrier.listed["#A7K2"] = (SID, "undelivered")
    bench.later(seconds=GRACE)
    deliver(bench)
    assert ("delivery", "m1:undelivered", 0) in bench.promised


def race(bench: Bench, other: Callable[[], None]) -> None:
    """Deliver, with another worker at work while this one looks the text up."""
    find = bench.carrier.find

    def slow(*arguments: object) -> tuple[str, str] | None:
        found = find(*arguments)  # type: ignore[arg-type]
        bench.carrier.find = find  # type: ignore[method-assign]
        other()
        return found

    bench.carrier.find = slow  # type: ignore[method-assign, assignment]
    deliver(bench)


def test_of_two_workers_that_look_a_text_up_one_sends(bench: Bench) -> None:
    """The slower one finds the text claimed anew and lets it be."""
    bench.write()
    begin_uncertain(bench, killed=False)
    bench.later(seconds=GRACE)
    race(bench, lambda: deliver(bench))
    assert len(bench.carrier.sent) == 2


class Channel:
    """A channel that takes messages, or meets them otherwise."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.taken: list[str] = []
        self.problem = problem

    def send(self, sealed: str, body: str) -> None:
        if self.problem:
            raise self.problem
        self.taken.append(body)


class Frozen(Channel):
    """A channel inside whose call the worker stands still while others go on."""

    meanwhile: Callable[[], object]

    def send(self, sealed: str, body: str) -> None:
        self.meanwhile()
        super().send(sealed, body)


def by_channel(bench: Bench, channel: Channel) -> Bench:
    """The same desk with one message that goes by a channel."""
    with bench.store.write() as tx:
        row = channels.add(tx, bench.owner.id, "sealed", "ntfy://...")
    bench.write(channel="ntfy://...", channel_id=row)
    return replace(bench, desk=replace(bench.desk, notifier=channel))  # type: ignore[arg-type]


def test_of_two_workers_one_hands_a_message_to_its_channel(bench: Bench) -> None:
    """Both come at the same moment, and again when the claim has gone stale."""
    channel = Channel()
    mine = by_channel(bench, channel)
    race(mine, lambda: deliver(mine))
    bench.later(seconds=GRACE + 1)
    race(mine, lambda: deliver(mine))
    assert channel.taken == ["x #A7K2"]


def test_a_worker_that_was_held_up_hands_nothing_to_a_channel(bench: Bench) -> None:
    """The claim is given back, and the message goes out once, later."""
    channel = Channel()
    mine = by_channel(bench, channel)
    with held_up(bench):
        deliver(mine)
    assert channel.taken == []
    assert bench.message().state == "pending"
    bench.later(minutes=5)
    deliver(mine)
    assert channel.taken == ["x #A7K2"]


def test_a_claim_that_another_worker_has_given_up_is_not_handed_over(bench: Bench) -> None:
    """The first is frozen right after its claim; the second finds it uncertain; the first wakes up."""
    channel = Channel()
    mine = by_channel(bench, channel)
    with held_up(bench, lambda: deliver(mine)):
        deliver(mine)
    assert channel.taken == []
    assert bench.message().state == "needs_a_look"


def test_what_a_channel_may_have_taken_is_neither_sent_again_nor_sent_elsewhere(bench: Bench) -> None:
    """It needs a look; only a refusal starts the next rung."""
    mine = by_channel(bench, Channel(ChannelUnsure("it may have arrived")))
    deliver(mine)
    assert bench.message().state == "needs_a_look"
    assert [kind for kind, _, _ in bench.promised if kind == "delivery"] == []


@pytest.mark.parametrize("refused", [False, True])
def test_a_worker_frozen_inside_a_channel_says_afterwards_how_it_went(bench: Bench, refused: bool) -> None:
    """Another has given the message up meanwhile and has sent nothing; the next rung starts only after a refusal."""
    channel = Frozen(ChannelRefused("not taken") if refused else None)
    mine = by_channel(bench, channel)
    seen: list[str] = []
    channel.meanwhile = lambda: (bench.later(seconds=GRACE + 1), deliver(mine), seen.append(bench.message().state))
    deliver(mine)
    assert seen == ["needs_a_look"]
    assert bench.message().state == ("failed" if refused else "accepted")
    assert len(channel.taken) == (0 if refused else 1)
    assert [one for one in bench.promised if one[0] == "delivery"] == ([("delivery", "m1:refused", 0)] * refused)


@contextmanager
def held_up(bench: Bench, meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Between a claim and the sending so much time passes that another may already be looking the text up."""
    claim = messages.claim

    def slow(tx, message_id, at):  # type: ignore[no-untyped-def]
        claimed = claim(tx, message_id, at)
        bench.later(seconds=GRACE + 1)
        return claimed

    is_stale = sending.is_stale

    def frozen(desk, message):  # type: ignore[no-untyped-def]
        with pytest.MonkeyPatch.context() as awake:
            awake.setattr(messages, "claim", claim)
            meanwhile()
        return is_stale(desk, message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "claim", slow)
        patch.setattr(sending, "is_stale", frozen)
        yield


def test_a_worker_that_was_held_up_does_not_send(bench: Bench) -> None:
    """Between its claim and the sending so much time passed that another may already be looking the text up."""
    bench.write()
    with held_up(bench):
        deliver(bench)
    assert bench.carrier.sent == []
    assert bench.message().state == "pending"


def test_a_clock_that_jumps_ahead_ends_no_grace(bench: Bench) -> None:
    """A sending of a second ago looks an hour old; it is not looked up until a real grace has passed."""
    bench.write()
    begin_uncertain(bench, killed=False)
    bench.later(hours=1)
    bench.jumped[0] = True
    deliver(bench)
    assert (len(bench.carrier.sent), bench.carrier.looked_up) == (1, 0)
    bench.jumped[0] = False
    deliver(bench)
    assert bench.carrier.looked_up == 1


def test_a_clock_that_is_set_back_holds_nothing_up(bench: Bench) -> None:
    """What was written in a future that has been taken back is not waited for."""
    bench.write("m1")
    begin_uncertain(bench, killed=False)
    bench.write("m2", reference="B2C3", body="y #B2C3")
    bench.carrier.outcomes = [NotSent("429")]
    sending.deliver(bench.desk, "m2")
    bench.later(hours=-1)
    with bench.store.read() as tx:
        assert sorted(messages.due(tx, bench.now[0], timedelta(seconds=GRACE), 10)) == ["m1", "m2"]
    sending.deliver(bench.desk, "m2")
    deliver(bench)
    assert [bench.message(one).state for one in ("m1", "m2")] == ["accepted", "accepted"]


def test_the_fate_of_a_text_is_asked_for(bench: Bench) -> None:
    """Without any callback the carrier is asked; a failure starts the next rung, no news waits for the next time."""
    bench.write()
    deliver(bench)
    bench.carrier.statuses[SID] = ("sent", None)
    bench.later(minutes=16)
    sending.ask_after(bench.desk, "m1")
    assert bench.message().carrier_status == "sent"
    bench.carrier.statuses[SID] = ("undelivered", 30007)
    sending.ask_after(bench.desk, "m1")
    assert (bench.message().carrier_status, bench.message().error_code) == ("undelivered", 30007)
    assert ("delivery", "m1:undelivered", 0) in bench.promised


def test_a_text_taken_twice_is_reported(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A second sid for one text is the proof of a doubled text; the operator's log says so, the first sid stays."""
    bench.write()
    deliver(bench)
    sending.accept(bench.desk, bench.message(), f"SM{2:032x}", "queued")
    assert "twice" in caplog.text
    assert bench.message().sid == SID
