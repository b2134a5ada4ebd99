# html.parser: HTML as a sequence of calls.

HTMLParser = prelude("html.parser.HTMLParser")
