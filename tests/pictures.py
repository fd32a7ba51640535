"""Small images of every kind, made here byte by byte, and hostile ones."""

import struct
import zlib

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#07c"/></svg>'


def png(width=3, height=2, shade=0):
    """A grey PNG. A header may claim more pixels than there are."""
    rows = b"".join(b"\0" + bytes([shade]) * min(width, 100) for _ in range(min(height, 100)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*chunks, strict=True)))


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg(width=3, height=2):
    """The segments of a JPEG with a thumbnail inside, and a scan with a stuffed zero and a restart."""
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    exif = b"\xff\xe1" + struct.pack(">H", 10) + b"\xff\xd8\xff\xd9Exif"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + exif + frame + scan + b"\xff\xd9"


def gif(width=3, height=2):
    """A GIF of one frame with two colours and a comment."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00"
    return screen + b"\x21\xfe\x02hi\x00" + frame + b"\x3b"


def webp(kind, width=3, height=2):
    """A WebP file of one of the three kinds, with its header alone."""
    body = {
        "VP8 ": b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height),
        "VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14),
        "VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }[kind]
    body += b"\0" * (len(body) % 2)
    chunk = kind.encode() + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def svg(inside="", attributes='width="40" height="20"'):
    """A drawing with something inside."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()


#: A square, two triangles and a disc, 600 × 180.
SHAPES = svg(
    '<path d="M20 40H120V140H20Z" fill="#d9b44a"/><path d="M150 140L200 20L250 140Z" fill="#7aa6c2"/>'
    '<path d="M270 140L380 100L420 140Z" fill="#8fb996"/><circle cx="500" cy="90" r="50" fill="#c98686"/>',
    'viewBox="0 0 600 180" width="600"',
)
