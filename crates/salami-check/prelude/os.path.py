"""os.path: names of files, as text with slashes."""


def join(a: str, *p: str):
    path = a
    for part in p:
        if part.startswith("/"):
            path = part
        elif not path or path.endswith("/"):
            path = path + part
        else:
            path = path + "/" + part
    return path


def split(p: str):
    cut = p.rfind("/") + 1
    head = p[:cut]
    if head.strip("/"):
        head = head.rstrip("/")
    return head, p[cut:]


def basename(p: str):
    return split(p)[1]


def dirname(p: str):
    return split(p)[0]


def splitext(p: str):
    start = p.rfind("/") + 1
    cut = p.rfind(".", start)
    # Dots at the start of a name belong to it.
    if cut < 0 or not p[start:cut].strip("."):
        return p, ""
    return p[:cut], p[cut:]


def isabs(s: str):
    return s.startswith("/")


def normpath(path: str):
    if not path:
        return "."
    slashes = 0
    if path.startswith("/"):
        slashes = 2 if path.startswith("//") and not path.startswith("///") else 1
    parts = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != ".." or (not slashes and not parts) or (parts and parts[-1] == ".."):
            parts.append(part)
        elif parts:
            parts.pop()
    return "/" * slashes + "/".join(parts) or "."


def commonprefix(m):
    if not m:
        return ""
    first = min(m)
    last = max(m)
    for index, character in enumerate(first):
        if index >= len(last) or character != last[index]:
            return first[:index]
    return first


def commonpath(paths):
    names = list(paths)
    if not names:
        raise ValueError("commonpath() arg is an empty sequence")
    if len({name.startswith("/") for name in names}) != 1:
        raise ValueError("Can't mix absolute and relative paths")
    split_names = [[part for part in name.split("/") if part and part != "."] for name in names]
    first = min(split_names)
    last = max(split_names)
    common = first
    for index, part in enumerate(first):
        if index >= len(last) or part != last[index]:
            common = first[:index]
            break
    return ("/" if names[0].startswith("/") else "") + "/".join(common)


def relpath(path: str, start: str):
    if not path:
        raise ValueError("no path specified")
    if path.startswith("/") != start.startswith("/"):
        raise ValueError("a program has no folder: both names must begin in the same way")
    there = [part for part in normpath(path).split("/") if part not in ("", ".")]
    here = [part for part in normpath(start).split("/") if part not in ("", ".")]
    same = 0
    while same < len(there) and same < len(here) and there[same] == here[same]:
        same += 1
    return "/".join([".."] * (len(here) - same) + there[same:]) or "."
