# /// script
# dependencies = ["shapely"]
# ///
"""Draw the map of Asia anew and print its regions: `python tools/asia_map.py FOLDER`, with npm on the PATH and shapely.

It writes FOLDER/asia.svg and FOLDER/regions.yaml, the regions of a hotspot by country code in the map's units; both are
committed under question_banks/, so that nobody needs this to run. The outlines are Natural Earth's (public domain,
1:50m), as the npm package world-atlas ships them.

Natural Earth draws boundaries as they are held, not as they are claimed. The map takes no side: where states disagree
(`DISPUTED`) it draws no boundary but a hatched patch, and no region reaches there. Regions keep some units away from every
boundary, so that a click that counts lies well inside.
"""

import json
import math
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from shapely import LineString, MultiPolygon, Point, Polygon, box, line_merge, make_valid  # type: ignore[import-untyped] # only this needs it
from shapely.ops import polylabel, unary_union  # type: ignore[import-untyped]

PACKAGE = "world-atlas@2.0.2"
WIDTH, HEIGHT = 900, 620
#: Middle of the map, and units for a radius of the Earth.
LONGITUDE, LATITUDE, SCALE = 78, 36, 612
#: The pixel of the middle.
MIDDLE = (452, 322)
#: Outlines keep this many units of detail; regions less, and this far from boundaries.
DETAIL, COARSE, INSIDE = 0.45, 2.4, 1.8
#: A region that is narrower than this cannot be hit with a finger (units; the map is 900 wide).
SMALLEST = 9

#: Countries that can be asked for: their numbers in ISO 3166-1, and their codes.
CODES = {
    "004": "AF", "031": "AZ", "050": "BD", "104": "MM", "112": "BY", "116": "KH", "144": "LK",
    "156": "CN", "356": "IN", "364": "IR", "368": "IQ", "398": "KZ", "417": "KG", "418": "LA", "496": "MN", "512": "OM", "524": "NP", "586": "PK", "643": "RU", "682": "SA", "762": "TJ",
    "764": "TH", "784": "AE", "792": "TR", "795": "TM", "818": "EG", "860": "UZ", "704": "VN",
}  # fmt: skip

#: What states disagree about, in degrees: outlines, lines and points, each with the width of the patch around it.
DISPUTED = [
    (Polygon([(73.3, 34.9), (72.6, 36.2), (73.8, 37.0), (75.2, 37.2), (77.4, 36.3), (79.8, 36.1), (80.5, 35.2), (79.9, 34.0), (79.5, 32.6), (78.6, 32.0), (77.5, 32.6), (75.9, 32.3), (74.6, 32.6), (73.7, 33.0), (73.4, 34.0)]), 0.45),  # Jammu and Kashmir, Aksai Chin
    (LineString([(78.6, 32.0), (79.2, 31.2), (81.0, 30.2)]), 0.4),
    (Point(89.0, 27.35), 0.4),  # Doklam
    (Polygon([(91.6, 27.9), (92.0, 26.95), (93.6, 27.0), (95.5, 27.3), (97.3, 28.1), (96.6, 29.4), (94.5, 29.3), (93.0, 28.6)]), 0.4),
    (Polygon([(32.4, 45.6), (33.4, 44.4), (34.0, 44.3), (35.5, 44.9), (36.6, 45.4), (38.2, 47.1), (40.1, 47.8), (40.2, 49.8), (38.0, 49.9), (36.0, 47.9), (34.5, 47.2), (32.4, 46.5)]), 0.2),
    (LineString([(32.6, 35.1), (34.0, 35.1)]), 0.3),  # Cyprus
    (Polygon([(34.2, 31.2), (34.6, 31.6), (35.1, 31.3), (35.6, 31.6), (35.6, 32.5), (35.9, 33.3), (35.5, 33.0), (35.0, 32.5), (34.9, 31.9), (34.3, 31.6)]), 0.15),
    (Polygon([(46.2, 39.3), (46.9, 39.2), (47.2, 39.9), (46.6, 40.4), (46.0, 40.1)]), 0.15),  # Karabakh
    (Polygon([(40.1, 43.5), (41.4, 42.5), (42.0, 43.1), (43.6, 42.6), (44.6, 42.6), (44.2, 42.0), (43.6, 42.1), (41.6, 42.4)]), 0.1),
    (LineString([(32.0, 22.1), (37.0, 22.6)]), 0.6),  # Halaib
    (LineString([(145.0, 43.6), (148.0, 45.5)]), 0.6),  # the southern Kurils
]  # fmt: skip
#: Features that are part of what is disputed, whole.
DISPUTED_NUMBERS = {"158"}

#: Crosses the far meridian, and would be a line across the map: Fiji.
LEFT_OUT = {"242"}

LAND, EDGE, SEA, HATCH = "#e9e4d4", "#8a8371", "#d5e3ea", "#b7ae98"


def main(folder):
    """Write both files."""
    countries = features("countries-50m.json")
    frame = box(0, 0, WIDTH, HEIGHT)
    shapes = [(number, projected(shape).intersection(frame)) for number, shape in countries]
    shapes = [(number, shape) for number, shape in shapes if not shape.is_empty and number not in LEFT_OUT]
    land = unary_union([shape.buffer(0.05) for _, shape in shapes])
    disputed = patches([shape for number, shape in shapes if number in DISPUTED_NUMBERS]).intersection(land)
    (folder / "asia.svg").write_text(drawing(land, [shape for _, shape in shapes], disputed))
    found = {CODES[number]: region(shape, disputed) for number, shape in shapes if number in CODES}
    lines = [f"{code}: {coords}\n" for code, coords in sorted(found.items()) if coords]
    (folder / "regions.yaml").write_text("".join(lines))
    for code, coords in sorted(found.items()):
        print(code, f"{len(coords.split(',')) // 2} corners" if coords else "too small")


