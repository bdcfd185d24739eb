"""Whom an English-speaking caller claims to be, and for whom it claims to act."""

import functools
import re

from screener.seeds import seeds
from screener.understanding.claims_zh import Named
from screener.understanding.names import Name, known_names, sounds_like
from screener.understanding.naming import kind_of_name
from screener.understanding.text import Plain

_SELF = re.compile(
    r"\b(?:this is|it is|i am(?: calling)?(?: from| with| at)?|we are(?: calling)?(?: from| with)?|calling from|calling with|calling you from|you have reached"
    r"|this is a (?:message|call)(?: \w+){0,4} from|message from|message is from|call is from|(?:courtesy|automated|important|quick|follow up)? ?(?:call|message|reminder|alert) from|speaking from|from|with|at|hello from|hi from|greetings from|here is|here at|over at|of|i work for|i represent"
    r"|name is \w+(?: \w+)? (?:from|with|at|and i am (?:with|from|at)|calling from)|(?:my )?company is|fine \.) (?:the |uh |a |your |our )?"
)
_OPEN = re.compile(
    r"(?:^|(?<=\. )|(?<=^. ))(?:(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|yes|yeah|yo|hiya|okay|ok|so|oh|there|sir|maam|dear|customer|everyone|again|all|howdy|greetings|well)(?: , | \. | ))*(?:the )?"
)
_BESIDE = re.compile(
    r"(?:(?:^|\. |hi , |hello , )(?:this is )?([a-z]+)(?: [a-z]+)? , |\bfor ([a-z]+) |\b(?:mr|mrs|ms|miss|dr|officer|sergeant|agent|inspector|detective(?: constable)?)(?: \.)? ([a-z]+) , )(?=[a-z])"
)
_ACTS_FOR = re.compile(
    r"\b(?:on behalf of|representing|represent|represents|our client is|our client|my client|acting for|instructed by|hired by|retained by|collecting for|calling for|agency for|attorneys for|attorney for|solicitors for|collector for|for|regarding (?:your|a|an|the)|originally with|debt with|owes?|account with|your|about (?:a|an|your|the)|behalf) (?:, )?(?:the |a |an |your )?"
)
_STOP = frozenset(
    "calling here regarding about and your you i we on for to it is with from at in the a an my our this that just speaking we'd can"
    " please do if are was has have will would who how what because so but or there they he she his her as by not today good sir maam okay ok um"
    " customer fraud security verification department collections recovery automated again now concerning trying need letting reminder leaving looking alert"
    " got been team desk legal litigation returning one no yes hi hello hey returning underneath driver courier well haha like saying us".split()
)
_PLAIN = frozenset(
    {
        "credit union",
        "law firm",
        "law office",
        "the bank",
        "credit card",
        "a bank",
        "your bank",
        "city council",
    }
)
_ORG_TAIL = re.compile(
    r"\b(?:bank|financial|finance|credit|capital|solutions|services|service|associates|group|partners|llp|llc|inc|ltd|limited|law|legal|attorneys|solicitors|recovery|recoveries|management"
    r"|relief|council|borough|county|city|court|police|office|department|administration|agency|bureau|school|middle|elementary|academy|college|university|high|primary|nursery|church|hospital|clinic|medical|dental|dentistry|health|care|surgery|pharmacy|orthopedics|pediatrics|vet|veterinary"
    r"|mortgage|lending|loans|loan|funding|insurance|solar|roofing|energy|electric|power|gas|water|wireless|telecom|systems|resources|collections|receivables|portfolio|center|centre|company|corporation|corp|union|society|trust|foundation|association|realty|properties|homes|homeowners|motors|auto|fitness|gym|spa|salon|hotel|resorts|travel|airlines|express|logistics|couriers|delivery|freight|movers|moving|market|pizza|cafe|library|museum|support|security|mediation|arbitration|resolution|advisors|consulting|warranty|repair|score|iva|recruiting|recruitment|staffing|talent|plumbing|windows|broadband|homes|housing|claims|media|marketing|st|saint|ministry|embassy|committee|club)\b"
)
_DEPARTMENT = re.compile(
    r"(?: (?:card services|cards|customer (?:support|service|care)|fraud.*|security.*|department|team|desk|support|patient billing|front desk|access point|verification.*|legal department|revenues?(?: team)?|here|calling|windows support|disconnection.*|automated.*|courier|driver))+$"
)
_GENERIC = re.compile(
    r"^(?:the |a |an |your )?(?:(?:student loan|home|auto|car|vehicle|extended|credit|debt|business|local|collection|law|legal|business funding|funding|card|fraud|security|litigation|verification|customer|medical|account|accounts|collections|recovery|government|personal|company|sales|support|warranty|home warranty|vehicle warranty|loan|mortgage|insurance|tech|technical|billing|bank|agency|processing|recruitment|human|private|the) ?)*"
    r"(?:bank|department|company|office|firm|agency|law firm|law office|attorneys office|agent|collector|collection agency|group|center|services?|support|team|desk|unit|collections?|legal|credit card|lender|collector|debt collector|courier|driver|school|hospital|clinic|court|specialist|line|warranty|loans?|debt|card|account|credit|insurance|resources|management|solutions?|household|dispatch)$"
)


