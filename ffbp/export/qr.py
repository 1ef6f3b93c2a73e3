"""A link as a QR code, the square of small squares that a phone's camera reads. Segno computes the squares."""

import io

import segno
from segno.encoder import DataOverflowError

MAX_BYTES = 2953  # in the largest code, with the least correction
BORDER = 4  # white squares around it, which the standard wants
BLOCKS = " ▄▀█"  # by two squares, the upper one first


def qr_code(link: str) -> segno.QRCode | None:
    """The code of a link, with as much correction as its size leaves room for; None if the link is too long for any.

    Source: ISO/IEC 18004; 177 x 177 squares at most.
    """
    try:
        return segno.make_qr(link, error="l", boost_error=True)
    except DataOverflowError:
        return None


def n_squares(code: segno.QRCode) -> int:
    """The squares in a row, without the border."""
    return code.symbol_size(border=0)[0]


def as_text(code: segno.QRCode) -> str:
    """The picture as blocks of text, black on white: a line has two rows of squares."""
    rows = [*code.matrix_iter(border=BORDER)]
    rows.append((0,) * len(rows[0]))  # the number of rows is odd
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(BLOCKS[2 * upper + lower] for upper, lower in zip(*pair, strict=True)) for pair in pairs)


def as_svg(code: segno.QRCode) -> str:
    """The picture as an SVG file of any size, black on white, also on a dark page."""
    buffer = io.BytesIO()
    code.save(
        buffer, kind="svg", border=BORDER, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return buffer.getvalue().decode()
