"""Judges the answer to a plan folder, written from the format's words alone.

    python tests/outside_checker.py FOLDER OUT

Standard library only; nothing of `relais` is imported, so that a fault of the program cannot hide
in its own judge. It reads both folders its own way and tells everything that is not as the format
says: hard rules, columns, scores, bounds, the arithmetic of the certificate.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

COLUMNS = {
    "plan.csv": ["doctor", "centre", "monday", "travel_min", "status", "because"],
    "holes.csv": ["centre", "monday", "missing", "because"],
    "standby.csv": ["doctor", "monday"],
    "certificate.csv": ["centre", "monday", "doctor"],
}
SUMMARY_KEYS = {
    "holes", "holes_bound", "holes_bound_by", "confirmed_moved", "confirmed_moved_bound", "cost",
    "cost_bound", "proven_optimal", "gap", "standby_missing", "windows_missed", "seconds",
    "peak_memory_mb", "version", "seed",
}  # fmt: skip
WEEK = timedelta(weeks=1)


def rows(path):
    """Read a CSV file as a list of dicts; an absent file has no row. Headings may have spaces."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {(heading or "").strip(): cell for heading, cell in row.items()}
            for row in csv.DictReader(file)
            if any((row[heading] or "").strip() for heading in row if heading is not None)
        ]


def number(text, default):
    """Read a whole number, or the default where the cell or the column is absent."""
    return int(text) if text and text.strip() else default


def day(text):
    """Read a date, None where there is none."""
    return date.fromisoformat(text.strip()) if text and text.strip() else None


class Input:
    """What the folder asks for."""

    def __init__(self, folder):
        settings = tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8-sig"))
        self.first = settings["first_monday"]
        self.weeks = settings.get("weeks", 52)
        self.depth = settings.get("standby_depth", 2)
        self.opening = settings.get("opening_weeks", 4)
        self.mondays = [self.first + index * WEEK for index in range(self.weeks)]
        planned = set(self.mondays)
        self.centres = {row["centre"]: row for row in rows(folder / "centres.csv")}
        self.doctors = {row["doctor"]: row for row in rows(folder / "doctors.csv")}
        self.closures = {(r["centre"], day(r["monday"])) for r in rows(folder / "closures.csv")}
        self.offers = {
            (r["doctor"], day(r["monday"]))
            for r in rows(folder / "offers.csv")
            if day(r["monday"]) in planned
        }
        self.judged = defaultdict(set)
        for row in rows(folder / "preferences.csv"):
            self.judged[row["kind"].strip()].add((row["doctor"], row["centre"]))
        self.needs = rows(folder / "needs.csv")
        self.pairs = {
            tuple(sorted((r["doctor_a"], r["doctor_b"]))) for r in rows(folder / "pairs.csv")
        }
        self.given = {}
        self.past = defaultdict(set)
        for row in rows(folder / "missions.csv"):
            monday = day(row["monday"])
            if monday < self.first:
                self.past[row["doctor"]].add(monday)
            else:
                self.given[row["doctor"], row["centre"], monday] = row["status"].strip()
        self.travel = {
            (r["doctor"], r["centre"]): int(r["minutes"]) for r in rows(folder / "travel.csv")
        }

    def gap(self, doctor):
        """Give the gap of a doctor in weeks."""
        return number(self.doctors[doctor].get("min_gap_weeks"), 4)

    def flag(self, row, name, default):
        """Read a 0/1 cell."""
        return number(row.get(name), default) == 1

    def is_open(self, centre, monday):
        """Say whether a Monday is an open week of a centre."""
        row = self.centres[centre]
        opens, closes = day(row.get("opens_on")), day(row.get("closes_on"))
        return (
            self.first <= monday < self.first + self.weeks * WEEK
            and (opens is None or monday >= opens)
            and (closes is None or monday < closes)
            and (centre, monday) not in self.closures
        )

    def is_opening(self, centre, monday):
        """Say whether a Monday is among the opening weeks of a centre."""
        opens = day(self.centres[centre].get("opens_on"))
        if opens is None or opens > monday:
            return False
        first = opens + timedelta(days=(7 - opens.weekday()) % 7)
        return 0 <= (monday - first).days // 7 < self.opening

    def minutes(self, doctor, centre):
        """Give the exact travel time in minutes."""
        if (doctor, centre) in self.travel:
            return self.travel[doctor, centre]
        a, b = self.doctors[doctor], self.centres[centre]
        lat1, lon1 = math.radians(float(a["latitude"])), math.radians(float(a["longitude"]))
        lat2, lon2 = math.radians(float(b["latitude"])), math.radians(float(b["longitude"]))
        # The angle between two points by the arc tangent form, which is exact near and far.
        x = math.cos(lat2) * math.sin(lon2 - lon1)
        y = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(
            lon2 - lon1
        )
        z = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(
            lon2 - lon1
        )
        return 25 + 60 * 1.3 * 6371.0088 * math.atan2(math.hypot(x, y), z) / 81

    def fits(self, doctor, centre):
        """Rule H2."""
        person, place = self.doctors[doctor], self.centres[centre]
        limit = person.get("max_travel_min")
        nearest = math.ceil(self.minutes(doctor, centre) - 0.5 - 1e-6)  # a half rounds either way
        return (
            (doctor, centre) not in self.judged["refused"]
            and (not limit or nearest <= float(limit))
            and (not self.flag(person, "pet", 0) or self.flag(place, "pets", 1))
            and (not self.flag(person, "step_free", 0) or self.flag(place, "step_free", 1))
        )

    def allowed_then(self, doctor, centre, monday):
        """Rules H2, H9 and H10."""
        person = self.doctors[doctor]
        ready = day(person.get("ready_on"))
        return (
            self.fits(doctor, centre)
            and (self.flag(person, "pioneer", 0) or not self.is_opening(centre, monday))
            and (ready is None or monday >= ready)
        )

    def possible(self, doctor, centre, monday):
        """Rules H1, H2, H9 and H10."""
        return (
            (doctor, monday) in self.offers
            and self.is_open(centre, monday)
            and self.allowed_then(doctor, centre, monday)
        )


