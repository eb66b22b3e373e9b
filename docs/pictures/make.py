"""Make the pictures of the documentation from the demonstration: `./relais screenshots [NAME…]`.

The demonstration is played into a folder of its own and served on this machine; a real browser
enters as its invented people and takes each picture at its width.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLANNER, COORDINATOR = "Camille Rochefont", "Garance Clairmont"
DOCTOR = "Dr "  # the first doctor of the list
HEIGHTS = {1280: 900, 360: 740}
PLAN_MILLISECONDS = 120_000


def open_drawer(page: Page) -> None:
    """Open the first week at risk beside the board."""
    page.locator(".worst a[hx-get]").first.click()
    page.locator("#drawer-body h3, #drawer-body h2").first.wait_for()


def ask_for_plan(page: Page) -> None:
    """Ask for a plan and wait for its proposal."""
    page.get_by_role("button", name="Préparer un planning").click()
    page.locator("#gains").wait_for(timeout=PLAN_MILLISECONDS)


@dataclass(frozen=True)
class Picture:
    """One picture: its name, who looks, at what address, how wide, after which act.

    `is_whole`: the whole page, not only its first screen.
    """

    name: str
    person: str | None
    address: str
    width: int
    act: Callable[[Page], None] | None = None
    is_whole: bool = False


PICTURES = (
    Picture("public-home", None, "/", 1280),
    Picture("office-board", PLANNER, "/bureau/", 1280, is_whole=True),
    Picture("office-board", PLANNER, "/bureau/", 360),
    Picture("office-week", PLANNER, "/bureau/", 1280, open_drawer),
    Picture("office-doctors", PLANNER, "/bureau/medecins/", 1280),
    Picture("office-runs", PLANNER, "/bureau/planning/", 1280),
    Picture("office-proposal", PLANNER, "/bureau/planning/", 1280, ask_for_plan),
    Picture("centre-home", COORDINATOR, "/centre/", 1280),
    Picture("doctor-home", DOCTOR, "/medecin/", 360),
    Picture("doctor-weeks", DOCTOR, "/medecin/semaines/", 360),
)


@contextmanager
def served_demonstration() -> Iterator[str]:
    """Play the demonstration, serve it, give its address; nothing stays behind."""
    with tempfile.TemporaryDirectory() as var:
        environment = {**os.environ, "RELAIS_DEMO": "1", "RELAIS_VAR": var}
        environment["PYTHONPATH"] = str(ROOT / "src")
        environment.pop("RELAIS_DATABASE_URL", None)
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "demo"], env=environment, check=True
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
        command += ["--host", "127.0.0.1", "relais.config.wsgi:application"]
        server = subprocess.Popen(command, env=environment)
        worker = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "worker"], env=environment
        )
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in (worker, server):
                process.terminate()
            for process in (worker, server):
                process.wait(timeout=20)


def wait_for(port: int) -> None:
    """Wait until the server answers; TimeoutError after half a minute."""
    for _ in range(300):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("The demonstration's server does not answer.")


def take(browser: Browser, address: str, picture: Picture) -> Path:
    """Take one picture and give its file."""
    context = browser.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": picture.width, "height": HEIGHTS[picture.width]},
    )
    page = context.new_page()
    if picture.person is not None:
        page.goto(f"{address}/compte/demonstration/")
        page.locator("button", has_text=picture.person).first.click()
        page.wait_for_load_state()
    answer = page.goto(address + picture.address)
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{picture.address} answers {answer and answer.status}")
    if picture.act is not None:
        picture.act(page)
    page.evaluate("document.fonts.ready")
    path = HERE / f"{picture.name}-{picture.width}.png"
    page.screenshot(path=path, full_page=picture.is_whole)
    context.close()
    return path


def main(names: list[str]) -> int:
    """Make the pictures named, or all of them."""
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    if not wanted:
        known = ", ".join(sorted({picture.name for picture in PICTURES}))
        print(f"Aucune image de ce nom. Connues : {known}.", file=sys.stderr)
        return 2
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with served_demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        for picture in wanted:
            print(take(browser, address, picture).relative_to(ROOT))
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
