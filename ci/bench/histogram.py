"""The histograms of services/base/histogram.c, as the agent's status shows them."""


def bound(bucket):
    """What all values of a bucket are below, in ms: a quarter of a power of two wide."""
    octave, quarter = divmod(bucket + 3, 4)
    return ((5 + quarter) << (16 + octave - 3)) / 1e6


def at(counts, share):
    """What that share of all values is below, in ms."""
    seen, bucket = 0, -1
    while seen < share * sum(counts):
        bucket += 1
        seen += counts[bucket]
    return bound(bucket)
