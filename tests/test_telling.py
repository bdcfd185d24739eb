"""After hang-up: each call is understood, gets exactly one first notice, and its message climbs the ladder once."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from screener.followup import heeding, telling
from screener.model import Disposition, Treatment, Understanding
from screener.store import calls, channels, messages, notices, subscribers, talks
from screener.store.records import Call, Message, Notice
from screener.telephony import NotSent, Refused, Uncertain
from tests.office import Office

BANK = "您好我是招商银行信用卡中心的小陈工号三零二一您有一笔账单"
POLICE = "我是广州市公安局的民警你涉嫌洗钱马上把钱转到安全账户不然今天就逮捕你"


def notice_of(office: Office, call: Call) -> Notice | None:
    with office.store.read() as tx:
        return notices.of_call(tx, call.id)


def message_of(office: Office, call: Call) -> Message:
    found = notice_of(office, call)
    assert found is not None
    assert found.message_id is not None
    with office.store.read() as tx:
        message = messages.find(tx, found.message_id)
    assert message is not None
    return message


def test_an_ended_call_is_told_once(office: Office) -> None:
    """However often the follow-up runs, there is one notice, one text and one sending."""
    call = office.call(office.subscriber(), 1, BANK)
    for _ in range(3):
        telling.tell(office.desk, call.sid)
    (text,) = office.carrier.sent
    assert "招商银行" in text.body
    assert text.body.endswith(f"#{message_of(office, call).reference}")
    assert text.recipient == "+85291234567"
    assert message_of(office, call).state == "accepted"


def test_what_was_found_is_kept_with_the_call(office: Office) -> None:
    """Category, claim, findings with their words, and advice with its sources stand in the log."""
    call = office.call(office.subscriber(), 1, BANK)
    telling.tell(office.desk, call.sid)
    with office.store.read() as tx:
        kept = calls.by_id(tx, call.id)
        (number, words), *_ = talks.statements(tx, kept)
    assert (kept.category, kept.organisation) == ("bank", "cn-cmb")
    (turn, start, end), *_ = kept.found["organisation"]["spans"]
    assert turn == number
    assert "招商" in words[start:end]
    steps = json.loads(kept.advice or "")["steps"]
    assert steps
    assert all(step["text"][language] and step["source"][language] for step in steps for language in ("zh-Hans", "en"))


def test_a_call_that_has_not_ended_is_left_alone(office: Office) -> None:
    """A follow-up that comes too early does nothing."""
    telling.tell(office.desk, "CA" + "0" * 32)
    assert office.carrier.sent == []


@pytest.mark.parametrize("treatment", [Treatment.MUTE, Treatment.BLOCK])
def test_muted_and_blocked_calls_get_no_text_but_a_reason(office: Office, treatment: Treatment) -> None:
    """They are logged, understood, and it is written down why nothing was sent."""
    call = office.call(office.subscriber(), 1, BANK, treatment=treatment)
    telling.tell(office.desk, call.sid)
    found = notice_of(office, call)
    assert found is not None
    assert (found.kind, found.message_id, office.carrier.sent) == ("none", None, [])
    assert found.reason in ("muted", "blocked")


def test_a_key_on_the_keypad_counts_where_nothing_was_said(office: Office) -> None:
    """A caller who refused and pressed 3 is told as one who chose the bank by key."""
    owner = office.subscriber()
    call = office.call(owner, 1)
    with office.store.write() as tx:
        calls.save(
            tx, call.id, {"talk": json.dumps({"keyed": "bank", "language": "zh"}), "disposition": "consent_refused"}
        )
    telling.tell(office.desk, call.sid)
    assert "按键选了银行" in office.carrier.sent[0].body


def test_an_impostor_is_marked_and_shown_by_four_digits(office: Office) -> None:
    """The warning stands in the log, and the text shows no number that could be tapped."""
    call = office.call(office.subscriber(), 1, POLICE)
    telling.tell(office.desk, call.sid)
    with office.store.read() as tx:
        kept = calls.by_id(tx, call.id)
    assert (kept.category, kept.warning) == ("impostor", True)
    assert "+85251230000" not in office.carrier.sent[0].body
    assert "0000" in office.carrier.sent[0].body


# Quiet hours, bursts, the cap


def test_quiet_hours_hold_calls_for_one_digest(office: Office) -> None:
    """Calls in quiet hours wait, are told as one in the morning, and each belongs to that one notice."""
    owner = office.subscriber()
    with office.store.write() as tx:
        subscribers.quiet(tx, owner.id, "22:00", "08:00")
    office.clock.at = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Hong Kong
    held = [office.call(owner, n, BANK, caller=f"+8525123000{n}") for n in (1, 2, 3)]
    for call in held:
        telling.tell(office.desk, call.sid)
    assert office.carrier.sent == []
    (promise,) = [one for one in office.promised if one[0] == "notice"]
    assert promise[2] == 9 * 3600
    telling.tell_held(office.desk, promise[1])
    assert office.carrier.sent == []
    office.clock.forward(hours=9)
    for _ in range(2):
        telling.tell_held(office.desk, promise[1])
    (text,) = office.carrier.sent
    assert "共3通" in text.body
    assert len({message_of(office, call).id for call in held}) == 1


def test_personal_calls_do_not_wait(office: Office) -> None:
    """A mother is told of at once, quiet hours or not."""
    owner = office.subscriber()
    with office.store.write() as tx:
        subscribers.quiet(tx, owner.id, "22:00", "08:00")
    office.clock.at = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    telling.tell(office.desk, office.call(owner, 1, "是妈妈呀周日回来吃饭吗").sid)
    assert len(office.carrier.sent) == 1


def test_a_burst_becomes_one_text_with_a_count(office: Office) -> None:
    """The first call of a caller is told at once; those that follow closely wait together."""
    owner = office.subscriber()
    burst = [office.call(owner, n, BANK) for n in (1, 2, 3, 4)]
    for call in burst:
        telling.tell(office.desk, call.sid)
    assert len(office.carrier.sent) == 1
    (promise,) = [one for one in office.promised if one[0] == "notice"]
    office.clock.forward(seconds=promise[2])
    telling.tell_held(office.desk, promise[1])
    assert len(office.carrier.sent) == 2
    assert "3" in office.carrier.sent[1].body
    assert {notice_of(office, call).kind for call in burst} == {"own", "burst"}  # type: ignore[union-attr]


def test_a_wordless_hang_up_is_told_once_a_day(office: Office) -> None:
    """Hanging up without a word gives one short text for a number and day."""
    owner = office.subscriber()
    for number in (1, 2):
        telling.tell(office.desk, office.call(owner, number).sid)
        office.clock.forward(hours=1)
    assert len(office.carrier.sent) == 1


def test_a_call_on_a_busy_line_gives_no_steps(office: Office) -> None:
    """It was asked nothing, so nothing is advised; its text says that the line was busy, and it counts as missed."""
    call = office.call(office.subscriber(), 1)
    with office.store.write() as tx:
        calls.save(tx, call.id, {"disposition": Disposition.BUSY})
    telling.tell(office.desk, call.sid)
    assert "占线" in office.carrier.sent[0].body
    with office.store.read() as tx:
        kept = calls.by_id(tx, call.id)
    assert json.loads(kept.advice or "") == {"rows": [], "steps": []}
    assert not heeding.seen(dataclasses.replace(kept, turn=1), Understanding()).answered


def test_the_daily_cap_leaves_a_note(office: Office) -> None:
    """Beyond the cap calls are logged with the reason, and nothing is sent."""
    office.settings = dataclasses.replace(office.settings, max_texts_per_day=2)
    owner = office.subscriber()
    made = [office.call(owner, n, BANK, caller=f"+8525123000{n}") for n in (1, 2, 3)]
    for call in made:
        telling.tell(office.desk, call.sid)
    assert len(office.carrier.sent) == 2
    last = notice_of(office, made[2])
    assert last is not None
    assert (last.kind, last.reason) == ("none", "daily_cap")


# The ladder


def fail(office: Office, message: Message, code: int, status: str = "undelivered") -> None:
    """The carrier reports a terminal failure, and the follow-up that is promised with it runs, twice."""
    with office.store.write() as tx:
        messages.progress(tx, message, status, code, office.clock())
    for _ in range(2):
        telling.delivery_changed(office.desk, message.id)


def test_a_filtered_text_is_followed_by_a_discreet_one_then_by_a_channel(office: Office) -> None:
    """30007: the plainer text first, then the subscriber's other channel; each once, each in the log with its reason."""
    owner = office.subscriber()
    with office.store.write() as tx:
        channels.add(tx, owner.id, "sealed", "ntfy://…")
    call = office.call(owner, 1, BANK)
    telling.tell(office.desk, call.sid)
    fail(office, message_of(office, call), 30007)
    assert len(office.carrier.sent) == 2
    assert "招商" not in office.carrier.sent[1].body
    with office.store.read() as tx:
        second = messages.after(tx, message_of(office, call).id)
    assert second is not None
    fail(office, second, 30007)
    assert len(office.carrier.sent) == 2
    ((address, body),) = office.notifier.told
    assert address == "sealed"
    assert body
    with office.store.read() as tx:
        sent = messages.of_call(tx, call.id)
    assert [(one.channel, one.state) for one in sent] == [("", "accepted"), ("", "accepted"), ("ntfy://…", "accepted")]
    assert all(json.loads(one.why)["zh-Hans"] for one in sent)