def check(folder, out):
    """List everything wrong in `out` as an answer to `folder`; empty when all is well."""
    found = []
    asked = Input(Path(folder))
    out = Path(out)
    for name, expected in COLUMNS.items():
        path = out / name
        if not path.exists():
            if name != "certificate.csv":
                found.append(f"{name} is missing")
            continue
        raw = path.read_bytes()
        header = next(csv.reader(raw.decode("utf-8").splitlines()), None)
        if header != expected:
            found.append(f"{name}: columns {header}")
    if found:
        return found
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    if set(summary) != SUMMARY_KEYS:
        found.append(f"summary.json: keys {sorted(set(summary) ^ SUMMARY_KEYS)}")
        return found
    plan = [
        (row["doctor"], row["centre"], day(row["monday"]), int(row["travel_min"]), row["status"])
        for row in rows(out / "plan.csv")
    ]
    standbys = [(row["doctor"], day(row["monday"])) for row in rows(out / "standby.csv")]
    for mission in plan:
        if mission[0] not in asked.doctors or mission[1] not in asked.centres:
            return [*found, f"{mission[:3]}: unknown doctor or centre"]
    for doctor, monday in standbys:
        if doctor not in asked.doctors:
            return [*found, f"standby {doctor} {monday}: unknown doctor"]
    found += hard_rules(asked, plan)
    found += standby_rules(asked, plan, standbys)
    found += score(asked, plan, standbys, summary, rows(out / "holes.csv"))
    found += bounds(summary)
    found += certificate(asked, out, summary)
    found += free_text(out)
    return found


def hard_rules(asked, plan):
    """Check rules H1 to H10, the statuses and the travel times."""
    found = []
    by_doctor = defaultdict(list)
    by_place = defaultdict(list)
    for doctor, centre, monday, travel, status in plan:
        key = (doctor, centre, monday)
        if monday not in asked.mondays:
            found.append(f"{key}: not a planned Monday")
        if status != asked.given.get(key, "proposed"):
            found.append(f"{key}: status {status}")
        if abs(travel - asked.minutes(doctor, centre)) > 0.5 + 1e-6:
            found.append(f"{key}: travel {travel}, not {asked.minutes(doctor, centre):.2f}")
        if status != "locked":
            if (doctor, monday) not in asked.offers:
                found.append(f"H1 {key}: not offered")
            if not asked.is_open(centre, monday):
                found.append(f"H1 {key}: not open")
            if not asked.fits(doctor, centre):
                found.append(f"H2 {key}")
            if asked.is_opening(centre, monday) and not asked.flag(
                asked.doctors[doctor], "pioneer", 0
            ):
                found.append(f"H9 {key}")
            ready = day(asked.doctors[doctor].get("ready_on"))
            if ready is not None and monday < ready:
                found.append(f"H10 {key}")
        by_doctor[doctor].append((monday, centre))
        by_place[centre, monday].append(doctor)
    for (centre, monday), doctors in by_place.items():
        row = asked.centres[centre]
        if len(doctors) > int(row["lines"]):
            found.append(f"H3 {centre} {monday}")
        if sum(asked.flag(asked.doctors[d], "first_mission", 0) for d in doctors) > 1:
            found.append(f"H6 {centre} {monday}: first-timers")
        families = sum(asked.flag(asked.doctors[d], "family", 0) for d in doctors)
        if families > number(row.get("family_places"), 1):
            found.append(f"H6 {centre} {monday}: families")
    for doctor, stays in by_doctor.items():
        if len(stays) > int(asked.doctors[doctor]["max_missions"]):
            found.append(f"H4 {doctor}: too many missions")
        mondays = sorted(monday for monday, _ in stays)
        if len(set(mondays)) < len(mondays):
            found.append(f"H4 {doctor}: two missions in a week")
        found += [f"H5 {doctor} {text}" for text in too_close(asked, doctor, mondays)]
    for one, other in asked.pairs:
        if set(by_doctor[one]) != set(by_doctor[other]):
            found.append(f"H7 {one} {other}")
    for (doctor, centre, monday), status in asked.given.items():
        if status == "locked" and (monday, centre) not in by_doctor[doctor]:
            found.append(f"H8 {doctor} {centre} {monday}")
    return found


