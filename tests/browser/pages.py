"""What browser tests share: sign in, listen to the console, ask axe, keep a picture.

`RELAIS_PICTURES=folder` keeps a picture of each page that a test looks at.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from relais.accounts.models import User

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def sign_in(page: Page, base_url: str, user: User) -> None:
    """Give the browser the session of a user, without the sign-in pages."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base_url}])


@dataclass
class Ear:
    """Listens to a page: `heard` holds errors of the console and of scripts."""

    heard: list[str] = field(default_factory=list)
    is_deaf: bool = False

    @classmethod
    def on(cls, page: Page) -> Self:
        """Start listening; before the first `goto`."""
        ear = cls()
        page.on("console", lambda message: ear._note(message.type, message.text))
        page.on("pageerror", lambda error: ear._note("error", str(error)))
        return ear

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not self.is_deaf:
            self.heard.append(text)


def faults(page: Page) -> list[str]:
    """Ask axe; one line a fault: rule, help, where. Stylesheets are not fetched again."""
    results = Axe().run(page, options={"preload": False})
    return [
        f"{fault['id']}: {fault['help']} {[node['target'] for node in fault['nodes'][:3]]}"
        for fault in results.response["violations"]
    ]


def is_too_wide(page: Page) -> bool:
    """Say whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def look(page: Page, ear: Ear, name: str) -> None:
    """Assert that a page is clean: axe finds nothing, the console is silent, nothing sticks out."""
    assert ear.heard == []
    ear.is_deaf = True  # axe and pictures add styles, which the policy of the page refuses
    assert faults(page) == []
    assert not is_too_wide(page)
    keep_picture(page, name)
    ear.is_deaf = False


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page when RELAIS_PICTURES names a folder."""
    folder = os.environ.get("RELAIS_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
