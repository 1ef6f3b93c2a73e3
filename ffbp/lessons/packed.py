"""One's own lesson in a link: its text, compressed, in the letters that an address may hold."""

import base64
import binascii
import zlib

from ffbp.lessons.read import MAX_BYTES

MAX_IN_LINK = 6000  # characters; a longer lesson is sent as a file


def pack(text: str) -> str | None:
    """The text for a link, or None if it is too long for one."""
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()
    return packed if len(packed) <= MAX_IN_LINK else None


def unpack(packed: str) -> str:
    """The text of `pack`. Raises ValueError for anything else."""
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(base64.urlsafe_b64decode(packed.encode()), MAX_BYTES)
        if not inflate.eof:
            raise ValueError("the lesson in the link is cut off or too long; ask for the file")
        return raw.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise ValueError("the link must hold a whole lesson; ask for the link again, or for the file") from None
