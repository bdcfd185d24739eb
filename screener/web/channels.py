"""A subscriber's other channels, for when texts do not arrive: added, tested and forgotten on the settings page."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.notify import ChannelRefused, Notifier
from screener.store import channels
from screener.web.visitor import owner

pages = Blueprint("channels", __name__)

MOST = 5
ADDRESS_LENGTH = 500


def back(said: str) -> AnyResponse:
    flash(said)
    return redirect(url_for("settings.show"), 303)


@pages.post("/settings/channels")
def add() -> AnyResponse:
    """Add a channel; its address is stored encrypted and shown masked."""
    address = request.form.get("address", "").strip()
    try:
        sealed, shown = Notifier(house().settings).seal(address[:ADDRESS_LENGTH])
    except ChannelRefused:
        return back(gettext("This address cannot be used. See the help below the field."))
    with house().store.write() as tx:
        if len(channels.of_subscriber(tx, owner().id)) >= MOST:
            return back(gettext("Five channels are enough; remove one first."))
        channels.add(tx, owner().id, sealed, shown)
    return back(gettext("The channel is kept. Send a test to see that it works."))


@pages.post("/settings/channels/<int(max=999999999):number>")
def change(number: int) -> AnyResponse:
    """Send a test to a channel, or forget it."""
    with house().store.read() as tx:
        found = next((one for one in channels.of_subscriber(tx, owner().id) if one.id == number), None)
    if found is None:
        abort(404)
    if request.form.get("deed") == "test":
        return test(found.address)
    with house().store.write() as tx:
        channels.remove(tx, owner().id, number)
    return back(gettext("The channel is removed."))


def test(sealed: str) -> AnyResponse:
    try:
        Notifier(house().settings).send(sealed, gettext("This is a test."))
    except ChannelRefused:
        return back(gettext("The test was not taken. Check the address."))
    return back(gettext("The test is on its way."))
