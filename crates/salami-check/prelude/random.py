"""random: CPython's draws, one for one. A generator is the list of a Random, or None for the one that all share."""

from bisect import bisect
from itertools import accumulate
from math import acos, ceil, cos, e, exp, floor, isfinite, log, pi, sqrt

from _leaf import (
    entropy_bytes,
    random_below,
    random_bits,
    random_double,
    random_gauss,
    random_restore,
    random_seed,
    random_spare,
    random_words,
)


def randrange_of(generator, start, stop, step):
    if stop is None:
        if step != 1:
            raise TypeError("Missing a non-None stop argument")
        if start > 0:
            return random_below(generator, start)
        raise ValueError("empty range for randrange()")
    width = stop - start
    if step == 1:
        if width > 0:
            return start + random_below(generator, width)
        raise ValueError(f"empty range for randrange() ({start}, {stop}, {width})")
    if step > 0:
        count = (width + step - 1) // step
    elif step < 0:
        count = (width + step + 1) // step
    else:
        raise ValueError("zero step for randrange()")
    if count <= 0:
        raise ValueError("empty range for randrange()")
    return start + step * random_below(generator, count)


def randbytes_of(generator, n):
    return random_bits(generator, n * 8).to_bytes(n, "little")


def choice_of(generator, seq):
    if not len(seq):
        raise IndexError("Cannot choose from an empty sequence")
    return seq[random_below(generator, len(seq))]


def shuffle_of(generator, x):
    for index in range(len(x) - 1, 0, -1):
        other = random_below(generator, index + 1)
        x[index], x[other] = x[other], x[index]


def sample_of(generator, population, k, counts):
    if counts is not None:
        limits = list(accumulate(counts))
        if len(limits) != len(population):
            raise ValueError("The number of counts does not match the population")
        total = limits.pop() if limits else 0
        if total <= 0:
            raise ValueError("Total of counts must be greater than zero")
        places = sample_of(generator, range(total), k, None)
        return [population[bisect(limits, place)] for place in places]
    count = len(population)
    if not 0 <= k <= count:
        raise ValueError("Sample larger than population or is negative")
    # A set of what was drawn is smaller than a list of all where few are drawn of many.
    size = 21
    if k > 5:
        size += 4 ** ceil(log(k * 3, 4))
    result = []
    if count <= size:
        pool = [item for item in population]
        for drawn in range(k):
            place = random_below(generator, count - drawn)
            result.append(pool[place])
            pool[place] = pool[count - drawn - 1]
    else:
        selected = set()
        for _ in range(k):
            place = random_below(generator, count)
            while place in selected:
                place = random_below(generator, count)
            selected.add(place)
            result.append(population[place])
    return result


def choices_of(generator, population, weights, cum_weights, k):
    count = len(population)
    if cum_weights is None:
        if weights is None:
            size = count + 0.0
            return [population[floor(random_double(generator) * size)] for _ in range(k)]
        limits = list(accumulate(weights))
    else:
        if weights is not None:
            raise TypeError("Cannot specify both weights and cumulative weights")
        limits = list(cum_weights)
    if len(limits) != count:
        raise ValueError("The number of weights does not match the population")
    total = limits[-1] + 0.0
    if total <= 0.0:
        raise ValueError("Total of weights must be greater than zero")
    if not isfinite(total):
        raise ValueError("Total of weights must be finite")
    return [population[bisect(limits, random_double(generator) * total, 0, count - 1)] for _ in range(k)]


def uniform_of(generator, a, b):
    return a + (b - a) * random_double(generator)


def triangular_of(generator, low, high, mode):
    drawn = random_double(generator)
    if mode is None:
        middle = 0.5
    elif high == low:
        return low
    else:
        middle = (mode - low) / (high - low)
    if drawn > middle:
        return high + (low - high) * sqrt((1.0 - drawn) * (1.0 - middle))
    return low + (high - low) * sqrt(drawn * middle)


