"""Copies of objects whose classes say how, and of containers that hold some."""

from copy import deepcopy


def copy_of(x):
    return x.__copy__()


def deepcopy_of(x, memo):
    return x.__deepcopy__({} if memo is None else memo)


def deepcopy_within(x, memo):
    if isinstance(x, list):
        return [deepcopy(item) for item in x]
    if isinstance(x, dict):
        return {deepcopy(key): deepcopy(value) for key, value in x.items()}
    if isinstance(x, tuple):
        return tuple([deepcopy(item) for item in x])
    return {deepcopy(item) for item in x}
