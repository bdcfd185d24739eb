"""Search and the log's filters, on both databases: exact, one subscriber's own, and by index."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from screener.model import Category, Consent
from screener.store import Store, calls, erasing, logbook, search
from screener.store.logbook import Wanted
from screener.store.records import Subscriber
from tests.visit import add_call, add_owner


@pytest.fixture
def owner(store: Store) -> Subscriber:
    return add_owner(store)


def found(store: Store, owner: Subscriber, **wanted: Any) -> list[int]:
    with store.read() as tx:
        return [int(call.sid[2:], 16) for call in logbook.page(tx, owner.id, Wanted(**wanted), 50)]


def test_search_finds_words_numbers_and_names(store: Store, owner: Subscriber) -> None:
    """Two characters, a word, the end of a number and any name of the organisation find the call, and nothing else."""
    claimed = {"key": "hk-dahsing", "spoken": "大新", "names": {"zh-Hant": "大新銀行", "en": "Dah Sing Bank"}}
    add_call(store, owner, 1, words="请在今天还款，不然上门。", findings={"organisation": claimed})
    add_call(store, owner, 2, words="Please call me back.", caller="+85251230000", findings={})
    for query in ("上门", "还款", "大新", "大新銀行", "dah sing", "4471", "+852 3598 4471", "门"):
        assert found(store, owner, text=query) == [1], query
    for query in ("call", "CALL me", "5123 0000"):
        assert found(store, owner, text=query) == [2], query
    for query in ("还门", "上们", "cal", "9999", "大新 call", "!?"):
        assert found(store, owner, text=query) == [], query


def test_search_reads_both_scripts(store: Store, owner: Subscriber) -> None:
    """What a page shows in Traditional characters is found by them, whatever the caller's words were written in."""
    claimed = {"key": "鸿远", "spoken": "鸿远", "names": {"zh-Hans": "鸿远", "zh-Hant": "鸿远"}}
    add_call(store, owner, 1, words="您好，还款。", organisation="鸿远", findings={"organisation": claimed})
    add_call(store, owner, 2, words="請還款，門外見。", findings={})
    for query, calls_ in (("鴻遠", [1]), ("鸿远", [1]), ("還款", [2, 1]), ("还款", [2, 1]), ("门外", [2]), ("門", [2])):
        assert found(store, owner, text=query) == calls_, query


def test_partial_words_are_found(store: Store, owner: Subscriber) -> None:
    """The last words of a caller who hung up in mid-sentence can be searched for."""
    call = add_call(store, owner, 1, words="x", findings={})
    with store.write() as tx:
        tx.execute(text("UPDATE turn SET words = NULL, partial = '我是恒生'"))
        search.index(tx, call.id)
    assert found(store, owner, text="恒生") == [1]


def test_nobody_finds_anothers_calls(store: Store, owner: Subscriber) -> None:
    """Search and filters stay within one subscriber's calls."""
    other = add_owner(store, 1)
    add_call(store, other, 1, words="秘密", category="bank", findings={})
    for wanted in ({"text": "秘密"}, {"category": Category.BANK}, {}):
        assert found(store, owner, **wanted) == []


def test_deleted_words_cannot_be_found(store: Store, owner: Subscriber) -> None:
    """What was deleted or taken back leaves nothing in the index."""
    claimed = {"key": "大新", "spoken": "大新", "names": {}, "spans": [[1, 0, 2]]}
    call = add_call(store, owner, 1, words="大新秘密", organisation="大新", findings={"organisation": claimed})
    with store.write() as tx:
        erasing.words(tx, call)
    assert found(store, owner, text="秘密") == []
    assert found(store, owner, text="大新") == [1]
    with store.write() as tx:
        assert erasing.everything(tx, call, "secret")
        assert tx.execute(text("SELECT count(*) FROM term")).scalar_one() == 0


def test_filters_combine(store: Store, owner: Subscriber) -> None:
    """Category, consent, warning, dates and words narrow together."""
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    day = timedelta(days=1)
    add_call(store, owner, 1, at=noon, category="bank", consent="recording", findings={}, words="招商")
    add_call(store, owner, 2, at=noon + day, category="bank", consent="refused", findings={})
    add_call(store, owner, 3, at=noon + 2 * day, category="impostor", consent="recording", warning=True, findings={})
    assert found(store, owner, category=Category.BANK) == [2, 1]
    assert found(store, owner, category=Category.BANK, consent=Consent.RECORDING) == [1]
    assert found(store, owner, warning=True) == [3]
    assert found(store, owner, since=noon + day) == [3, 2]
    assert found(store, owner, until=noon + day) == [1]
    assert found(store, owner, since=noon + 3 * day) == []
    assert found(store, owner, text="招商", category=Category.BANK, until=noon + day) == [1]
    assert found(store, owner, text="招商", warning=True) == []


def test_pages_follow_each_other(store: Store, owner: Subscriber) -> None:
    """Keyset pages of a search show every call once, newest first."""
    for number in range(1, 8):
        add_call(store, owner, number, words="催收", findings={})
    seen: list[int] = []
    before = None
    for _ in range(4):
        with store.read() as tx:
            page = logbook.page(tx, owner.id, Wanted(text="催收", before=before), 2)
        seen += [int(call.sid[2:], 16) for call in page]
        before = page[-1].id
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_new_findings_are_indexed(store: Store, owner: Subscriber) -> None:
    """A corrected organisation is found under its new name and no longer under the old."""
    call = add_call(store, owner, 1, organisation="旧名", findings={})
    with store.write() as tx:
        calls.save(tx, call.id, {"organisation": "新号"})
    assert found(store, owner, text="旧名") == []
    assert found(store, owner, text="新号") == [1]


@given(st.text(alphabet="中国银行abc 12345-+", max_size=30))
def test_a_text_is_found_by_its_own_terms(words: str) -> None:
    """Whatever is said, its own words as a query ask for no term that the index would not hold."""
    assert set(search.terms(words)) <= set(search.both_lengths(words))


@given(st.text(max_size=60))
def test_terms_are_short(words: str) -> None:
    """No text makes a term longer than the index takes well."""
    assert all(0 < len(term) <= search.WORD for term in search.terms(words))


def test_every_page_of_the_log_uses_an_index(sqlite_url: str) -> None:
    """No question that the log asks reads through all calls."""
    from screener.store import open_store

    store = open_store(sqlite_url)
    owner = add_owner(store)
    statements: list[tuple[str, Any]] = []

    from sqlalchemy import event

    @event.listens_for(store.engine, "before_cursor_execute")
    def keep(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    ways: list[dict[str, Any]] = [
        {},
        {"category": Category.BANK},
        {"consent": Consent.NOTES},
        {"warning": True},
        {"since": datetime.now(UTC), "until": datetime.now(UTC)},
        {"text": "大新"},
        {"before": 9},
    ]
    for wanted in ways:
        found(store, owner, **wanted)
    with store.engine.connect() as tx:
        for statement, parameters in [one for one in statements if one[0].startswith("SELECT")]:
            plan = " ".join(str(row) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            assert "SCAN call" not in plan, plan
            assert "SCAN term" not in plan, plan
            assert "TEMP B-TREE" not in plan, (statement, plan)
    store.engine.dispose()