def normalvariate_of(generator, mu, sigma):
    while True:
        first = random_double(generator)
        second = 1.0 - random_double(generator)
        deviation = 4 * exp(-0.5) / sqrt(2.0) * (first - 0.5) / second
        if deviation * deviation / 4.0 <= -log(second):
            return mu + deviation * sigma


def expovariate_of(generator, lambd):
    return -log(1.0 - random_double(generator)) / lambd


def vonmisesvariate_of(generator, mu, kappa):
    if kappa <= 1e-6:
        return 2.0 * pi * random_double(generator)
    spread = 0.5 / kappa
    radius = spread + sqrt(1.0 + spread * spread)
    while True:
        height = cos(pi * random_double(generator))
        density = height / (radius + height)
        drawn = random_double(generator)
        if drawn < 1.0 - density * density or drawn <= (1.0 - density) * exp(density):
            break
    inverse = 1.0 / radius
    place = (inverse + height) / (1.0 + inverse * height)
    if random_double(generator) > 0.5:
        return (mu + acos(place)) % (2.0 * pi)
    return (mu - acos(place)) % (2.0 * pi)


def gammavariate_of(generator, alpha, beta):
    if alpha <= 0.0 or beta <= 0.0:
        raise ValueError("gammavariate: alpha and beta must be > 0.0")
    if alpha > 1.0:
        root = sqrt(2.0 * alpha - 1.0)
        offset = alpha - log(4.0)
        slope = alpha + root
        while True:
            first = random_double(generator)
            if not 1e-7 < first < 0.9999999:
                continue
            second = 1.0 - random_double(generator)
            logarithm = log(first / (1.0 - first)) / root
            value = alpha * exp(logarithm)
            bound = first * first * second
            rest = offset + slope * logarithm - value
            if rest + (1.0 + log(4.5)) - 4.5 * bound >= 0.0 or rest >= log(bound):
                return value * beta
    if alpha == 1.0:
        return -log(1.0 - random_double(generator)) * beta
    while True:
        limit = (e + alpha) / e
        place = limit * random_double(generator)
        if place <= 1.0:
            value = place ** (1.0 / alpha)
        else:
            value = -log((limit - place) / alpha)
        drawn = random_double(generator)
        if place > 1.0:
            if drawn <= value ** (alpha - 1.0):
                return value * beta
        elif drawn <= exp(-value):
            return value * beta


def betavariate_of(generator, alpha, beta):
    first = gammavariate_of(generator, alpha, 1.0)
    if first:
        return first / (first + gammavariate_of(generator, beta, 1.0))
    return 0.0


def paretovariate_of(generator, alpha):
    return (1.0 - random_double(generator)) ** (-1.0 / alpha)


def weibullvariate_of(generator, alpha, beta):
    return alpha * (-log(1.0 - random_double(generator))) ** (1.0 / beta)


def getstate_of(generator):
    return 3, tuple(random_words(generator)), random_spare(generator)


def setstate_of(generator, state):
    if state[0] != 3:
        raise ValueError(f"state with version {state[0]} passed to Random.setstate() of version 3")
    random_restore(generator, state[1], state[2])


