"""Calls with `*values`, whose number is known only when the program runs."""


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
    missing = [f"'{name}'" for name in names[count:required]]
    if not missing:
        return
    shown = missing[0]
    if len(missing) == 2:
        shown = f"{missing[0]} and {missing[1]}"
    elif len(missing) > 2:
        shown = f"{', '.join(missing[:-1])}, and {missing[-1]}"
    plural = "" if len(missing) == 1 else "s"
    raise TypeError(f"{function}() missing {len(missing)} required positional argument{plural}: {shown}")
