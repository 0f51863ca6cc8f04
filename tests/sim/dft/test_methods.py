"""Methods are names that are checked before any work."""

import pytest

from chemistry.errors import BadInput
from sim.dft.methods import DEFAULT_METHOD, FUNCTIONALS, method_named, refuse_uncovered


def test_there_is_a_functional_of_each_family() -> None:
    families = {functional.family for functional in FUNCTIONALS.values()}
    assert families == {"LDA", "GGA", "meta-GGA", "hybrid", "range-separated"}


def test_the_default_is_what_is_made_of_no_names() -> None:
    assert method_named() == DEFAULT_METHOD
    assert method_named("b3lyp", "Def2-SVP", "d4") == DEFAULT_METHOD


def test_labels_tell_methods_apart() -> None:
    made = [
        method_named(name, basis, dispersion)
        for name, functional in FUNCTIONALS.items()
        for basis in ("sto-3g", "def2-svp")
        for dispersion in functional.dispersions
    ]
    assert len({method.label for method in made}) == len(made)


@pytest.mark.parametrize("name", sorted(FUNCTIONALS))
def test_libxc_knows_every_functional_and_its_family(name: str) -> None:
    from pyscf.dft import libxc

    method = method_named(name, "sto-3g")
    omega, _, _ = libxc.rsh_coeff(method.libxc)
    kind = libxc.xc_type(method.libxc)
    assert (omega != 0) == (method.family == "range-separated")
    if method.family in ("LDA", "GGA"):
        assert kind == method.family
    if method.family in ("hybrid", "range-separated"):
        assert libxc.is_hybrid_xc(method.libxc)
    if method.family == "meta-GGA":
        assert (kind, libxc.is_hybrid_xc(method.libxc)) == ("MGGA", False)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("B3LPY",), "'B3LPY' is not known"),
        (("PBE", "def2-svpp"), "basis 'def2-svpp' is not known"),
        (("PBE", "pyproject.toml"), "is not known"),
        (("PBE", "sto-3g", "D5"), "dispersion 'D5' is not known"),
        (("M06-2X", "sto-3g", "D4"), "D4 was not fitted to M06-2X"),
        (("wB97X-D3BJ", "sto-3g", "none"), "is another functional"),
    ],
)
def test_unknown_names_are_refused(names: tuple[str, ...], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        method_named(*names)


def test_elements_without_functions_are_named() -> None:
    with pytest.raises(BadInput, match=r"6-31g\* has no functions for I, U"):
        refuse_uncovered(method_named("PBE", "6-31g*"), ("C", "U", "I", "H"))
    refuse_uncovered(method_named("PBE", "def2-svp"), ("C", "I", "Li"))
