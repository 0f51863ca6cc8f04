"""The plans of an experiment: make a film, press it, measure it. They yield bare commands and see no ids or tokens."""

from devices.plans.making import FilmAsMade, FilmPressed, make_film, press_film
from devices.plans.measuring import FilmMeasured, measure_film, tidy
from devices.plans.parts import Control, checkpoint

__all__ = [
    "Control",
    "FilmAsMade",
    "FilmMeasured",
    "FilmPressed",
    "checkpoint",
    "make_film",
    "measure_film",
    "press_film",
    "tidy",
]
