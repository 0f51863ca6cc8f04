"""Tables of repeat units are read canonical and distinct, or refused with their lines."""

import pytest

from chemistry.errors import BadInput
from models.unlabelled import read_unlabelled


def test_units_are_canonical_and_each_is_kept_once(tmp_path):
    path = tmp_path / "pool.csv"
    path.write_text("smiles\n[Cu]OCC[Au]\n*CCO*\n[Cu]CC(C)[Au]\n")
    assert read_unlabelled(path) == ("*CCO*", "*CC(*)C")


def test_what_cannot_be_read_is_refused_with_its_lines(tmp_path):
    path = tmp_path / "pool.csv"
    path.write_text("smiles\n*CCO*\nCCO\n*C(\n")
    with pytest.raises(BadInput, match="2 repeat units cannot be read: line 3, 4"):
        read_unlabelled(path)
    path.write_text("smiles\n")
    with pytest.raises(BadInput, match="no rows"):
        read_unlabelled(path)
    path.write_text("polymer\n*CCO*\n")
    with pytest.raises(BadInput, match="missing columns: smiles"):
        read_unlabelled(path)
