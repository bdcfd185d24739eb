"""What a fault campaign does, and what it found."""

from dataclasses import dataclass, field

from screener.simulator import Faults

GRACE = 3  # seconds; the carrier's time-out is a third of it, its list's lag below it


@dataclass(frozen=True)
class Plan:
    """So many calls, with so many kills while they come in."""

    calls: int
    kills: int
    database: str
    seed: int = 1
    at_once: int = 6  # callers on the line at a time
    patience: float = 120.0  # seconds after the last call until all must be settled

    @property
    def faults(self) -> Faults:
        return Faults(
            seed=self.seed,
            lost_before=0.05,
            lost_answer=0.10,
            too_many=0.05,
            server_error=0.05,
            error_after=0.025,
            list_lag=1.0,
            callback_lost=0.05,
            callback_repeated=0.20,
            callback_late=0.30,
            lateness=1.0,
            recording_absent=0.05,
            partials_reordered=0.20,
        )


@dataclass
class Found:
    """What came of a campaign. Everything that is listed under a name of trouble is a defect."""

    calls: int = 0
    broken_off: int = 0  # calls that a kill cut short on the line
    kills: dict[str, int] = field(default_factory=dict)
    texts: int = 0
    sendings: int = 0
    uncertain: int = 0
    recordings: int = 0
    absent: int = 0
    erased: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)  # hang-up to text accepted, seconds
    trouble: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, which: str) -> None:
        self.trouble.setdefault(what, []).append(which)

    def lines(self) -> list[str]:
        """The result as it is printed."""
        kills = ", ".join(f"{count} of {what}" for what, count in sorted(self.kills.items()))
        late = sorted(self.latencies) or [0.0]
        told = [
            f"{self.calls} calls ({self.broken_off} cut short on the line) in {self.seconds:.0f} s; kill -9: {kills}",
            f"{self.texts} texts in {self.sendings} sendings, {self.uncertain} of them looked up and sent again",
            f"{self.recordings} recordings held and hashed, {self.absent} that the carrier never had, "
            f"{self.erased} deleted after consent was taken back",
            f"hang-up to text: p50 {late[len(late) // 2]:.2f} s, p95 {late[int(len(late) * 0.95)]:.2f} s, "
            f"longest {late[-1]:.1f} s",
        ]
        for what, which in sorted(self.trouble.items()):
            told.append(f"{len(which)} {what}: {', '.join(which[:5])}")
        lost = sum(len(which) for what, which in self.trouble.items() if "lost" in what)
        doubled = len(self.trouble.get("texts doubled", []))
        told.append(f"RESULT: {lost} lost, {doubled} doubled, {len(self.trouble)} kinds of trouble")
        return told