@functools.cache
def given_names() -> frozenset[str]:
    """English given names, lower case."""
    return frozenset((seeds() / "cues" / "given_names.txt").read_text("utf-8").split())


def _tokens(words: str) -> list[re.Match[str]]:
    return list(re.finditer(r"[a-z0-9]+", words))


class Introductions:
    """Everything that an English call says in the places where names are given."""

    def __init__(self, text: Plain) -> None:
        self.text = text
        self.words = text.words
        letters = [c for c in text.spoken if c.isalpha() and c.isascii()]
        self.cased = sum(c.isupper() for c in letters) > 0.012 * len(letters) and any(
            c in ".,?!" for c in text.spoken
        )

    def claimed(self) -> list[Named]:
        """Names in the order of how surely they are the caller's own."""
        found: list[Named] = []
        for match in _SELF.finditer(self.words):
            if re.search(
                r"\b(?:work|works|working|job|is|live|lives|up|sent|back|phone call|letter|mail|check|gift|package|parcel|payment|different|coming|hear|heard|loan) $",
                self.words[max(0, match.start() - 12) : match.start()],
            ) and match.group().split()[0] in ("at", "with", "of", "in", "from"):
                continue
            strong = 3 if match.group().split()[0] not in ("at", "with", "of", "in") else 2
            found += self._at(match.end() - 2, strong, article=True) if match.group().endswith(" a ") else []
            found += self._at(match.end(), strong)
        for match in _BESIDE.finditer(self.words):
            if match.group(3) or (match.group(1) or match.group(2)) in given_names():
                found += self._at(match.end(), 3)
        for match in _OPEN.finditer(self.words):
            if match.end() < len(self.words) and (match.start() < 160 or match.group()):
                found += self._at(match.end(), 2, opening=True)
        for match in re.finditer(r"\b(?:here|calling)\b", self.words):
            found += self._ending(match.start())
        return sorted(found, key=lambda named: (-named.weight, named.start))

    def principals(self) -> list[Named]:
        """Names for which the caller says it acts, most surely first."""
        found: list[Named] = []
        for match in _ACTS_FOR.finditer(self.words):
            for named in self._at(match.end(), 2):
                if named.name is not None:
                    sure = (
                        3
                        if re.match(
                            r"on behalf|represent|our client|my client|acting|instructed|hired|retained|collecting|attorneys? for|solicitors for|agency for|collector for",
                            match.group(),
                        )
                        else 1
                    )
                    found.append(Named(named.words, named.start, named.end, sure, named.name))
        return sorted(found, key=lambda named: (-named.weight, named.start))

    def _at(self, start: int, weight: int, *, opening: bool = False, article: bool = False) -> list[Named]:
        exact = self._known(start)
        if exact:
            if _passing(self.words, exact) or (
                opening and exact.ordinary and not self._shown(start + len(exact.words))
            ):
                return []
            return [Named(exact.words, start, start + len(exact.words), weight + 2, exact)]
        heard = self._heard(start)
        if article:
            fits = (
                heard
                and heard[1] > start + 2
                and re.match(r" (?:calling|here|,|\.)", self.words[heard[1] : heard[1] + 8])
            )
            return [Named(heard[0].words, start, heard[1], weight + 1, heard[0])] if heard and fits else []
        if heard:
            return [Named(heard[0].words, start, heard[1], weight + 1, heard[0])]
        run = self._run(start, cased=self.cased)
        if not run and self.cased and not opening:
            run = self._run(start, cased=False)
            if not run or kind_of_name(self.words[start : run[0]]) not in (
                "government",
                "personal",
                "authority",
            ):
                return []
        if not run:
            return []
        end, sure = run
        name = _DEPARTMENT.sub("", self.words[start:end])
        end = start + len(name)
        if not self._namelike(name, start, end, opening and not sure):
            return []
        weight -= opening
        weight += 1 if _ORG_TAIL.search(name) else -1
        weight += 2 * bool(
            re.match(
                r" , (?:attorneys|solicitors|attorney|llp|a law|lawyers|debt collect)",
                self.words[end : end + 20],
            )
        )
        return [Named(name, start, end, weight + (" and " in name))]

    def _known(self, start: int) -> Name | None:
        names = known_names()
        tokens = re.match(r"[a-z0-9]+(?:(?: | \. )[a-z0-9]+){0,5}", self.words[start : start + 60])
        while tokens:
            words = tokens.group()
            while words:
                for spelled in (words, words.replace(" . ", " ")):
                    if spelled in names and spelled not in _STOP:
                        return (
                            Name(words, names[spelled].kind, names[spelled].owners)
                            if words != spelled
                            else names[spelled]
                        )
                words = re.sub(r"(?: | \. )?[a-z0-9]+$", "", words)
            return None
        return None

    def _heard(self, start: int) -> tuple[Name, int] | None:
        """The known name that the next one to five words sound like, the longest first."""
        tokens = _tokens(self.words[start : start + 50])[:5]
        for count in range(len(tokens), 0, -1):
            end = tokens[count - 1].end()
            heard = self.words[start : start + end]
            if "." in heard or "," in heard or tokens[0].start() > 0:
                continue
            if heard in _PLAIN:
                return None
            if count == 1 and (
                heard in _STOP or heard in given_names() or len(heard) < 4 or self._upper(start)
            ):
                continue
            if tokens[count - 1].group() in _STOP and tokens[count - 1].group() not in ("us", "one"):
                continue
            name = sounds_like(heard)
            if name and (len(name.words) > 3 or heard.replace(" ", "") == name.words.replace(" ", "")):
                return name, start + end
        return None

    def _run(self, start: int, *, cased: bool) -> tuple[int, bool] | None:
        """How far a name runs: capitals where the transcript has them, else up to a word that names nothing."""
        end, sure = start, False
        for count, token in enumerate(_tokens(self.words[start : start + 70])[:7]):
            low, high = start + token.start(), start + token.end()
            gap = self.words[end:low] if count else ""
            if gap.strip() not in ("", "&") and not (
                gap == " . " and self.words[start:end] in ("st", "dr", "u", "u . s", "s", "i", "mt")
            ):
                break
            if cased:
                if (
                    not self._upper(low)
                    and token.group() not in ("of", "and", "the", "for")
                    and not token.group()[0].isdigit()
                ):
                    break
                sure = True
            elif token.group() in _STOP and not (token.group() in ("and", "of") and count):
                break
            end = high
        name = self.words[start:end]
        name = re.sub(r"(?: (?:of|and|the|for))+$", "", name)
        return (start + len(name), sure) if name else None

    def _upper(self, place: int) -> bool:
        return self.text.spoken[self.text.origin[place]].isupper()

    def _shown(self, end: int) -> bool:
        return bool(
            re.match(
                r" (?:here|calling|,|\.|card|fraud|collections|security|servicing|bank|department|customer)",
                self.words[end : end + 16],
            )
        )

    def _namelike(self, name: str, start: int, end: int, needs_tail: bool) -> bool:
        first = name.split(" ")[0]
        if len(name) < 3 or _GENERIC.match(name) or first in _STOP:
            return False
        if first in (
            "mr",
            "mrs",
            "ms",
            "miss",
            "officer",
            "detective",
            "agent",
            "sergeant",
            "deputy",
            "dr",
            "judge",
            "coach",
        ):
            return False
        if first in given_names() and not _ORG_TAIL.search(name) and " and " not in name:
            return False
        if _ORG_TAIL.search(name):
            return not _passing_words(self.words, start)
        if kind_of_name(name) in ("government", "authority"):
            return " " in name
        return (
            self.cased
            and self._upper(start)
            and not needs_tail
            and " " in name
            and not _passing_words(self.words, start)
            and not _place(self.words, start)
        )

    def _ending(self, end: int) -> list[Named]:
        """A name right before "here" or "calling"."""
        before = self.words[:end].rstrip(" ,")
        for count in range(5, 0, -1):
            match = re.search(rf"(?:^|[ .,])((?:[a-z0-9]+ ){{{count - 1}}}[a-z0-9]+)$", before)
            if match:
                words = match.group(1)
                start = match.start(1)
                name = known_names().get(words)
                if (
                    name is None
                    and 1 < count < 5
                    and not self.cased
                    and _ORG_TAIL.search(words)
                    and not (set(words.split()) & _STOP)
                    and not _GENERIC.match(words)
                    and re.search(
                        r"(?:^|\b(?:hi|hello|hey|is|um|morning|afternoon|yes|yeah)(?: ,)? |[.,] )$",
                        self.words[:start],
                    )
                ):
                    return [Named(words, start, start + len(words), 2)]
                if name and not name.ordinary and not _passing(self.words[:start], name):
                    return [Named(words, start, start + len(words), 4, name)]
        return []


_LANDMARK = re.compile(
    r"^ (?:tower|building|branch|plaza|center on|lobby|stadium|arena|on (?:third|main|the corner)|cash machine|atm|round the corner|near|down the|(?:card|cards|account)(?! services| servicing| holder| center| member| fraud| security| department))\b"
)


def _passing(words: str, name: Name) -> bool:
    place = words.find(name.words)
    return bool(_LANDMARK.match(words[place + len(name.words) :])) and "account holder" not in words


def _passing_words(words: str, start: int) -> bool:
    return bool(
        re.search(
            r"(?:by|near|next to|opposite|behind|outside|work|works|working|job|payment|parcel|package|shipment|balance|account) (?:at |from |with |to )?(?:the )?$",
            words[max(0, start - 24) : start],
        )
    )


def _place(words: str, start: int) -> bool:
    return bool(
        re.search(
            r"(?:dealer|store|shop|charge|purchase|station|parcel|flight|live|lives|based|branch) ?(?:of|in|at|from) $",
            words[max(0, start - 24) : start],
        )
    )
