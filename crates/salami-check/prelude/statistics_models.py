"""What statistics has beyond single measures: two variables, and the normal distribution."""

from bisect import bisect_left, bisect_right
from math import erf, exp, fabs, fsum, hypot, log, sqrt, tau
from random import Random, gauss
from statistics import StatisticsError, mean, stdev
from typing import NamedTuple


def mean_of(data):
    """The mean of fractions."""
    values = list(data)
    if not values:
        raise StatisticsError("mean requires at least one data point")
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total / len(values)


def median_of(data):
    """The median of fractions."""
    values = sorted(data)
    if not values:
        raise StatisticsError("no median for empty data")
    middle = len(values) // 2
    if len(values) % 2:
        return values[middle]
    return (values[middle - 1] + values[middle]) / 2


def median_grouped(data, interval=1):
    values = sorted(data)
    count = len(values)
    if not count:
        raise StatisticsError("no median for empty data")
    middle = values[count // 2]
    first = bisect_left(values, middle)
    after = bisect_right(values, middle, first)
    width = float(interval)
    return float(middle) - width / 2.0 + width * (count / 2 - first) / (after - first)


def check_pairs(name, x, y):
    if len(x) != len(y):
        raise StatisticsError(f"{name} requires that both inputs have same number of data points")
    if len(x) < 2:
        raise StatisticsError(f"{name} requires at least two data points")


def covariance(x, y, /):
    check_pairs("covariance", x, y)
    middle_x = fsum(x) / len(x)
    middle_y = fsum(y) / len(x)
    return fsum([(a - middle_x) * (b - middle_y) for a, b in zip(x, y)]) / (len(x) - 1)


def correlation(x, y, /):
    check_pairs("correlation", x, y)
    middle_x = fsum(x) / len(x)
    middle_y = fsum(y) / len(x)
    both = fsum([(a - middle_x) * (b - middle_y) for a, b in zip(x, y)])
    square_x = fsum([(a - middle_x) * (a - middle_x) for a in x])
    square_y = fsum([(b - middle_y) * (b - middle_y) for b in y])
    root = sqrt(square_x * square_y)
    if root == 0.0:
        raise StatisticsError("at least one of the inputs is constant")
    return both / root


class LinearRegression(NamedTuple):
    slope: float
    intercept: float


def linear_regression(x, y, /, *, proportional=False):
    check_pairs("linear regression", x, y)
    middle_x = 0.0
    middle_y = 0.0
    if not proportional:
        middle_x = fsum(x) / len(x)
        middle_y = fsum(y) / len(x)
    both = fsum([(a - middle_x) * (b - middle_y) for a, b in zip(x, y)])
    square = fsum([(a - middle_x) * (a - middle_x) for a in x])
    if square == 0.0:
        raise StatisticsError("x is constant")
    slope = both / square
    return LinearRegression(slope, 0.0 if proportional else middle_y - slope * middle_x)


# The rational approximations of Wichura's algorithm AS241, highest powers first: in the middle, near it and in the tails.


def ratio(above, below, r):
    upper = 0.0
    for coefficient in above:
        upper = upper * r + coefficient
    lower = 0.0
    for coefficient in below:
        lower = lower * r + coefficient
    return upper, lower


def middle_ratio(r):
    return ratio(
        (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
         1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
        (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
         5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
        r,
    )


def near_ratio(r):
    return ratio(
        (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
         3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
        (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
         6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
        r,
    )


def tail_ratio(r):
    return ratio(
        (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
         2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
        (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
         1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
        r,
    )


def inverse_of_normal(p, mu, sigma):
    distance = p - 0.5
    if fabs(distance) <= 0.425:
        above, below = middle_ratio(0.180625 - distance * distance)
        return mu + above * distance / below * sigma
    root = sqrt(-log(p if distance <= 0.0 else 1.0 - p))
    if root <= 5.0:
        above, below = near_ratio(root - 1.6)
    else:
        above, below = tail_ratio(root - 5.0)
    deviation = above / below
    if distance < 0.0:
        deviation = -deviation
    return mu + deviation * sigma


class NormalDist:
    def __init__(self, mu: float = 0.0, sigma: float = 1.0):
        if sigma < 0.0:
            raise StatisticsError("sigma must be non-negative")
        self.mean = float(mu)
        self.stdev = float(sigma)

    @classmethod
    def from_samples(cls, data):
        values = list(data)
        if len(values) < 2:
            raise StatisticsError("stdev requires at least two data points")
        return NormalDist(float(mean(values)), stdev(values))

    @property
    def median(self):
        return self.mean

    @property
    def mode(self):
        return self.mean

    @property
    def variance(self):
        return self.stdev * self.stdev

    def samples(self, n: int, *, seed=None):
        if seed is None:
            return [gauss(self.mean, self.stdev) for _ in range(n)]
        rng = Random(seed)
        return [rng.gauss(self.mean, self.stdev) for _ in range(n)]

    def pdf(self, x: float):
        variance = self.stdev * self.stdev
        if not variance:
            raise StatisticsError("pdf() not defined when sigma is zero")
        distance = x - self.mean
        return exp(distance * distance / (-2.0 * variance)) / sqrt(tau * variance)

    def cdf(self, x: float):
        if not self.stdev:
            raise StatisticsError("cdf() not defined when sigma is zero")
        return 0.5 * (1.0 + erf((x - self.mean) / (self.stdev * sqrt(2.0))))

    def inv_cdf(self, p: float):
        if p <= 0.0 or p >= 1.0:
            raise StatisticsError("p must be in the range 0.0 < p < 1.0")
        if self.stdev <= 0.0:
            raise StatisticsError("cdf() not defined when sigma at or below zero")
        return inverse_of_normal(p, self.mean, self.stdev)

    def quantiles(self, n: int = 4):
        return [self.inv_cdf(index / n) for index in range(1, n)]

    def overlap(self, other: "NormalDist"):
        first, second = self, other
        if (second.stdev, second.mean) < (first.stdev, first.mean):
            first, second = second, first
        variance = first.variance
        if not variance or not second.variance:
            raise StatisticsError("overlap() not defined when sigma is zero")
        difference = second.variance - variance
        distance = fabs(second.mean - first.mean)
        if not difference:
            return 1.0 - erf(distance / (2.0 * first.stdev * sqrt(2.0)))
        middle = first.mean * second.variance - second.mean * variance
        root = sqrt(distance * distance + difference * log(second.variance / variance))
        offset = first.stdev * second.stdev * root
        high = (middle + offset) / difference
        low = (middle - offset) / difference
        return 1.0 - (fabs(second.cdf(high) - first.cdf(high)) + fabs(second.cdf(low) - first.cdf(low)))

    def zscore(self, x: float):
        if not self.stdev:
            raise StatisticsError("zscore() not defined when sigma is zero")
        return (x - self.mean) / self.stdev

    def __add__(self, other: "float | NormalDist"):
        if isinstance(other, NormalDist):
            return NormalDist(self.mean + other.mean, hypot(self.stdev, other.stdev))
        return NormalDist(self.mean + other, self.stdev)

    def __radd__(self, other: float):
        return self + other

    def __sub__(self, other: "float | NormalDist"):
        if isinstance(other, NormalDist):
            return NormalDist(self.mean - other.mean, hypot(self.stdev, other.stdev))
        return NormalDist(self.mean - other, self.stdev)

    def __rsub__(self, other: float):
        return -(self - other)

    def __mul__(self, other: float):
        return NormalDist(self.mean * other, self.stdev * fabs(other))

    def __rmul__(self, other: float):
        return self * other

    def __truediv__(self, other: float):
        return NormalDist(self.mean / other, self.stdev / fabs(other))

    def __pos__(self):
        return NormalDist(self.mean, self.stdev)

    def __neg__(self):
        return NormalDist(-self.mean, self.stdev)

    def __eq__(self, other):
        return isinstance(other, NormalDist) and self.mean == other.mean and self.stdev == other.stdev

    def __hash__(self):
        return hash((self.mean, self.stdev))

    def __repr__(self):
        return f"NormalDist(mu={self.mean!r}, sigma={self.stdev!r})"
