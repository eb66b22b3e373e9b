"""What a photo tells beside its picture, taken away: where and when it was taken, by which phone.

Pure: bytes in, bytes out. Of a JPEG (ITU-T T.81; JFIF; Exif 2.32) only the segments that draw the
picture stay, and the way it is turned; of a PNG (W3C PNG, third edition) only its critical chunks
and those that say how its colours are read. What follows the picture goes too.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SOS: Final = 0xDA
_APP0, _APP1, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM and RST0..7: no length follows
_EXIF: Final = b"Exif\x00\x00"
_ORIENTATION, _SHORT = 0x0112, 3
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Critical chunks, and what tells how colours and sizes are read.
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"}
)


class BrokenPhotoError(ValueError):
    """The bytes are not those of a whole photo."""


def bare_jpeg(content: bytes) -> bytes:
    """Give a JPEG without what it tells of its making. Raises BrokenPhotoError."""
    if not content.startswith(_SOI):
        raise BrokenPhotoError("a JPEG begins with SOI")
    kept, at, turned = [_SOI], 2, 0
    while True:
        marker, at = _marker(content, at)
        if marker == _EOI[1]:
            break
        if marker in _BARE:
            continue
        body, after = _segment(content, at)
        if marker == _APP1 and not turned and body.startswith(_EXIF):
            turned = _orientation(body[len(_EXIF) :])
        if not (_APP1 <= marker <= _APP15 or marker == _COMMENT) or marker == _APP14:
            kept.append(_packed(marker, body))
        at = after
        if marker == _SOS:
            after = _scan_end(content, at)
            kept.append(content[at:after])
            at = after
    if turned > 1:
        kept.insert(1, _packed(_APP1, _EXIF + _only_orientation(turned)))
    kept.append(_EOI)
    return b"".join(kept)


def bare_png(content: bytes) -> bytes:
    """Give a PNG without what it tells of its making. Raises BrokenPhotoError."""
    if not content.startswith(_PNG_SIGNATURE):
        raise BrokenPhotoError("a PNG begins with its signature")
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while True:
        if at + 12 > len(content):
            raise BrokenPhotoError("a chunk is cut")
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise BrokenPhotoError("a chunk is cut")
        (told,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[at + 4 : end - 4]) != told:
            raise BrokenPhotoError("a chunk is spoilt")
        if name in _PNG_KEPT:
            kept.append(content[at:end])
        elif not name[0] & 0x20:  # a critical chunk we do not know
            raise BrokenPhotoError("a critical chunk is unknown")
        at = end
        if name == b"IEND":
            return b"".join(kept)


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """Read the marker at a place, past its fill bytes; gives it and the place after it."""
    if content[at : at + 1] != b"\xff":
        raise BrokenPhotoError("a marker is missing")
    while content[at : at + 1] == b"\xff":
        at += 1
    if at >= len(content) or content[at] == 0:
        raise BrokenPhotoError("a marker is cut")
    return content[at], at + 1


def _segment(content: bytes, at: int) -> tuple[bytes, int]:
    if at + 2 > len(content):
        raise BrokenPhotoError("a segment is cut")
    (length,) = struct.unpack_from(">H", content, at)
    if length < 2 or at + length > len(content):
        raise BrokenPhotoError("a segment is cut")
    return content[at + 2 : at + length], at + length


def _packed(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def _scan_end(content: bytes, at: int) -> int:
    """Find where the data of a scan end: at the first marker that is neither stuffed nor RST."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise BrokenPhotoError("the picture is cut")
        following = content[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or following in _BARE:
            at += 2
        else:
            return at


def _orientation(tiff: bytes) -> int:
    """Read how a photo is turned (1 to 8) from its Exif block; 0 when it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return 0
    (offset,) = struct.unpack_from(f"{order}I", tiff, 4)
    if offset + 2 > len(tiff):
        return 0
    (count,) = struct.unpack_from(f"{order}H", tiff, offset)
    for number in range(count):
        at = offset + 2 + 12 * number
        if at + 12 > len(tiff):
            return 0
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == _ORIENTATION:
            return value if kind == _SHORT and 1 <= value <= 8 else 0
    return 0


def _only_orientation(turned: int) -> bytes:
    """Write an Exif block that tells nothing but how the photo is turned."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turned, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
