"""The second part of the demo: texts that do not arrive, and where the message goes instead."""

import time
from contextlib import ExitStack

import click

from screener.simulator import scripts
from screener.simulator.premises import Premises, Resident, add_number
from screener.simulator.receiver import Receiver

PATIENCE = 15.0  # seconds until the message must have arrived elsewhere
FILTERED = Resident("+85210000011", "+85210000012", "zh-Hans", "HK", "Asia/Hong_Kong")
OPTED_OUT = Resident("+85210000021", "+85210000022", "zh-Hans", "HK", "Asia/Hong_Kong")
WHY = {
    FILTERED: "its texts are filtered by the carrier (30007)",
    OPTED_OUT: "it has opted out of texts (21610)",
}


def show_ladder(premises: Premises, stack: ExitStack) -> list[str]:
    """One call for each of the two phones; what did not arrive elsewhere."""
    receiver = stack.enter_context(Receiver())
    carrier = premises.carrier
    failed = []
    for resident in WHY:
        premises.add(resident)
        premises.run("channel", "add", "--phone", resident.phone, "--address", receiver.address)
        add_number(carrier, resident.twilio_number, premises.url)
    carrier.fail(FILTERED.phone, 30007)
    carrier.opt_out(OPTED_OUT.phone)
    for resident, why in WHY.items():
        before = len(receiver.messages)
        click.echo(f"\nA phone that no text reaches: {why}")
        carrier.dial(scripts()["bank-zh"], resident.twilio_number)
        end = time.monotonic() + PATIENCE
        while len(receiver.messages) == before and time.monotonic() < end:
            time.sleep(0.1)
        for number, text in enumerate(carrier.texts_to(resident.phone), 1):
            click.echo(f"   Text {number}: {text.status}, error {text.error}: {text.body}")
        if len(receiver.messages) == before:
            failed.append(f"nothing reached the other channel of {resident.phone}")
            continue
        click.echo(f"   The subscriber's other channel got: {receiver.messages[-1]}")
    return failed
