# pprint: values over several lines.

PrettyPrinter = prelude("pprint.PrettyPrinter")
pformat = prelude("pprint.pformat")
pp = prelude("pprint.pp")
pprint = prelude("pprint.pprint")
saferepr = prelude("pprint.saferepr")
isreadable = refused("use repr(value)")
isrecursive = refused("keep the identifiers of what was seen in a set")
