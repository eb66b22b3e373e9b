"""The rush for places over HTTP: the product's own server, its sessions, rights, audit, everything.

    python bench/booking/over_http.py --database postgresql
    python bench/booking/over_http.py --database sqlite --rounds 5

The site runs in production mode (`relais serve`, two processes). 64 coordinators, each with a
session and a second factor, want the 48 places of a day in the same order (`rush`), random lengths,
moves and cancellations with a server process killed in the middle (`chaos`), each a place of her
own (`spread`: every request is a booking), or the free places of six weeks (`slots`).

The clients share the two cores with the server and the database: CPU seconds of each are told.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT), str(HERE)]
PLACES, MINUTES = 24, 20
SPREAD_CENTRES = 8  # centres of two lines for `spread`: 384 places a day of its own
HOST = "127.0.0.1"


def settings(address: str, folder: Path) -> None:
    """Say to this process and its children that this is a site in production."""
    os.environ |= {
        "RELAIS_DATABASE_URL": address,
        "RELAIS_VAR": str(folder / "var"),
        "RELAIS_HOSTS": f"{HOST},localhost",
        "RELAIS_HTTPS": "0",
        "RELAIS_SMTP_HOST": "localhost",
        "RELAIS_FROM_EMAIL": "banc@exemple.fr",
        "DJANGO_SETTINGS_MODULE": "relais.config.settings",
    }


def sign_in(users: list[Any]) -> list[tuple[str, str]]:
    """Open a session for each; cookies and the token of its forms."""
    from allauth.mfa.models import Authenticator
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    found = []
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={}) for user in users
    )
    for number, user in enumerate(users):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["sessions_noted_at"] = time.time()
        session.save()
        token = f"{number:032d}"
        found.append((f"sessionid={session.session_key}; csrftoken={token}", token))
    return found


def coordinators(centre: Any, number: int, now: datetime) -> list[Any]:
    """Make people who coordinate a centre."""
    from relais.accounts.models import RoleGrant, User
    from relais.network.models import Coordination

    users = [
        User(email=f"c{centre.pk}-{one}@exemple.fr", name=f"Banc {one}", password="!")
        for one in range(number)
    ]
    User.objects.bulk_create(users)
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role="coordinator", granted_at=now) for user in users
    )
    Coordination.objects.bulk_create(
        Coordination(user=user, centre=centre, since_on=date(2020, 1, 1)) for user in users
    )
    return users


class World:
    """What the clients know: cookies, patients by client, lines, the days of the rounds."""

    def __init__(self, *, clients: int, rounds: int) -> None:
        import run as inside

        self.inside = inside
        now = datetime.now(UTC)
        self.lines, self.patients, self.reason = inside.prepare(rounds, clients)
        from relais.network.models import Centre, Line
        from relais.patients.models import KnownAt, Person

        centre = Centre.objects.get()
        self.centre = centre.pk
        self.address = dict(Person.objects.values_list("pk", "public_id"))
        KnownAt.objects.bulk_create(
            KnownAt(person_id=pk, centre=centre, since_at=now) for pk in self.address
        )
        from datetime import time as wall

        from relais.agenda.models import Opening

        Opening.objects.bulk_create(  # the six weeks that `slots` asks for
            Opening(centre=centre, weekday=day, starts=wall(9), ends=wall(17), kind="planned")
            for day in range(5)
        )
        self.cookies = sign_in(coordinators(centre, clients, now))
        assert Line.objects.count() == len(self.lines)

    def opens(self, day: date) -> int:
        """Give the first tick of a day of the bench: nine o'clock."""
        from relais.engine.agenda import instant, tick_of

        return tick_of(instant(day, datetime.min.replace(hour=9).time(), "Europe/Paris"))

    def request(self, client: int, patient: int, said: dict[str, object] | None) -> bytes:
        """Write a request: the places (no form) or a booking."""
        cookie, token = self.cookies[client]
        path = f"/centre/{self.centre}/jour/2031-01-07/{self.address[patient]}/"
        if said is None:
            return (
                f"GET {path}?motif={self.reason} HTTP/1.1\r\nHost: {HOST}\r\n"
                f"Accept: application/json\r\nCookie: {cookie}\r\n\r\n"
            ).encode()
        return self.post(path, said, cookie, token)

    def post(self, path: str, said: dict[str, object], cookie: str, token: str) -> bytes:
        """Write a form."""
        body = urlencode(said)
        return (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: application/json\r\n"
            f"Cookie: {cookie}\r\nX-CSRFToken: {token}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def rush(self, client: int, number: int, told: list[dict[str, Any]]) -> Any:
        """Want every place, in the common order."""
        dice = random.Random(1000 * number + client)
        first = self.opens(self.inside.day_of(number))
        for step in range(PLACES):
            for line in self.lines:
                yield from self._book(
                    client,
                    dice,
                    f"r{number}-{client}-{step}-{line}",
                    told,
                    f"{line}.{first + step * (MINUTES // 5)}",
                    MINUTES,
                )

    def spread(self, client: int, number: int, told: list[dict[str, Any]]) -> Any:
        """Want places that nobody else wants, five minutes each: every request is a booking."""
        dice = random.Random(client)
        day = self.inside.day_of(number)
        first, cells = self.opens(day), PLACES * (MINUTES // 5) * len(self.lines)
        for cell in range(client, cells, len(self.cookies)):
            line = self.lines[cell % len(self.lines)]
            yield from self._book(
                client,
                dice,
                f"s{number}-{client}-{cell}",
                told,
                f"{line}.{first + cell // len(self.lines)}",
                5,
            )

    def warm(self, client: int) -> Any:
        """Ask for the places once."""
        yield self.request(client, self.patients[client][0], None)

    def slots(self, client: int, number: int, told: list[dict[str, Any]]) -> Any:
        """Ask for the free places of six weeks."""
        for patient in self.patients[client] * 4:
            yield self.request(client, patient, None)

    def chaos(self, client: int, number: int, told: list[dict[str, Any]]) -> Any:
        """Want random lengths everywhere, move and cancel some."""
        dice = random.Random(1000 * number + client)
        first = self.opens(self.inside.day_of(number))
        cookie, token = self.cookies[client]
        for step in range(PLACES):
            key = f"c{number}-{client}-{step}"
            tick = first + step * 4 + dice.choice((0, 0, 1, 2))
            place = f"{dice.choice(self.lines)}.{tick}"
            row = yield from self._book(
                client, dice, key, told, place, dice.choice((5, 10, 15, 20, 30, 40))
            )
            if row is None:
                continue
            mine = told[-1]  # nobody else wrote between its answer and now
            mind = dice.random()
            path = f"/centre/{self.centre}/rendez-vous/{row['appointment']}/"
            if mind < 0.25:
                said: dict[str, object] = {
                    "key": f"{key}x",
                    "rev": row["rev"],
                    "cancelled_by": "centre",
                }
                status, _ = yield self.post(f"{path}annuler/", said, cookie, token)
                if status in (200, 302):
                    mine["state"] = "cancelled"
            elif mind < 0.5:
                place = f"{dice.choice(self.lines)}.{first + dice.randrange(90)}"
                said = {"key": f"{key}m", "rev": row["rev"], "place": place, "minutes": 10}
                status, _ = yield self.post(f"{path}changer/", said, cookie, token)
                if status in (200, 302):
                    mine["place"] = place

    def _book(
        self,
        client: int,
        dice: random.Random,
        key: str,
        told: list[dict[str, Any]],
        place: str,
        minutes: int,
    ) -> Any:
        patient = dice.choice(self.patients[client])
        said: dict[str, object] = {
            "key": key,
            "motif": self.reason,
            "place": place,
            "minutes": minutes,
        }
        status, body = yield self.request(client, patient, said)
        if status != 201:
            return None
        row: dict[str, Any] = json.loads(body)
        told.append({"id": row["appointment"], "state": "booked", "place": place})
        return row


def cpu_of(pids: list[int]) -> float:
    """Add up the CPU seconds of some processes and of the children they waited for."""
    total = 0
    for pid in pids:
        try:
            said = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(said[column]) for column in (11, 12))
    return total / os.sysconf("SC_CLK_TCK")


def below(root: int) -> list[int]:
    """List a process and all below it."""
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        children = Path(f"/proc/{pid}/task/{pid}/children")
        if children.exists():
            left += [int(word) for word in children.read_text().split()]
    return found


def serve(port: int) -> subprocess.Popen[bytes]:
    """Start the product's own server and wait until it answers."""
    import socket

    python = sys.executable
    process = subprocess.Popen(
        [python, "-m", "relais.config.cli", "serve", "--port", str(port)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            time.sleep(1.0)
            return process
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def database_pids(database: str) -> list[int]:
    """Find the throw-away PostgreSQL below this process."""
    if database == "sqlite":
        return []
    found = []
    for pid in below(os.getpid()):
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        if name == "postgres":
            found.append(pid)
    return found


def one_mode(
    mode: str, world: World, rounds: range, *, port: int, server: int, database: str, kills: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Play the rounds of one mode."""
    from load import Played, play

    whole, told, killed = Played(), [], 0
    cpu = {"server": 0.0, "database": 0.0}
    for number in rounds:
        before = cpu_of(below(server)), _dead_and_alive(database)
        stop = threading.Event()
        if kills:
            victim = next(pid for pid in below(server)[1:] if _is_worker(pid))
            threading.Thread(target=_kill_later, args=(victim, stop), daemon=True).start()
            killed += 1
        scripts = [
            getattr(world, mode)(client, number, told) for client in range(len(world.cookies))
        ]
        played = play(scripts, host=HOST, port=port)
        stop.set()
        whole.times += played.times
        whole.seconds += played.seconds
        whole.resent += played.resent
        whole.client_cpu_seconds += played.client_cpu_seconds
        for status, count in played.statuses.items():
            whole.statuses[status] = whole.statuses.get(status, 0) + count
        cpu["server"] += cpu_of(below(server)) - before[0]
        cpu["database"] += _dead_and_alive(database) - before[1]
    ordered = sorted(whole.times)
    count = len(ordered)
    return {
        "mode": mode,
        "requests": count,
        "requests_per_s": round(count / whole.seconds, 1),
        "booked": whole.statuses.get(201, 0),
        "booked_per_s": round(whole.statuses.get(201, 0) / whole.seconds, 1),
        "statuses": {str(key): value for key, value in sorted(whole.statuses.items())},
        "p50_ms": round(ordered[count // 2] * 1000, 1),
        "p99_ms": round(ordered[int(count * 0.99)] * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
        "seconds": round(whole.seconds, 2),
        # CPU seconds of who died in between would be missing: nothing is said of a mode that kills
        "server_cpu_ms_a_request": None if kills else round(cpu["server"] / count * 1000, 2),
        "database_cpu_ms_a_request": None if kills else round(cpu["database"] / count * 1000, 2),
        "client_cpu_ms_a_request": round(whole.client_cpu_seconds / count * 1000, 2),
        "killed": killed,
        "sent_again": whole.resent,
        "errors": sum(value for key, value in whole.statuses.items() if key >= 500),
    }, told


def _dead_and_alive(database: str) -> float:
    return cpu_of(database_pids(database))


def _is_worker(pid: int) -> bool:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text() == "" and "python" in (
        Path(f"/proc/{pid}/comm").read_text() + Path(f"/proc/{pid}/cmdline").read_text()
    )


def _kill_later(victim: int, stop: threading.Event) -> None:
    if not stop.wait(0.4):
        os.kill(victim, signal.SIGKILL)


def lost(told: list[dict[str, Any]]) -> int:
    """Count what was acknowledged and is not so in the database."""
    from relais.agenda.models import Appointment

    rows = {row.public_id: row for row in Appointment.objects.all()}
    missing = 0
    for said in told:
        row = rows.get(said["id"])
        stands = row is not None and row.state == said["state"]
        if stands and said["state"] == "booked":
            stands = f"{row.line_id}.{row.tick}" == said["place"]
        missing += not stands
    return missing


def main() -> int:
    """Run the modes on one database and print a report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--modes", nargs="*", default=["rush", "chaos", "spread", "slots"])
    parser.add_argument("--keep", type=Path, help="write the report there")
    asked = parser.parse_args()
    import run as inside

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relais-bench-")))
        settings(inside.start(asked.database, folder, stack), folder)
        import django

        django.setup()
        world = World(clients=asked.clients, rounds=asked.rounds * len(asked.modes))
        from django.core.management import call_command
        from django.db import connections

        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        process = serve(asked.port)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        modes, told, unfilled = [], [], 0
        from load import play

        for _ in range(4):  # each server process loads its addresses at its first request
            play([world.warm(client) for client in range(8)], host=HOST, port=asked.port)
        for place, mode in enumerate(asked.modes):
            rounds = range(place * asked.rounds, (place + 1) * asked.rounds)
            said, acknowledged = one_mode(
                mode,
                world,
                rounds,
                port=asked.port,
                server=process.pid,
                database=asked.database,
                kills=mode == "chaos",
            )
            if mode == "rush":
                unfilled = sum(
                    inside.still_free(world.lines, inside.day_of(number), world.reason)
                    for number in rounds
                )
            modes.append(said)
            told += acknowledged
        from relais.agenda import queries
        from relais.agenda.models import Appointment

        report = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, shared with the clients",
            "load_before": os.getloadavg()[1],
            "python": platform.python_version(),
            "database": asked.database,
            "clients": asked.clients,
            "rounds": asked.rounds,
            "appointments": Appointment.objects.count(),
            "double_bookings": len(queries.double_bookings()),
            "tick_faults": len(queries.tick_faults()),
            "lost_acknowledged": lost(told),
            "places_left_after_rush": unfilled,
            "modes": modes,
        }
        connections.close_all()
        text = json.dumps(report, indent=1, ensure_ascii=False)
        print(text)
        if asked.keep:
            asked.keep.write_text(text + "\n", encoding="utf-8")
    sound = not (report["double_bookings"] or report["tick_faults"] or report["lost_acknowledged"])
    return 0 if sound and not any(one["errors"] for one in modes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
