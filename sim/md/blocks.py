"""Errors of means of correlated series."""

import numpy as np

WINDOW = 5.0
"""Correlations are summed up to this many correlation times."""


def correlated_error(values: np.ndarray) -> float:
    """Standard error of the mean of a series whose neighbours are alike: sd √(2 τ / n).

    The integrated correlation time τ is summed up to the first lag that is five times what the sum has come to, beyond
    which there is only noise (Sokal, in Functional Integration, Plenum 1997, 131). A series of fewer than four values
    has its range for an error.
    """
    series = np.asarray(values, float)
    n = len(series)
    if n < 4:
        return float(np.ptp(series)) if n > 1 else 0.0
    apart = series - series.mean()
    spectrum = np.fft.rfft(apart, 2 * n)
    products = np.fft.irfft(spectrum * spectrum.conj(), 2 * n)[:n]
    if products[0] <= 0:
        return 0.0
    times = np.cumsum(products / products[0]) - 0.5
    enough = np.flatnonzero(np.arange(n) >= WINDOW * times)
    tau = max(times[enough[0]] if len(enough) else times.max(), 0.05)
    return float(series.std(ddof=1) * np.sqrt(2 * tau / n))


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Mean of a correlated series and its standard error."""
    return float(np.mean(values)), correlated_error(values)