class Random:
    def __init__(self, x=None):
        self._generator = []
        random_seed(self._generator, x)

    def seed(self, a=None, version=2):
        random_seed(self._generator, a)

    def getstate(self):
        return getstate_of(self._generator)

    def setstate(self, state):
        setstate_of(self._generator, state)

    def random(self):
        return random_double(self._generator)

    def getrandbits(self, k, /):
        return random_bits(self._generator, k)

    def randbytes(self, n):
        return randbytes_of(self._generator, n)

    def randrange(self, start, stop=None, step=1):
        return randrange_of(self._generator, start, stop, step)

    def randint(self, a, b):
        return randrange_of(self._generator, a, b + 1, 1)

    def choice(self, seq):
        return choice_of(self._generator, seq)

    def shuffle(self, x):
        shuffle_of(self._generator, x)

    def sample(self, population, k, *, counts=None):
        return sample_of(self._generator, population, k, counts)

    def choices(self, population, weights=None, *, cum_weights=None, k=1):
        return choices_of(self._generator, population, weights, cum_weights, k)

    def uniform(self, a, b):
        return uniform_of(self._generator, a, b)

    def triangular(self, low=0.0, high=1.0, mode=None):
        return triangular_of(self._generator, low, high, mode)

    def normalvariate(self, mu=0.0, sigma=1.0):
        return normalvariate_of(self._generator, mu, sigma)

    def gauss(self, mu=0.0, sigma=1.0):
        return random_gauss(self._generator, mu, sigma)

    def lognormvariate(self, mu, sigma):
        return exp(normalvariate_of(self._generator, mu, sigma))

    def expovariate(self, lambd):
        return expovariate_of(self._generator, lambd)

    def vonmisesvariate(self, mu, kappa):
        return vonmisesvariate_of(self._generator, mu, kappa)

    def gammavariate(self, alpha, beta):
        return gammavariate_of(self._generator, alpha, beta)

    def betavariate(self, alpha, beta):
        return betavariate_of(self._generator, alpha, beta)

    def paretovariate(self, alpha):
        return paretovariate_of(self._generator, alpha)

    def weibullvariate(self, alpha, beta):
        return weibullvariate_of(self._generator, alpha, beta)


class SystemRandom:
    """Draws from what stands for the operating system's randomness: it cannot be seeded."""

    def __init__(self, x=None):
        self._generator = "system"

    def seed(self, a=None, version=2):
        pass

    def random(self):
        return random_double(self._generator)

    def getrandbits(self, k, /):
        return random_bits(self._generator, k)

    def randbytes(self, n):
        return entropy_bytes(n)

    def randrange(self, start, stop=None, step=1):
        return randrange_of(self._generator, start, stop, step)

    def randint(self, a, b):
        return randrange_of(self._generator, a, b + 1, 1)

    def choice(self, seq):
        return choice_of(self._generator, seq)

    def shuffle(self, x):
        shuffle_of(self._generator, x)

    def sample(self, population, k, *, counts=None):
        return sample_of(self._generator, population, k, counts)

    def choices(self, population, weights=None, *, cum_weights=None, k=1):
        return choices_of(self._generator, population, weights, cum_weights, k)

    def uniform(self, a, b):
        return uniform_of(self._generator, a, b)


# The functions of the module, which draw from the generator that they share.


def seed(a=None, version=2):
    random_seed(None, a)


def getstate():
    return getstate_of(None)


def setstate(state):
    setstate_of(None, state)


def random():
    return random_double(None)


def getrandbits(k):
    return random_bits(None, k)


def randbytes(n):
    return randbytes_of(None, n)


def randrange(start, stop=None, step=1):
    return randrange_of(None, start, stop, step)


def randint(a, b):
    return randrange_of(None, a, b + 1, 1)


def choice(seq):
    return choice_of(None, seq)


def shuffle(x):
    shuffle_of(None, x)


def sample(population, k, *, counts=None):
    return sample_of(None, population, k, counts)


def choices(population, weights=None, *, cum_weights=None, k=1):
    return choices_of(None, population, weights, cum_weights, k)


def uniform(a, b):
    return uniform_of(None, a, b)


def triangular(low=0.0, high=1.0, mode=None):
    return triangular_of(None, low, high, mode)


def normalvariate(mu=0.0, sigma=1.0):
    return normalvariate_of(None, mu, sigma)


def gauss(mu=0.0, sigma=1.0):
    return random_gauss(None, mu, sigma)


def lognormvariate(mu, sigma):
    return exp(normalvariate_of(None, mu, sigma))


def expovariate(lambd):
    return expovariate_of(None, lambd)


def vonmisesvariate(mu, kappa):
    return vonmisesvariate_of(None, mu, kappa)


def gammavariate(alpha, beta):
    return gammavariate_of(None, alpha, beta)


def betavariate(alpha, beta):
    return betavariate_of(None, alpha, beta)


def paretovariate(alpha):
    return paretovariate_of(None, alpha)


def weibullvariate(alpha, beta):
    return weibullvariate_of(None, alpha, beta)
