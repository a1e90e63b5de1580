import pytest

from alliance import embedded


def test_it():
    pass
