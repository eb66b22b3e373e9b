"""Ten thousand events of a waiting list through the rule of the product, and an outside check.

People come (with a class, days, halves, lengths, notice), leave, refuse, say nothing; places fall
free and go from one to the next. After each event the outside check looks, without the code of the
rule, whether somebody of the same class who came earlier, whom the place fits too, who was not
asked about it and held no other offer, was passed. `python bench/lists/run.py [events] [seed]`.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from relais.engine.agenda import Waiting, tick_of
from relais.engine.agenda.lists import Place, Wish, in_order_for

ZONE = "Europe/Paris"
START = datetime(2027, 1, 4, 7, tzinfo=UTC)


@dataclass
class Freed:
    """A place on its way from one to the next."""

    place: Place
    asked: set[int] = field(default_factory=set)
    holder: int | None = None
    until: datetime = START


def suits(wish: Wish, place: Place, now: datetime) -> bool:
    """Say anew, without the rule's own code, whether a place suits somebody."""
    begins = datetime.fromtimestamp(place.tick * 300, ZoneInfo(ZONE))
    half = "morning" if begins.hour < 13 else "afternoon"
    ahead = (begins - now).total_seconds() / 60
    return (
        place.ticks >= wish.ticks
        and f"{wish.weekdays:07b}"[6 - begins.weekday()] == "1"
        and (not wish.half or wish.half == half)
        and ahead >= wish.notice_minutes
    )


def run(events: int, seed: int) -> dict[str, float]:
    """Play the events; count what happened and who was passed."""
    dice = Random(seed)
    people: dict[int, Wish] = {}
    busy: set[int] = set()
    places: list[Freed] = []
    count = {"came": 0, "freed": 0, "offers": 0, "yes": 0, "no": 0, "silent": 0, "passed": 0}
    now, number = START, 0
    for _ in range(events):
        now += timedelta(minutes=dice.randint(1, 40))
        what = dice.random()
        if what < 0.4:
            number += 1
            count["came"] += 1
            people[number] = Wish(
                Waiting(number, dice.choices((0, 1, 2, 3), (1, 2, 2, 10))[0], now),
                ticks=dice.choice((2, 4, 4, 6)),
                weekdays=dice.randint(1, 127),
                half=dice.choice(("", "", "morning", "afternoon")),
                notice_minutes=dice.choice((60, 120, 1440)),
            )
        elif what < 0.65:
            count["freed"] += 1
            at = (now + timedelta(days=dice.randint(0, 14))).replace(
                hour=dice.randint(8, 16), minute=dice.choice((0, 20, 40)), second=0
            )
            places.append(Freed(Place(tick_of(at), dice.choice((4, 4, 6)), ZONE)))
        for one in places:
            if one.holder is None:
                continue
            answer = dice.random()
            if now >= one.until:
                count["silent"] += 1
            elif answer < 0.1:
                count["yes"] += 1
                people.pop(one.holder)
                busy.discard(one.holder)
                one.place = Place(0, 0, ZONE)
            elif answer < 0.2:
                count["no"] += 1
            else:
                continue
            busy.discard(one.holder)
            one.holder = None
        places = [one for one in places if one.place.tick * 300 > now.timestamp()]
        for one in places:
            if one.holder is not None:
                continue
            free = [wish for key, wish in people.items() if key not in busy]
            chosen = in_order_for(one.place, free, now=now, asked=one.asked)
            if not chosen:
                continue
            first = chosen[0].waiting
            count["passed"] += sum(
                other.waiting.urgency == first.urgency
                and other.waiting.since < first.since
                and other.waiting.id not in one.asked
                and suits(other, one.place, now)
                for other in free
            )
            count["offers"] += 1
            one.holder = first.id
            one.asked.add(first.id)
            busy.add(first.id)
            one.until = now + timedelta(hours=2)
    return {**count, "events": events, "still_waiting": len(people)}


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chosen_seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begun = time.process_time()
    result = run(wanted, chosen_seed)
    result["cpu_s"] = round(time.process_time() - begun, 1)
    sys.stdout.write(json.dumps(result) + "\n")
