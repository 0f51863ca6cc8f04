"""The two plans of an experiment: make a film, and measure it. They yield bare commands and never see ids or tokens."""

from devices.plans.making import FilmAsMade, make_film
from devices.plans.measuring import FilmMeasured, measure_film, tidy
from devices.plans.parts import Control, checkpoint

__all__ = ["Control", "FilmAsMade", "FilmMeasured", "checkpoint", "make_film", "measure_film", "tidy"]