def too_close(asked, doctor, mondays):
    """List pairs of weeks of a doctor that are nearer than the gap."""
    gap = asked.gap(doctor) * WEEK
    everything = sorted(set(mondays)) + sorted(asked.past[doctor])
    return [
        f"{one} {other}"
        for index, one in enumerate(everything)
        for other in everything[index + 1 :]
        if abs(one - other) < gap
        and not (one in asked.past[doctor] and other in asked.past[doctor])
    ]


def standby_rules(asked, plan, standbys):
    """Check that standbys are offered, at most two, within max_missions and the gap."""
    found = []
    weeks = defaultdict(list)
    for doctor, monday in standbys:
        weeks[doctor].append(monday)
        if (doctor, monday) not in asked.offers:
            found.append(f"standby {doctor} {monday}: not offered")
    missions = defaultdict(list)
    for doctor, _centre, monday, _travel, _status in plan:
        missions[doctor].append(monday)
    for doctor, mondays in weeks.items():
        together = mondays + missions[doctor]
        if len(mondays) > 2:
            found.append(f"standby {doctor}: more than two")
        if len(together) > int(asked.doctors[doctor]["max_missions"]):
            found.append(f"standby {doctor}: max_missions")
        if len(set(together)) < len(together):
            found.append(f"standby {doctor}: twice in a week")
        found += [f"standby {doctor}: gap {text}" for text in too_close(asked, doctor, together)]
    return found


