"""Binary image headers as bytes, from the documented places of their numbers; no pixels to speak of.

Independent of the readers: each builder writes numbers in the units of the format at absolute places.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

#: place in the file -> integer, or several
Ints = Mapping[int, int | Sequence[int]]

_LITTLE_TIFF = b"II*\x00"
_BIG_TIFF = b"MM\x00*"


def put(data: bytearray, offset: int, kind: str, *values: float) -> None:
    """Numbers at a place; ``kind`` as in struct, of one number: ``<i``."""
    for n, value in enumerate(values):
        struct.pack_into(kind, data, offset + n * struct.calcsize(kind), value)


def _tiff_tags(order: str, tags: Sequence[tuple[int, int, int, int]]) -> bytes:
    """An image directory: tag, type, count, value or place."""
    entries = b""
    for tag, kind, count, value in tags:
        short = kind == 3 and count == 1
        entries += struct.pack(order + "HHI", tag, kind, count)
        entries += struct.pack(
            order + ("HH" if short else "I"), *((value, 0) if short else (value,))
        )
    return struct.pack(order + "H", len(tags)) + entries + bytes(4)


#: a detector of 3072 px of 0.073242 mm at 182.025 mm, the beam at 1520.25 1530.5 px, an omega scan
MARCCD_INTS: Ints = {
    1052: (1234, 1234),  # byte orders
    1128: 65535,  # saturated value
    1136: (1, 0, 0, 0),  # images, origin, orientation, view
    1664: (182025, 1520250, 1530500),  # distance, beam
    1676: (900, 1000),  # integration, exposure
    1692: (0, 30000, 0, 0, 45000, 0, 0),  # starts: two-theta, omega, chi, kappa, phi, delta, gamma
    1720: 182025,  # distance at the start
    1724: (0, 30500, 0, 0, 45000, 0, 0),  # ends
    1756: (1, 500),  # axis, range
    1764: (0, 0, 0),  # turns of the detector
    1796: (73242, 73242),  # pixel
    1804: 10000,  # bias
    1932: 97625,  # wavelength
}


def marccd_bytes(
    ints: Ints | None = None,
    size: tuple[int, int] = (3072, 3072),
    order: str = "<",
    comment: bytes = b"Detector Serial Number = 39\n",
    date: bytes = b"030612002016.30",
    name: bytes = b"MARCCD",
    private_size: tuple[int, int] | None = None,
) -> bytes:
    """A MarCCD header: a TIFF directory at 8, the header of integers at 1024, pixels at 4096."""
    data = bytearray(4096)
    data[:8] = (_LITTLE_TIFF if order == "<" else _BIG_TIFF) + struct.pack(order + "I", 8)
    tags = [(256, 4, 1, size[0]), (257, 4, 1, size[1]), (258, 3, 1, 16), (273, 4, 1, 4096)]
    directory = _tiff_tags(order, tags)
    data[8 : 8 + len(directory)] = directory
    put(data, 1024, order + "i", 2)
    data[1028 : 1028 + len(name)] = name
    put(data, 1104, order + "i", *(private_size or size), 2)
    for offset, values in {**MARCCD_INTS, **(ints or {})}.items():
        put(data, offset, order + "i", *([values] if isinstance(values, int) else values))
    data[2368 : 2368 + len(date)] = date
    data[2464 : 2464 + len(comment)] = comment
    return bytes(data) + bytes(64)


PILATUS_LINES = """\
# Pixel_size 172e-6 m x 172e-6 m
# Silicon sensor, thickness 0.000450 m
# Exposure_time 3.0000000 s
# Count_cutoff 1097223 counts
# Wavelength 0.97918 A
# Detector_distance 0.21143 m
# Beam_xy (498.18, 515.77) pixels
# Start_angle 10.0000 deg.
# Angle_increment 0.1000 deg.
"""


def tiff_bytes(
    size: tuple[int, int] = (981, 1043),
    description: str = PILATUS_LINES,
    model: str = "PILATUS 1M-F",
    date: str = "2014:10:24 16:33:09",
    order: str = "<",
    directory_at: int = 0x82,
) -> bytes:
    """A TIFF with texts in tags; the directory stands anywhere, the texts behind it."""
    texts = [
        (tag, text.encode("latin-1") + b"\x00")
        for tag, text in ((270, description), (272, model), (306, date))
        if text
    ]
    tags = [(256, 4, 1, size[0]), (257, 4, 1, size[1]), (258, 3, 1, 32), (273, 4, 1, 8)]
    place = directory_at + 2 + 12 * (len(tags) + len(texts)) + 4
    strings = b""
    for tag, text in texts:
        tags.append((tag, 2, len(text), place + len(strings)))
        strings += text
    head = (_LITTLE_TIFF if order == "<" else _BIG_TIFF) + struct.pack(order + "I", directory_at)
    return head.ljust(directory_at, b"\x00") + _tiff_tags(order, tags) + strings


#: keyword -> value of the lines of a mar345 image
MAR345_LINES: Mapping[str, str] = {
    "PROGRAM": "scan345 Version 3.3",
    "DATE": "Tue Oct 26 12:02:57 1999",
    "SCANNER": "91",
    "FORMAT": "2300  PCK345 5290000",
    "HIGH": "12",
    "PIXEL": "LENGTH 150  HEIGHT 150",
    "OFFSET": "ROFF 0.0  TOFF 0.0",
    "WAVELENGTH": "0.97934",
    "DISTANCE": "250.05",
    "PHI": "START 30.000  END 30.500  OSC 1",
    "OMEGA": "START 2.000  END 2.000  OSC 0",
    "CHI": "1.500",
    "TWOTHETA": "0.000",
    "CENTER": "X 1151.200  Y 1148.700",
    "MODE": "TIME",
    "TIME": "60.00",
}


def mar345_bytes(
    lines: Mapping[str, str | None] | None = None,
    words: Sequence[int] = (979340, 250050, 30000, 30500, 2000, 2000, 1500, 0),
    size: int = 2300,
    pixel_um: int = 150,
    order: str = "<",
) -> bytes:
    """Sixteen integers and lines of 64 characters. ``lines`` replaces some, or drops those of None.

    ``words`` are wavelength, distance, phi, omega (start, end each), chi, two-theta.
    """
    data = bytearray(4096)
    first = (1234, size, 12, 1, 1, size * size, pixel_um, pixel_um)
    put(data, 0, order + "i", *first, *words)
    given = {**MAR345_LINES, **(lines or {})}
    text = ["mar research"]
    text += [f"{key:<15}{value}" for key, value in given.items() if value is not None]
    body = "".join(f"{line:<63}\n" for line in [*text, "END OF HEADER"]).encode("latin-1")
    data[128 : 128 + len(body)] = body
    return bytes(data) + b"\nCCP4 packed image, X: 2300, Y: 2300\n"


#: a PHOTON II of 768 x 1024 px of 0.135 mm on an arm at 20 degrees
BRUKER_RECORDS: Mapping[str, str] = {
    "VERSION": "18",
    "TYPE": "SCAN FRAME",
    "SITE": "University X",
    "MODEL": "D8 VENTURE [K123] with KAPPA",
    "TITLE": "no title",
    "CREATED": "11-Mar-2015   14:05:11",
    "ELAPSDR": "10.000000",
    "RANGE": "0.300000",
    "START": "-30.000000",
    "INCREME": "0.300000",
    "ANGLES": "20.000000 -30.000000 120.000000 54.740000",
    "NPIXELB": "1 1",
    "NROWS": "1024 1",
    "NCOLS": "768 1",
    "CENTER": "380.500000 505.200000 380.500000 505.200000",
    "DISTANC": "5.900000 6.000000",
    "WAVELEN": "0.710730 0.709300 0.713590",
    "AXIS": "2",
    "ENDING": "20.000000 -29.700000 120.000000 54.740000",
    "DETTYPE": "CMOS-PHOTONII        37.037037   1.004      0  0.425      0.035      1",
    "CCDPARM": "1.473980 36.600000 359.829500 0.000000 163810.000000",
    "DARK": "INTERNAL, s/n: A110247",
}


def bruker_bytes(
    records: Mapping[str, str | None] | None = None, format_: str = "100", blocks: int = 15
) -> bytes:
    """Records of 80 characters in blocks of 512 bytes, filled with dots."""
    given = {"FORMAT": format_, **BRUKER_RECORDS, "HDRBLKS": str(blocks), **(records or {})}
    text = "".join(f"{key:<7}:{value:<72}" for key, value in given.items() if value is not None)
    text += "\x1a\x04"
    return text.encode("latin-1").ljust(512 * blocks, b".") + bytes(64)


def raxis_bytes(
    singles: Mapping[int, Sequence[float]] | None = None,
    ints: Ints | None = None,
    name: bytes = b"R-AXIS4",
    host: bytes = b"SGI",
    order: str = ">",
    axes: Sequence[tuple[str, tuple[float, float, float], float, float]] = (),
    scanned: int = 0,
) -> bytes:
    """An R-AXIS header; with ``axes`` (name, vector, start, end) the table of axes is valid."""
    data = bytearray(6000)
    data[: len(name)] = name
    data[256:268] = b"2003-5-14\x00\x00\x00"
    data[812 : 812 + len(host)] = host
    numbers: dict[int, Sequence[float]] = {
        292: (1.5418,),  # wavelength
        344: (150.0,),  # distance
        520: (0.5, 12.0, 12.5),  # datum, start and end of phi
        536: (5.0,),  # minutes
        540: (1503.3, 1495.8),  # beam
        548: (3.0, 4.0, 0.0),  # omega, chi, two-theta
        776: (0.1, 0.1),  # pixel
        796: (8.0,),  # ratio
        **(singles or {}),
    }
    whole: Ints = {768: (3000, 2900), 784: (6000, 2900), **(ints or {})}
    for offset, values in numbers.items():
        put(data, offset, order + "f", *values)
    for offset, given in whole.items():
        put(data, offset, order + "i", *([given] if isinstance(given, int) else given))
    if axes:
        put(data, 852, order + "i", 1, len(axes))
        put(data, 980, order + "i", scanned)
        for n, (_, vector, start, end) in enumerate(axes):
            put(data, 860 + 12 * n, order + "f", *vector)
            put(data, 920 + 4 * n, order + "f", start)
            put(data, 940 + 4 * n, order + "f", end)
        names = " ".join(axis[0] for axis in axes).encode("latin-1")
        data[984 : 984 + len(names)] = names
    return bytes(data)


def rigaku_bytes(
    size: tuple[int, int] = (775, 800),
    starts: Sequence[int] = (-400000, 200000, 300000, 120000),
    ends: Sequence[int] = (-395000, 200000, 300000, 120000),
    doubles: Mapping[int, Sequence[float]] | None = None,
    bins: tuple[int, int] = (1, 1),
    kind: int = 7,
    version: str = "4.0",
    arc: Sequence[int] = (),
    text_bytes: int = 256,
) -> bytes:
    """A header of CrysAlis Pro: steps of 1e-4 degrees; ``doubles`` by place in the section NK."""
    nx, ny = size
    end = text_bytes + 512 + 768 + 1024 + 512 + 2048
    text = (
        f"OD SAPPHIRE  {version}\r\nCOMPRESSION=TY6(  7.6)\r\n"
        f"NX={nx:4d} NY={ny:4d} OI=      0 OL=      0 \r\n"
        f"NHEADER={end:7d} NG=    512 NS=    768 NK=   1024 NS=    512 NH=   2048\r\n"
        "NSUPPLEMENT=      0\r\nTIME=Tue Mar 06 12:40:56 2018\r\n\x1a"
    )
    data = bytearray(end + 300)
    data[: len(text)] = text.encode("latin-1")
    general, special, goniostat = text_bytes, text_bytes + 512, text_bytes + 512 + 768
    put(data, general, "<h", *bins)
    put(data, special + 472, "<i", 1000000)
    put(data, special + 480, "<d", 2.0)
    put(data, special + 548, "<i", kind)
    put(data, special + 568, "<d", 0.1, 0.1)
    put(data, goniostat + 284, "<i", *starts)
    put(data, goniostat + 324, "<i", *ends)
    numbers: dict[int, Sequence[float]] = {
        368: [1.7453292519943296e-6] * 4,  # radians a step
        568: (1.540562, 1.54439, 1.54184),  # alpha 1, alpha 2, mean
        640: (0.0, 0.0, 0.0),  # turns of the detector
        664: (390.2, 405.6),  # origin
        680: (50.0, 0.0),  # alpha, beta
        712: (40.0,),  # distance
        **(doubles or {}),
    }
    for offset, values in numbers.items():
        put(data, goniostat + offset, "<d", *values)
    put(data, end + 268, "<h", *arc)
    return bytes(data)