def test_a_phone_that_opted_out_is_told_elsewhere(office: Office) -> None:
    """21610: no further text is tried, now or for the next call, until the subscriber asks for texts again."""
    owner = office.subscriber()
    with office.store.write() as tx:
        channels.add(tx, owner.id, "sealed", "ntfy://…")
    office.carrier.problem = Refused(21610)
    call = office.call(owner, 1, BANK)
    telling.tell(office.desk, call.sid)
    (promise,) = [one for one in office.promised if one[0] == "delivery"]
    telling.delivery_changed(office.desk, promise[1].partition(":")[0])
    assert len(office.notifier.told) == 1
    office.carrier.problem = None
    telling.tell(office.desk, office.call(owner, 2, BANK, caller="+85251230002").sid)
    assert (len(office.carrier.sent), len(office.notifier.told)) == (0, 2)


def test_with_no_channel_left_the_log_says_so(office: Office) -> None:
    """The last failure carries the reason in plain words."""
    call = office.call(office.subscriber(), 1, BANK)
    telling.tell(office.desk, call.sid)
    fail(office, message_of(office, call), 21610)
    assert "来电记录" in json.loads(message_of(office, call).problem or "")["zh-Hans"]
    assert len(office.carrier.sent) == 1


@pytest.mark.parametrize("problem", [Uncertain("?"), NotSent("later")])
def test_an_uncertain_or_waiting_text_starts_no_lower_rung(office: Office, problem: Exception) -> None:
    """A text that may have arrived, or will still be sent, is not told another way."""
    owner = office.subscriber()
    with office.store.write() as tx:
        channels.add(tx, owner.id, "sealed", "ntfy://…")
    office.carrier.problem = problem
    call = office.call(owner, 1, BANK)
    telling.tell(office.desk, call.sid)
    telling.delivery_changed(office.desk, message_of(office, call).id)
    assert office.notifier.told == []


def test_a_channel_that_refuses_is_followed_by_the_next(office: Office) -> None:
    """Channels are tried in order until one takes the message."""
    owner = office.subscriber()
    with office.store.write() as tx:
        channels.add(tx, owner.id, "first", "ntfy://1")
        channels.add(tx, owner.id, "second", "ntfy://2")
        subscribers.opt_out(tx, owner.id, office.clock())
    office.notifier.refuses = True
    telling.tell(office.desk, office.call(owner, 1, BANK).sid)
    office.notifier.refuses = False
    (promise,) = [one for one in office.promised if one[0] == "delivery"]
    telling.delivery_changed(office.desk, promise[1].partition(":")[0])
    assert [address for address, _ in office.notifier.told] == ["second"]
