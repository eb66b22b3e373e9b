"""The texts of the product's messages, as they are shipped: one file a text in `texts/`.

What a file holds is told in docs/messages.md; a test reads them all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from relais.outbox.states import Kind, SmsUse


@dataclass(frozen=True, slots=True)
class Field:
    """A place of a text. `key`: its name in the code; `label`: in the text, « {semaine} ».

    `is_secret`: a personal link, kept only until the message has left and shown to nobody else.
    `is_free`: words of a person, in which a health word is looked for.
    """

    key: str
    label: str
    example: str
    is_secret: bool = False
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A text of the catalogue.

    `title` and `when` are for the office; `asks`: « OUI » and « NON » by SMS answer it;
    `in_app`: it also stands on the person's page of messages; `awaited`: the person waits for it in
    front of a page, so that no night holds it back.
    """

    code: str
    title: str
    when: str
    kind: Kind
    sms_use: SmsUse
    asks: bool
    in_app: bool
    awaited: bool
    fields: tuple[Field, ...]
    subject: str
    text: str
    sms: str

    @property
    def labels(self) -> frozenset[str]:
        """Name the places that a text may hold."""
        return frozenset(field.label for field in self.fields)

    def examples(self) -> dict[str, str]:
        """Give an example for each place, by label."""
        return {field.label: field.example for field in self.fields}


@cache
def catalogue() -> Mapping[str, Template]:
    """Give every text, by code, in order of title."""
    folder = files("relais.outbox").joinpath("texts")
    found = [
        _read(entry.name.removesuffix(".toml"), entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    found.sort(key=lambda one: (one.title, one.code))
    return MappingProxyType({one.code: one for one in found})


def template(code: str) -> Template:
    """Give a text. Raises ValueError when there is none of that name."""
    try:
        return catalogue()[code]
    except KeyError:
        raise ValueError(f"no text {code!r} in outbox/texts") from None


def _read(code: str, text: str) -> Template:
    """Read a file. Raises KeyError or ValueError for a file that is not whole."""
    row = tomllib.loads(text)
    return Template(
        code=code,
        title=row["title"],
        when=row["when"],
        kind=Kind(row["kind"]),
        sms_use=SmsUse(row.get("sms_use", SmsUse.NEVER)),
        asks=row.get("asks", False),
        in_app=row.get("in_app", True),
        awaited=row.get("awaited", False),
        fields=tuple(
            Field(
                key=key,
                label=field["label"],
                example=field["example"],
                is_secret=field.get("secret", False),
                is_free=field.get("free", False),
            )
            for key, field in row["fields"].items()
        ),
        subject=row["subject"],
        text=row["text"].strip("\n"),
        sms=row.get("sms", "").strip(),
    )