def score(asked, plan, standbys, summary, holes):
    """Work out the three levels again and compare them with what is told."""
    found = []
    present = defaultdict(list)
    for doctor, centre, monday, _travel, _status in plan:
        present[centre, monday].append(doctor)
    ready = defaultdict(list)
    for doctor, monday in standbys:
        ready[monday].append(doctor)
    missing, standby_missing = {}, 0
    for centre, row in asked.centres.items():
        for monday in asked.mondays:
            if not asked.is_open(centre, monday):
                continue
            lack = int(row["lines"]) - len(present[centre, monday])
            if lack > 0:
                missing[centre, monday] = lack
            counted = sum(asked.allowed_then(d, centre, monday) for d in ready[monday])
            standby_missing += max(0, asked.depth - counted)
    told = {(row["centre"], day(row["monday"])): int(row["missing"]) for row in holes}
    if told != missing or len(holes) != len(told):
        found.append(f"holes.csv: {sorted(set(told.items()) ^ set(missing.items()))[:5]}")
    windows = 0
    for need in asked.needs:
        length = int(need["every_weeks"])
        for start in range(asked.weeks - length + 1):
            window = asked.mondays[start : start + length]
            if all(asked.is_open(need["centre"], monday) for monday in window):
                windows += not any(
                    need["practice"].strip()
                    in [p.strip() for p in (asked.doctors[d].get("practices") or "").split("|")]
                    for monday in window
                    for d in present[need["centre"], monday]
                )
    moved = {key for key, status in asked.given.items() if status == "confirmed"} - {
        mission[:3] for mission in plan
    }
    cost = 3000 * standby_missing + 1500 * windows + len(standbys)
    for count in Counter(mission[0] for mission in plan).values():
        cost += 200 * (count * (count - 1) // 2)
    for doctor, centre, _monday, travel, _status in plan:
        cost += travel
        cost += 60 * ((doctor, centre) not in asked.judged["known"])
        cost += 60 * ((doctor, centre) not in asked.judged["preferred"])
    for name, value in (
        ("holes", sum(missing.values())),
        ("confirmed_moved", len(moved)),
        ("cost", cost),
        ("standby_missing", standby_missing),
        ("windows_missed", windows),
    ):
        if summary[name] != value:
            found.append(f"summary.json: {name} is {summary[name]}, worked out {value}")
    return found


def bounds(summary):
    """Check that what is said to be proven agrees with itself."""
    found = []
    for level in ("holes", "confirmed_moved", "cost"):
        if not 0 <= summary[f"{level}_bound"] <= summary[level]:
            found.append(f"summary.json: {level}_bound")
    equal = all(
        summary[f"{level}_bound"] == summary[level]
        for level in ("holes", "confirmed_moved", "cost")
    )
    if summary["proven_optimal"] is not equal:
        found.append("summary.json: proven_optimal")
    cost = summary["cost"]
    gap = (cost - summary["cost_bound"]) / cost if cost else 0
    if abs(summary["gap"] - gap) > 1e-12:
        found.append("summary.json: gap")
    by = summary["holes_bound_by"]
    if (by is None) != (summary["holes"] == 0) or by not in (None, "cut", "model"):
        found.append("summary.json: holes_bound_by")
    if summary["seconds"] < 0 or summary["peak_memory_mb"] <= 0 or not summary["version"]:
        found.append("summary.json: seconds, peak_memory_mb or version")
    return found


def certificate(asked, out, summary):
    """Check the arithmetic of the cut: its need minus the most that all doctors can bring."""
    path = out / "certificate.csv"
    if summary["holes"] == 0:
        return ["certificate.csv without a hole"] if path.exists() else []
    if not path.exists():
        return ["certificate.csv is missing"]
    found = []
    places = set()
    for row in rows(path):
        if row["doctor"]:
            if row["doctor"] not in asked.doctors or row["centre"] or row["monday"]:
                found.append(f"certificate.csv: {row}")
        elif row["centre"] not in asked.centres or not asked.is_open(
            row["centre"], day(row["monday"])
        ):
            found.append(f"certificate.csv: {row}")
        else:
            places.add((row["centre"], day(row["monday"])))
    if found:
        return found
    need = sum(int(asked.centres[centre]["lines"]) for centre, _ in places)
    value = need - sum(most(asked, doctor, places) for doctor in asked.doctors)
    bound = summary["holes_bound"]
    if summary["holes_bound_by"] == "cut" and value != bound:
        found.append(f"certificate.csv proves {value}, not {bound}")
    if summary["holes_bound_by"] == "model" and value >= bound:
        found.append(f"certificate.csv proves {value} alone, yet {bound} is said to be by model")
    return found


def most(asked, doctor, places):
    """Give the most missions one doctor can bring to these places; locked missions stand."""
    gap = max(1, asked.gap(doctor)) * WEEK
    locked = {(c, m) for (d, c, m), s in asked.given.items() if d == doctor and s == "locked"}
    fixed = {monday for _, monday in locked} | asked.past[doctor]
    family = asked.flag(asked.doctors[doctor], "family", 0)
    weeks = sorted(
        {
            monday
            for centre, monday in places
            if (doctor, monday) in asked.offers
            and asked.possible(doctor, centre, monday)
            and not (family and number(asked.centres[centre].get("family_places"), 1) == 0)
            and all(abs(monday - other) >= gap for other in fixed)
        }
    )
    best = [0] * (len(weeks) + 1)  # best[i]: the most among the first i weeks
    for index, monday in enumerate(weeks):
        before = sum(1 for other in weeks[:index] if monday - other >= gap)
        best[index + 1] = max(best[index], best[before] + 1)
    room = max(0, int(asked.doctors[doctor]["max_missions"]) - len(locked))
    return len(locked & places) + min(room, best[-1])


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = Counter()
        self.outside = []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.outside += [
            value for name, value in attrs if name in ("src", "href") and value[:1] != "#"
        ]


def free_text(out):
    """Check that sentences are there and harmless in a spreadsheet, and that the page is alone."""
    found = []
    for name in ("plan.csv", "holes.csv"):
        for row in rows(out / name):
            if not row["because"].strip() or row["because"][0] in "=+-@\t\r\n":
                found.append(f"{name}: because {row['because']!r}")
    page = _Page()
    page.feed((out / "plan.html").read_text(encoding="utf-8"))
    if page.tags["script"] or page.outside or not page.tags["table"]:
        found.append("plan.html does not stand alone")
    return found


if __name__ == "__main__":
    troubles = check(sys.argv[1], sys.argv[2])
    print("\n".join(troubles) or "well")
    sys.exit(1 if troubles else 0)