def features(name):
    """(number, shape in degrees) of each country in the package's file."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        topology = json.loads((Path(folder) / "package" / name).read_text())
    arcs = [decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    for one in topology["objects"]["countries"]["geometries"]:
        polygons = {"Polygon": [one.get("arcs")], "MultiPolygon": one.get("arcs")}[one["type"]]
        rings = [[ring(arcs, numbers) for numbers in polygon] for polygon in polygons]
        yield one.get("id", ""), make_valid(MultiPolygon([(outer, holes) for outer, *holes in rings]))


def decoded(arc, transform):
    """The points of an arc: TopoJSON writes whole numbers, each as the difference to the one before."""
    (x_scale, y_scale), (x_start, y_start) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for across, down in arc:
        x, y = x + across, y + down
        points.append((x * x_scale + x_start, y * y_scale + y_start))
    return points


def ring(arcs, numbers):
    """The arcs of these numbers one after the other; ~n is arc n backwards."""
    points: list[tuple[float, float]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[bool(points) :]
    return points


def projected(shape):
    """Lambert's azimuthal equal-area projection; what lies on the other half of the Earth is left out."""
    near = shape.intersection(box(LONGITUDE - 88, -30, LONGITUDE + 88, 84))
    parts = [
        part for part in getattr(near, "geoms", [near]) if part.geom_type == "Polygon" and not part.is_empty
    ]
    made = [
        Polygon(map(place, part.exterior.coords), [map(place, hole.coords) for hole in part.interiors])
        for part in parts
    ]
    return unary_union([make_valid(one) for one in made])


def place(point):
    """Degrees to units of the map."""
    longitude, latitude = math.radians(point[0] - LONGITUDE), math.radians(point[1])
    middle = math.radians(LATITUDE)
    cosine = math.sin(middle) * math.sin(latitude) + math.cos(middle) * math.cos(latitude) * math.cos(
        longitude
    )
    factor = SCALE * math.sqrt(2 / (1 + cosine))
    x = factor * math.cos(latitude) * math.sin(longitude)
    y = factor * (
        math.cos(middle) * math.sin(latitude) - math.sin(middle) * math.cos(latitude) * math.cos(longitude)
    )
    return MIDDLE[0] + x, MIDDLE[1] - y


def patches(whole):
    """What is disputed, in units of the map."""
    return unary_union(
        [*[projected(shape.buffer(width)) for shape, width in DISPUTED], *[one.buffer(2) for one in whole]]
    )


def drawing(land, shapes, disputed):
    """The map: sea, land, boundaries of states outside of what is disputed, and there a hatched patch."""
    shore = land.boundary.buffer(0.6)
    lines = (
        unary_union([shape.boundary for shape in shapes]).difference(shore).difference(disputed.buffer(0.3))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">\n'
        "<title>Asia. Hatched: boundaries on which states disagree are not drawn.</title>\n"
        '<defs><pattern id="h" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M0 0V5" stroke="{HATCH}" stroke-width="2"/></pattern></defs>\n'
        f'<path d="M0 0H{WIDTH}V{HEIGHT}H0Z" fill="{SEA}"/>\n'
        f'<path d="{outline(land)}" fill="{LAND}" fill-rule="evenodd" stroke="{EDGE}" stroke-width=".5"/>\n'
        f'<path d="{stretches(lines)}" fill="none" stroke="{EDGE}" stroke-width=".9" stroke-linejoin="round"/>\n'
        f'<path d="{outline(disputed)}" fill="url(#h)" fill-rule="evenodd"/>\n'
        "</svg>\n"
    )


def outline(shape):
    """Polygons as the data of a path; islands smaller than a dot are left out."""
    simple = shape.simplify(DETAIL)
    parts = [
        part for part in getattr(simple, "geoms", [simple]) if part.geom_type == "Polygon" and part.area > 1.5
    ]
    rings = [one for part in parts for one in (part.exterior, *part.interiors)]
    return "".join(f"{path(one.coords[:-1])}Z" for one in rings)


def stretches(lines):
    """Lines as the data of a path."""
    simple = line_merge(lines).simplify(DETAIL)
    return "".join(path(part.coords) for part in getattr(simple, "geoms", [simple]) if part.length > 1)


def path(points):
    """M and L with one decimal."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}".replace(".0", "") for x, y in points)


def region(shape, disputed):
    """The largest part of a country well inside its undisputed boundaries, as coords of a poly; "" where it is too small."""
    inner = shape.difference(disputed.buffer(INSIDE)).buffer(-INSIDE)
    parts = [
        part for part in getattr(inner, "geoms", [inner]) if part.geom_type == "Polygon" and not part.is_empty
    ]
    if not parts:
        return ""
    largest = Polygon(max(parts, key=lambda part: part.area).exterior)
    simple = largest.simplify(COARSE)
    width = 2 * largest.exterior.distance(polylabel(largest, 0.5))
    if width < SMALLEST or simple.geom_type != "Polygon":
        return ""
    return ", ".join(f"{x:.0f}, {y:.0f}" for x, y in simple.exterior.coords[:-1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
