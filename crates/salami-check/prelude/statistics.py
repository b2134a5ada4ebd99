"""The measures of statistics that need no leaf of their own."""

from math import exp, log
from statistics import StatisticsError, fmean


def quantiles(data, n, method):
    if n < 1:
        raise StatisticsError("n must be at least 1")
    values = sorted(data)
    if len(values) < 2:
        raise StatisticsError("must have at least two data points")
    cuts = []
    if method == "inclusive":
        for index in range(1, n):
            place, rest = divmod(index * (len(values) - 1), n)
            cuts.append((values[place] * (n - rest) + values[place + 1] * rest) / n)
    elif method == "exclusive":
        for index in range(1, n):
            place = min(max(index * (len(values) + 1) // n, 1), len(values) - 1)
            rest = index * (len(values) + 1) - place * n
            cuts.append((values[place - 1] * (n - rest) + values[place] * rest) / n)
    else:
        raise ValueError(f"Unknown method: {method!r}")
    return cuts


def geometric_mean(data):
    try:
        return exp(fmean([log(value) for value in data]))
    except ValueError:
        message = "geometric mean requires a non-empty dataset containing positive numbers"
        raise StatisticsError(message) from None


def harmonic_mean(data, weights):
    values = list(data)
    if not values:
        raise StatisticsError("harmonic_mean requires at least one data point")
    counts = [1.0] * len(values) if weights is None else [float(weight) for weight in weights]
    if len(counts) != len(values):
        raise StatisticsError("Number of weights does not match data size")
    if len(values) == 1 and weights is None:
        if values[0] < 0:
            raise StatisticsError("harmonic mean does not support negative values")
        return values[0]
    if any(value < 0 for value in values) or any(count < 0 for count in counts):
        raise StatisticsError("harmonic mean does not support negative values")
    # The sums are exact, as pairs of numerator and denominator.
    whole, whole_below = 0, 1
    total, total_below = 0, 1
    for count, value in zip(counts, values):
        if count == 0:
            continue
        if value == 0:
            return 0
        above, below = count.as_integer_ratio()
        whole, whole_below = whole * below + above * whole_below, whole_below * below
        above, below = (count / value).as_integer_ratio()
        total, total_below = total * below + above * total_below, total_below * below
    if total <= 0:
        raise StatisticsError("Weighted sum must be positive")
    return (whole * total_below) / (whole_below * total)
