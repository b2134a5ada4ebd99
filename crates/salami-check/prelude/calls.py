"""Calls with `*values` or `**values` of which the number or the keys are known only when the program runs."""


def check_number(values, function, seats, required, before, takes, twice):
    """Raises TypeError unless the values are as many as the parameters that they are for.

    `takes` is empty where further values are welcome; `twice` is the text for a value too many
    where the next parameter was given by name.
    """
    names = seats.split(",") if seats else []
    count = len(values)
    if takes and count > len(names):
        if twice:
            raise TypeError(twice)
        given = before + count
        raise TypeError(f"{takes} but {given} {'was' if given == 1 else 'were'} given")
    missing = names[count:required]
    if missing:
        raise TypeError(missing_text(function, missing))


def missing_text(function, names):
    missing = [f"'{name}'" for name in names]
    shown = missing[0]
    if len(missing) == 2:
        shown = f"{missing[0]} and {missing[1]}"
    elif len(missing) > 2:
        shown = f"{', '.join(missing[:-1])}, and {missing[-1]}"
    plural = "" if len(missing) == 1 else "s"
    return f"{function}() missing {len(missing)} required positional argument{plural}: {shown}"


def check_keys(values, function, called, named, names, required, taken, has_rest):
    """Raises TypeError unless the keys are names of parameters, and all that must be there are."""
    if not isinstance(values, dict):
        raise TypeError(f"{called}() argument after ** must be a mapping, not {type(values).__name__}")
    if named:
        for key in named.split(","):
            if key in values:
                raise TypeError(f"{called}() got multiple values for keyword argument '{key}'")
    for key in values:
        if not isinstance(key, str):
            raise TypeError("keywords must be strings")
    for key in values:
        if key in taken.split(","):
            raise TypeError(f"{function}() got multiple values for argument '{key}'")
        if not has_rest and key not in names.split(","):
            raise TypeError(f"{function}() got an unexpected keyword argument '{key}'")
    missing = [name for name in required.split(",") if name and name not in values]
    if missing:
        raise TypeError(missing_text(function, missing))


def joined_keys(first, second, called):
    """The keys of two `**`; one that both have is an error."""
    if not isinstance(first, dict):
        raise TypeError(f"{called}() argument after ** must be a mapping, not {type(first).__name__}")
    if not isinstance(second, dict):
        raise TypeError(f"{called}() argument after ** must be a mapping, not {type(second).__name__}")
    for key in second:
        if key in first:
            raise TypeError(f"{called}() got multiple values for keyword argument '{key}'")
    return {**first, **second}


def without_keys(values, names):
    return {key: value for key, value in values.items() if key not in names.split(",")}


def made_of_all(cls, values):
    """What `_make` of a named tuple does where it is a value: `map(Point._make, rows)`."""
    return cls(*values)
