"""EcoIndex: what a page costs, from 100 down to 0, and its grade; the public formula of ecoindex.fr since 2022.

Quantiles of a year of HTTP Archive: elements (those inside an SVG apart), requests, transferred kB. Written again from
github.com/cnumr/ecoindex_python; its own tests give the known values that ``test_ecoindex`` checks.
"""

from itertools import pairwise

ELEMENTS = (0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237, 1459, 1801, 2479, 594601)
REQUESTS = (0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281, 3920)
KILOBYTES = (
    0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32, 1648.27, 1876.08, 2142.06,
    2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54, 223212.26,
)  # fmt: skip
GRADES = {"A": 80, "B": 70, "C": 55, "D": 40, "E": 25, "F": 10}


def rank(quantiles: tuple[float, ...], value: float) -> float:
    """Where a value stands among the quantiles, from 0 to 20."""
    for index, (low, high) in enumerate(pairwise(quantiles)):
        if value < high:
            return index + (value - low) / (high - low)
    return len(quantiles) - 1


def score(*, elements: int, requests: int, kilobytes: float) -> int:
    ranks = 3 * rank(ELEMENTS, elements) + 2 * rank(REQUESTS, requests) + rank(KILOBYTES, kilobytes)
    return round(100 - 5 * ranks / 6)


def grade(found: float) -> str:
    return next((letter for letter, above in GRADES.items() if found > above), "G")
