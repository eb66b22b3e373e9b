"""Photos lose what they tell beside their picture, and stay pictures."""

from __future__ import annotations

import struct
import zlib

import pytest

from relais.core import private_files
from relais.core.photos import BrokenPhotoError, bare_jpeg, bare_png
from relais.core.private_files import JPEG, PDF, PNG, FileRefusal

SECRET = b"48.2N 2.1E"
SCAN = b"\x12\xff\x00\x34\xff\xd0\x56"  # a stuffed byte and a restart inside the data


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int, *, order: str = ">") -> bytes:
    mark = b"MM\x00*" if order == ">" else b"II*\x00"
    entries = struct.pack(f"{order}HHII", 0x010F, 2, len(SECRET), 26)
    entries += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    body = mark + struct.pack(f"{order}IH", 8, 2) + entries
    return b"Exif\x00\x00" + body + SECRET


def jpeg(*extra: bytes, scans: int = 1) -> bytes:
    tables = segment(0xDB, b"table") + segment(0xC0, b"frame") + segment(0xC4, b"huffman")
    shown = b"".join(segment(0xDA, b"scan") + SCAN for _ in range(scans))
    return b"\xff\xd8" + segment(0xE0, b"JFIF") + b"".join(extra) + tables + shown + b"\xff\xd9"


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("turned", [1, 6, 8])
def test_a_photo_keeps_the_way_it_is_turned_and_nothing_else(turned: int, order: str) -> None:
    photo = jpeg(
        segment(0xE1, exif(turned, order=order)),
        segment(0xE1, b"http://ns.adobe.com/xap " + SECRET),
        segment(0xED, SECRET),
        segment(0xFE, SECRET),
        scans=2,
    )
    bare = bare_jpeg(photo + b"a film after the picture " + SECRET)
    assert SECRET not in bare
    assert bare.count(SCAN) == 2
    assert bare.endswith(b"\xff\xd9")
    assert (b"Exif" in bare) == (turned > 1)
    assert bare_jpeg(bare) == bare
    if turned > 1:
        assert struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0) in bare


def test_a_photo_that_tells_nothing_stays_as_it_is() -> None:
    plain = jpeg(segment(0xEE, b"Adobe colours"))
    assert bare_jpeg(plain) == plain


@pytest.mark.parametrize("cut", [2, 3, 5, 12, 30, 45, 60, -1, -2])
def test_a_cut_photo_is_refused(cut: int) -> None:
    with pytest.raises(BrokenPhotoError):
        bare_jpeg(jpeg(segment(0xE1, exif(6)))[:cut])


@pytest.mark.parametrize("body", [b"Exif\x00\x00", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff\x00\x01"])
def test_a_spoilt_block_is_taken_away_all_the_same(body: bytes) -> None:
    assert bare_jpeg(jpeg(segment(0xE1, body))) == jpeg()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\x00" * 13)
    return head + b"".join(extra) + chunk(b"IDAT", b"picture") + chunk(b"IEND", b"")


def test_a_picture_loses_its_words_and_what_follows_it() -> None:
    told = png(chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET), chunk(b"gAMA", b"\x00" * 4))
    assert bare_png(told + SECRET) == png(chunk(b"gAMA", b"\x00" * 4))


@pytest.mark.parametrize("spoilt", [png()[:-3], png().replace(b"picture", b"pictura"), b"\x89PNG"])
def test_a_spoilt_picture_is_refused(spoilt: bytes) -> None:
    with pytest.raises(BrokenPhotoError):
        bare_png(spoilt)


def test_what_people_read_of_it() -> None:
    assert private_files.without_traces(b"%PDF", media_type=PDF) == b"%PDF"
    assert private_files.without_traces(png(), media_type=PNG) == png()
    with pytest.raises(FileRefusal, match="abîmée"):
        private_files.without_traces(b"\xff\xd8\xff", media_type=JPEG)
